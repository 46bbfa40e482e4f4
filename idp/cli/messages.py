"""`idp messages`: what waits to be sent, and why. Never to whom, never what."""

from typing import Any

import click
import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from idp import clock
from idp.cli.output import duration, emit_table
from idp.models import Message, MessageState

STATES = [*(state.value for state in MessageState), "all"]
COLUMNS = ("id", "kind", "channel", "state", "age", "attempts", "next attempt", "last error")


@click.group()
def messages() -> None:
    """What is to be sent: codes and notices to people, logouts to applications."""


@messages.command("list")
@click.option(
    "--state", type=click.Choice(STATES), default="waiting", show_default=True, help="Which ones."
)
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="At most.")
@click.option("--json", "as_json", is_flag=True, help="For machines; durations in seconds.")
@click.pass_obj
def list_(context: Any, state: str, limit: int, as_json: bool) -> None:
    """The oldest first: since when, how many attempts, the next one, and what went wrong."""
    with context.database.reading() as session:
        rows = [_describe(message) for message in _select(session, state, limit)]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    elif not rows:
        click.echo("Nothing waits." if state == "waiting" else "No message.")
    else:
        emit_table([COLUMNS, *map(_cells, rows)])


def _select(session: Session, state: str, limit: int) -> list[Message]:
    query = select(Message).options(defer(Message.content, raiseload=True)).order_by(Message.id)
    if state != "all":
        query = query.where(Message.state == state)
    return list(session.scalars(query.limit(limit)))


def _describe(message: Message) -> dict[str, Any]:
    now = clock.now()
    waits = message.state == MessageState.WAITING
    return {
        "id": message.id,
        "kind": message.kind,
        "channel": message.channel,
        "state": message.state,
        "age": now - message.created_at,
        "attempts": message.attempts,
        "next_attempt_in": max(message.next_attempt_at - now, 0) if waits else None,
        "being_sent": waits and message.leased_until is not None and message.leased_until > now,
        "last_error": message.last_error,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(row["id"]),
        row["kind"],
        row["channel"],
        row["state"],
        duration(row["age"]),
        str(row["attempts"]),
        _next_attempt(row),
        row["last_error"] or "–",
    )


def _next_attempt(row: dict[str, Any]) -> str:
    if row["being_sent"]:
        return "being sent"
    if row["next_attempt_in"] is None:
        return "–"
    return f"in {duration(row['next_attempt_in'])}" if row["next_attempt_in"] else "now"
