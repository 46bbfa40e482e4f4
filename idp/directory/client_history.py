"""What was changed of an application's registration: by whom, and each old and new value."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.models import Client, ClientChange

SECRETS = frozenset(
    {
        "secret_hash",
        "client_secret",
        "previous_secret_hash",
        "previous_secret_expires_at",
        "registration_token_hash",
    }
)
# Addresses of people: that they changed is told, and not what they are.
PEOPLE = frozenset({"contacts"})
SHOWN = 50


def keep(session: Session, client: Client, act: str, actor: str) -> None:
    """An entry of the history, in the caller's transaction, before its changes are flushed."""
    session.add(
        ClientChange(
            client_id=client.id,
            at=clock.now(),
            act=act,
            actor=actor,
            actor_id=audit.actor_id(actor),
            changes=_changes(client),
        )
    )


def latest(
    session: Session, client: Client, *, before: int | None = None, limit: int = SHOWN
) -> Sequence[ClientChange]:
    """The newest first; or, of those, what came before an entry by its id."""
    query = select(ClientChange).where(ClientChange.client_id == client.id)
    if before is not None:
        query = query.where(ClientChange.id < before)
    return session.scalars(query.order_by(ClientChange.id.desc()).limit(limit)).all()


def _changes(client: Client) -> dict[str, list[Any]]:
    changes = {}
    for attribute in inspect(client).mapper.column_attrs:
        history = inspect(client).attrs[attribute.key].history
        if attribute.key in SECRETS or not history.deleted or not history.has_changes():
            continue
        pair = [history.deleted[0], history.added[0] if history.added else None]
        if pair[0] != pair[1]:
            changes[attribute.key] = [None, None] if attribute.key in PEOPLE else pair
    return changes
