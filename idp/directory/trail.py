"""The trail as people read it: filtered, a page at a time by key, or all of it as a table or as
JSON Lines. Every person, operator and application stands there by its public name: a login
identifier, a client_id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, UnaryExpression, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp.config import HOUR
from idp.db import Database, first_id
from idp.directory import accounts, clients, spreadsheet
from idp.models import Account, AuditEvent, Client

ACTORS = ("holder", "client", "operator", "system")
SUCCESS, REFUSED = "success", "refused"
# How many events a table or JSON Lines are read at a time: each in a transaction of its own.
BATCH = 1000
# Of what is wanted, the first of these has the fewest events.
FEWEST = ("account_id", "actor_id", "address")
# A key is made a little before or after its event's second.
SLACK = HOUR


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which events: of an act, or of a noun's (`account.`); of an outcome, or all refusals
    ("refused"); by a kind of actor, or an operator (`actor_id`, the account); on an account; of an
    application; from an address; from and before a time in seconds."""

    act: str = ""
    outcome: str = ""
    actor: str = ""
    actor_id: int | None = None
    account_id: int | None = None
    client_id: int | None = None
    address: str = ""
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The same as people type it: a login identifier for the operator and the holder, a client_id
    for the application."""

    act: str = ""
    outcome: str = ""
    actor: str = ""
    operator: str = ""
    holder: str = ""
    application: str = ""
    address: str = ""
    since: int | None = None
    until: int | None = None


class Line(NamedTuple):
    """An event with names in the place of numbers."""

    event: AuditEvent
    operator: str | None
    account: str | None
    application: str | None


def wanted(session: Session, typed: Typed) -> Wanted:
    """Raises UnknownAccount, UnknownClient."""
    return Wanted(
        act=typed.act,
        outcome=typed.outcome,
        actor=typed.actor,
        actor_id=accounts.find(session, typed.operator).id if typed.operator else None,
        account_id=accounts.find(session, typed.holder).id if typed.holder else None,
        client_id=clients.find(session, typed.application).id if typed.application else None,
        address=typed.address,
        since=typed.since,
        until=typed.until,
    )


def newest(session: Session, wanted: Wanted, limit: int, before: int | None = None) -> list[Line]:
    """The newest first, older than the event `before`."""
    older = [] if before is None else [AuditEvent.id < before]
    found = _found(session, wanted, older, AuditEvent.id.desc(), limit)
    return _named(session, sorted(found, key=_key, reverse=True)[:limit])


def newer(session: Session, wanted: Wanted, limit: int, after: int) -> list[Line]:
    """Those that follow the event `after`, the newest of them first."""
    found = _found(session, wanted, [AuditEvent.id > after], AuditEvent.id.asc(), limit)
    return _named(session, sorted(found, key=_key)[:limit][::-1])


def oldest_first(database: Database, wanted: Wanted) -> Iterator[Line]:
    """All of them. Nothing is locked, and no transaction lasts as long as the reader takes."""
    after = 0
    while True:
        with database.reading() as session:
            both = _found(session, wanted, [AuditEvent.id > after], AuditEvent.id.asc(), BATCH)
            found = sorted(both, key=_key)[:BATCH]
            lines = _named(session, found)
        yield from lines
        if len(found) < BATCH:
            return
        after = found[-1].id


def _found(
    session: Session,
    wanted: Wanted,
    where: Sequence[ColumnElement[bool]],
    order: UnaryExpression[int],
    limit: int,
) -> list[AuditEvent]:
    """As many of the sealed and of those that are not yet: only the sealed are in the indexes."""
    query = select(AuditEvent).where(*_conditions(wanted), *where).order_by(order).limit(limit)
    # In this order, and each once: one that is sealed meanwhile is seen twice, and never missed.
    found = {
        event.id: event
        for sealed in (AuditEvent.seal_id.is_(None), AuditEvent.seal_id.is_not(None))
        for event in session.scalars(query.where(sealed))
    }
    return list(found.values())


def _key(event: AuditEvent) -> int:
    return event.id


def as_json_lines(lines: Iterator[Line]) -> Iterator[bytes]:
    """One object a line; numbers of 63 bits are texts, for not every reader could keep them."""
    for line in lines:
        yield orjson.dumps(_document(line)) + b"\n"


def as_table(lines: Iterator[Line], separator: str) -> Iterator[bytes]:
    """CSV with a head, for a spreadsheet."""
    yield spreadsheet.BYTE_ORDER_MARK + spreadsheet.line(FIELDS, separator)
    for line in lines:
        values = _document(line)
        values["detail"] = orjson.dumps(values["detail"]).decode()
        yield spreadsheet.line([str(values[name] or "") for name in FIELDS], separator)


FIELDS = (
    "id", "at", "act", "outcome", "actor", "operator", "account", "application", "session",
    "address", "detail", "seal",
)  # fmt: skip


def _document(line: Line) -> dict[str, Any]:
    event = line.event
    return {
        "id": str(event.id),
        "at": datetime.fromtimestamp(event.at, UTC).isoformat().replace("+00:00", "Z"),
        "act": event.act,
        "outcome": event.outcome,
        "actor": event.actor,
        "operator": line.operator,
        "account": line.account,
        "application": line.application,
        "session": _text(event.session_id),
        "address": event.address,
        "detail": event.detail,
        "seal": _text(event.seal_id),
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [*_who_and_what(wanted), *_when(wanted)]


def _who_and_what(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    act, outcome = _column(wanted, "act"), _column(wanted, "outcome")
    if wanted.act.endswith("."):
        # "/" follows "." at once.
        yield act > wanted.act
        yield act < f"{wanted.act[:-1]}/"
    elif wanted.act:
        yield act == wanted.act
    if wanted.outcome and wanted.outcome != SUCCESS:
        # In these words, so that the index of refusals serves.
        yield outcome != literal_column("'success'")
    if wanted.outcome not in {"", REFUSED}:
        yield outcome == wanted.outcome
    for name in ("actor", "actor_id", "account_id", "client_id", "address"):
        if value := getattr(wanted, name):
            yield _column(wanted, name) == value


def _column(wanted: Wanted, name: str) -> Any:
    """To be looked for by its index, or only looked at, where another one leads to fewer events:
    SQLite knows not how many, and would read all of an act's to find one holder's."""
    column = getattr(AuditEvent, name)
    leads = next((each for each in FEWEST if getattr(wanted, each)), name)
    return column if name == leads else func.coalesce(column, column)


def _when(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """By the key first: it is ordered by time."""
    if wanted.since is not None:
        yield AuditEvent.id >= first_id(wanted.since - SLACK)
        yield AuditEvent.at >= wanted.since
    if wanted.until is not None:
        yield AuditEvent.id < first_id(wanted.until + SLACK)
        yield AuditEvent.at < wanted.until


def _named(session: Session, events: Sequence[AuditEvent]) -> list[Line]:
    people = {event.actor_id for event in events} | {event.account_id for event in events}
    applications = {event.client_id for event in events}
    identifiers = _names(session, Account.id, Account.login_identifier, people)
    names = _names(session, Client.id, Client.client_id, applications)
    return [
        Line(
            event,
            identifiers.get(event.actor_id),
            identifiers.get(event.account_id),
            names.get(event.client_id),
        )
        for event in events
    ]


def _names(
    session: Session,
    key: InstrumentedAttribute[int],
    name: InstrumentedAttribute[str],
    ids: set[int | None],
) -> dict[int | None, str]:
    rows = session.execute(select(key, name).where(key.in_(ids - {None})))
    return {pk: public for pk, public in rows}  # noqa: C416 - a row is no pair to the type checker
