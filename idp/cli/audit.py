"""`idp audit`."""

import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from idp import audit as trail
from idp.audit import checkpoints
from idp.cli.context import Context
from idp.cli.output import emit_json, moment
from idp.directory import spreadsheet
from idp.directory import trail as directory
from idp.directory.trail import Typed

Command = TypeVar("Command", bound=Callable[..., None])

NOTHING = "There is nothing to vouch for yet: no event is sealed. The worker seals them."


@click.group()
def audit() -> None:
    """The trail."""


@audit.command()
@click.option(
    "--checkpoint",
    "file",
    type=click.File("rb"),
    help="A signed checkpoint that was kept elsewhere: the chain must go through it.",
)
@click.pass_obj
def verify(context: Context, file: Any) -> None:
    """Recompute the whole chain; exit 1 at the first link that does not hold."""
    held = _held(context, file.read()) if file else None
    with context.database.reading() as session:
        found = trail.verify(session, held)
    if found.broken:
        link = found.broken
        when = f", sealed {moment(link.sealed_at)}" if link.sealed_at else ""
        click.echo(f"The trail is broken at {link}.", err=True)
        click.echo(f"It is link {link.place} of the chain{when}.", err=True)
        sys.exit(1)
    click.echo(
        f"The trail holds: {found.events} events under {found.seals} seals, "
        f"{found.unsealed} not yet sealed; {found.checkpoints} signed checkpoints agree."
    )
    if found.purged:
        click.echo(
            f"{found.purged} events sealed until {moment(found.purged_until)} were removed, "
            "having been kept long enough."
        )


@audit.command()
@click.pass_obj
def checkpoint(context: Context) -> None:
    """Sign the chain's head and print the checkpoint, for keeping elsewhere."""
    with context.database.writing() as session:
        made = checkpoints.sign(session, context.settings)
        document = checkpoints.exported(made) if made else None
    if document is None:
        click.echo(NOTHING, err=True)
        sys.exit(1)
    emit_json(document)


FILTERS: dict[str, dict[str, Any]] = {
    "--act": {"default": "", "help": "As account.blocked; account. for all of a noun."},
    "--outcome": {"default": "", "help": "success, refused, or one reason of a refusal."},
    "--actor": {"default": "", "help": f"One of {', '.join(directory.ACTORS)}."},
    "--operator": {"default": "", "help": "Login identifier of who acted."},
    "--holder": {"default": "", "help": "Login identifier of whom it was done to."},
    "--application": {"default": "", "help": "Its client_id."},
    "--address": {"default": "", "help": "Network address."},
    "--since": {"type": click.DateTime(), "help": "From then on (UTC)."},
    "--until": {"type": click.DateTime(), "help": "Before then (UTC)."},
}


def _filters(command: Command) -> Command:
    for name, more in FILTERS.items():
        decorate: Callable[[Command], Command] = click.option(name, **more)
        command = decorate(command)
    return command


@audit.command("list")
@_filters
@click.option("--limit", default=50, type=click.IntRange(1, 1000), help="How many, at most.")
@click.pass_obj
def list_(context: Context, /, limit: int, **filters: Any) -> None:
    """The newest events, one a line."""
    with context.database.writing() as session:
        wanted = directory.wanted(session, _typed(filters))
        found = directory.newest(session, wanted, limit)
        if wanted.account_id is not None:
            account_id = wanted.account_id
            trail.record(session, "trail.consulted", actor="operator", account_id=account_id)
    for line in found:
        event = line.event
        words = [f"by {event.actor}", line.operator and f"({line.operator})"]
        words += [line.account and f"on {line.account}", line.application]
        words += [event.address and f"from {event.address}", event.detail.get("motive")]
        said = " ".join(filter(None, words))
        click.echo(f"{moment(event.at)}  {event.act}  {event.outcome}  {said}")


@audit.command()
@_filters
@click.option("--format", "form", default="jsonl", type=click.Choice(["jsonl", "csv"]))
@click.pass_obj
def export(context: Context, /, form: str, **filters: Any) -> None:
    """Every event that is wanted, the oldest first, to standard output."""
    with context.database.writing() as session:
        wanted = directory.wanted(session, _typed(filters))
        # Before the first line: whoever reads only a part of it was told that part.
        names = sorted(name for name, value in filters.items() if value)
        trail.record(session, "trail.exported", actor="operator", format=form, filters=names)
    lines = directory.oldest_first(context.database, wanted)
    if form == "csv":
        _write(directory.as_table(lines, spreadsheet.SEPARATORS["en"]))
    else:
        _write(directory.as_json_lines(lines))


def _write(parts: Iterable[bytes]) -> None:
    for part in parts:
        sys.stdout.buffer.write(part)


def _typed(filters: dict[str, Any]) -> Typed:
    return Typed(
        **filters
        | {name: _seconds(filters[name]) for name in ("since", "until") if name in filters}
    )


def _seconds(when: datetime | None) -> int | None:
    return None if when is None else int(when.replace(tzinfo=UTC).timestamp())


def _held(context: Context, text: bytes) -> checkpoints.Statement:
    try:
        held = checkpoints.held(json.loads(text))
    except ValueError:
        held = None
    if held is None:
        raise click.ClickException("This is no checkpoint, or its signature does not hold.")
    if held.issuer != context.settings.issuer:
        raise click.ClickException(f"This checkpoint is of another provider, {held.issuer}.")
    return held
