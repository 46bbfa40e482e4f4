"""Applications as a set of documents: what differs is changed, what does not is not touched."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp.directory import client_document, clients
from idp.directory.clients import UnknownClient
from idp.directory.documents import InvalidMetadata
from idp.directory.refusal import Refusal
from idp.models import Client, ClientState, RegisteredBy


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Wanted:
    """A registration document, where it stands, and what the document at its sector's address
    lists."""

    place: str
    document: Any
    sector_uris: Collection[str] = ()


@dataclass(frozen=True)
class Applied:
    """`differences` maps each member to its old and new value, None: not there. `client_secret` is
    told once, here. An application may be as wanted and disabled all the same."""

    place: str
    client_id: str
    outcome: Outcome
    is_disabled: bool = False
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    client_secret: str | None = field(default=None, repr=False)


class BadFiles(Refusal):
    """`found` has every problem of every document: its place, and what is wrong."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        super().__init__(*(f"{place}: {problem}" for place, problem in found))
        self.found = found


def apply(
    session: Session,
    wanted: Sequence[Wanted],
    *,
    actor: str,
    organisation_id: int | None = None,
    disable_missing: bool = False,
    dry_run: bool = False,
) -> list[Applied]:
    """All of it or, when one document is wrong, nothing. New applications are the organisation's.
    `disable_missing`: those of the organisation that operators registered, and no document names,
    are disabled. With `dry_run` nothing is written. Raises BadFiles."""
    _check_names(wanted)
    whole = session.begin_nested()
    done, wrong = [], []
    for each in wanted:
        try:
            done.append(_apply(session, each, organisation_id, actor))
        except Refusal as refusal:
            wrong += [(each.place, problem) for problem in refusal.problems]
    if wrong:
        raise BadFiles(wrong)
    if disable_missing:
        done += _disable_missing(session, {one.client_id for one in done}, organisation_id, actor)
    if dry_run:
        whole.rollback()
    else:
        whole.commit()
    return done


def export(session: Session) -> dict[str, dict[str, Any]]:
    """The documents that would make what operators have registered, by client_id."""
    return {
        client.client_id: client_document.of(session, client)
        for client in clients.list_all(session)
        if client.registered_by == RegisteredBy.OPERATOR
    }


def _check_names(wanted: Sequence[Wanted]) -> None:
    """By its client_id a document finds its application the next time. Raises BadFiles."""
    wrong, places = [], dict[str, str]()
    for each in wanted:
        name = each.document.get("client_id") if isinstance(each.document, Mapping) else None
        if not isinstance(name, str):
            wrong.append((each.place, "client_id: is missing"))
        elif name in places:
            wrong.append((each.place, f"client_id: is that of {places[name]} already"))
        else:
            places[name] = each.place
    if wrong:
        raise BadFiles(wrong)


def _apply(session: Session, each: Wanted, organisation_id: int | None, actor: str) -> Applied:
    client_id = each.document["client_id"]
    before, state = _present(session, client_id)
    savepoint = session.begin_nested()
    try:
        made = clients.register(
            session,
            each.document,
            actor=actor,
            update=True,
            sector_uris=each.sector_uris,
            organisation_id=organisation_id,
        )
    except Refusal:
        savepoint.rollback()
        raise
    after, secret = client_document.of(session, made.client), made.client_secret
    if after == before:
        # Nothing is as if it had been written: no event, no entry of the history.
        savepoint.rollback()
        return Applied(each.place, client_id, Outcome.UNCHANGED, state == ClientState.DISABLED)
    savepoint.commit()
    outcome = Outcome.CREATED if before is None else Outcome.CHANGED
    return Applied(
        each.place,
        client_id,
        outcome,
        state == ClientState.DISABLED,
        _differences(before or {}, after) if before is not None else {},
        secret,
    )


def _present(session: Session, client_id: str) -> tuple[dict[str, Any] | None, str | None]:
    """Of an application that registered itself nothing: no document may take its place unseen."""
    try:
        client = clients.find(session, client_id, lock=True)
    except UnknownClient:
        return None, None
    if client.registered_by == RegisteredBy.REGISTRANT:
        raise InvalidMetadata("client_id: is that of an application that registered itself")
    return client_document.of(session, client), client.state


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }


def _disable_missing(
    session: Session, named: Collection[str], organisation_id: int | None, actor: str
) -> list[Applied]:
    query = select(Client.client_id).where(
        Client.state == ClientState.ENABLED,
        Client.registered_by == RegisteredBy.OPERATOR,
        Client.organisation_id == organisation_id
        if organisation_id is not None
        else Client.organisation_id.is_(None),
        Client.client_id.not_in(named),
    )
    missing = session.scalars(query.order_by(Client.client_id)).all()
    for client_id in missing:
        clients.disable(session, client_id, actor=actor)
    return [Applied("", client_id, Outcome.DISABLED, is_disabled=True) for client_id in missing]
