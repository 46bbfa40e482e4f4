"""The trail: recorded in the transaction of the act, sealed afterwards, verified at will.

A sealer chains committed events in batches, so that nobody waits for a lock: each seal's hash
covers the seal before it, its own time and the canonical form of its events.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.orm import Session

from idp import clock
from idp.db import Statement, new_id
from idp.models import AuditEvent, AuditSeal

BATCH = 500
GENESIS = bytes(32)
PURGED = "trail.purged"

# The same row from the hot path, which has no ORM session.
INSERT_EVENT = Statement("""
    INSERT INTO audit_event
        (id, at, act, outcome, actor, account_id, client_id, session_id, address, detail)
    VALUES
        (:id, :at, :act, :outcome, :actor, :account_id, :client_id, :session_id, :address, :detail)
""")

SEALED_FIELDS = (
    "id", "at", "act", "outcome", "actor", "account_id", "client_id", "session_id", "address",
    "detail",
)  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """From where an act came: a network address and a browser, in few words."""

    address: str | None = None
    user_agent: str = ""


@dataclass(frozen=True)
class Acting:
    """The operator who acts, by the id of the account, and from where."""

    account_id: int
    origin: Origin


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting(operator: Acting) -> Iterator[None]:
    """What "operator" does inside is this operator's: no verb, and no session that it opens, can
    forget to say so."""
    before = _acting.set(operator)
    try:
        yield
    finally:
        _acting.reset(before)


def record(
    session: Session,
    act: str,
    *,
    actor: str,
    outcome: str = "success",
    account_id: int | None = None,
    client_id: int | None = None,
    session_id: int | None = None,
    origin: Origin | None = None,
    **detail: Any,
) -> None:
    """Add an event to the caller's transaction.

    `act` is `noun.verb` ("account.activated"), `outcome` "success" or the reason of a refusal,
    `actor` "holder", "client", "operator" or "system". `detail` holds no secret, no trait, no
    health identifier.
    """
    operator = _operator(actor)
    origin = origin or (operator.origin if operator else None)
    session.add(
        AuditEvent(
            at=clock.now(),
            act=act,
            outcome=outcome,
            actor=actor,
            actor_id=operator.account_id if operator else None,
            account_id=account_id,
            client_id=client_id,
            session_id=session_id,
            address=origin.address if origin else None,
            detail=detail
            | ({"browser": origin.user_agent} if origin and origin.user_agent else {}),
        )
    )


def actor_id(actor: str) -> int | None:
    """The account of the operator who acts; None for anybody else, and for the command line."""
    operator = _operator(actor)
    return operator.account_id if operator else None


def _operator(actor: str) -> Acting | None:
    return _acting.get() if actor == "operator" else None


def event_values(
    act: str, *, actor: str, outcome: str = "success", **values: Any
) -> dict[str, Any]:
    """The parameters of `INSERT_EVENT`."""
    detail = orjson.dumps(values.pop("detail", {})).decode()
    return {
        "id": new_id(), "at": clock.now(), "act": act, "outcome": outcome, "actor": actor,
        "account_id": None, "client_id": None, "session_id": None, "address": None,
        "detail": detail, **values,
    }  # fmt: skip


def seal(session: Session) -> int:
    """Chain the oldest batch of unsealed events; returns how many. One sealer at a time: the
    caller's session is a writing one, which is enough for SQLite; on PostgreSQL the table is
    locked, for a row's lock would let a second sealer continue the link before the last."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit_seal IN SHARE ROW EXCLUSIVE MODE"))
    last = session.scalars(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1)).first()
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.seal_id.is_(None)).order_by(AuditEvent.id).limit(BATCH)
    ).all()
    if not events:
        return 0
    previous, now = last.chain if last else GENESIS, clock.now()
    link = AuditSeal(
        sealed_at=now, count=len(events), previous=previous, chain=_chain(previous, now, events)
    )
    session.add(link)
    session.flush()
    session.execute(
        update(AuditEvent)
        .where(AuditEvent.id.in_([event.id for event in events]))
        .values(seal_id=link.id)
    )
    return len(events)


@dataclass(frozen=True)
class Verification:
    """What `verify` found: `broken` is the first link that does not hold, with its reason.
    `purged` events, sealed before `purged_until`, were removed when they had been kept long
    enough; `seals` and `events` are those still there."""

    seals: int
    events: int
    unsealed: int
    broken: str | None
    purged: int = 0
    purged_until: int | None = None


def verify(session: Session) -> Verification:
    """Recompute the whole chain; what is not sealed yet is counted, not vouched for. Where events
    were purged, the chain is followed from seal to seal."""
    previous, events = GENESIS, 0
    seals = session.scalars(select(AuditSeal).order_by(AuditSeal.id)).all()
    purged = [link for link in seals if link.purged_at is not None]
    kept = len(seals) - len(purged)
    unsealed = _count(session, AuditEvent.seal_id.is_(None))

    def found(broken: str | None) -> Verification:
        lost = sum(link.count for link in purged)
        until = purged[-1].sealed_at if purged else None
        return Verification(kept, events, unsealed, broken, lost, until)

    for link in seals:
        rows = _covered(session, link)
        fault = _fault(link, previous, rows)
        if fault is None and link.purged_at is not None and events:
            fault = "was purged before older ones"
        if fault:
            return found(f"seal {link.id}: {fault}")
        previous, events = link.chain, events + len(rows)
    orphans = _count(session, AuditEvent.seal_id.is_not(None)) - events
    if orphans:
        return found(f"{orphans} events name a seal that was removed")
    return found(_unannounced(session, purged[-1]) if purged else None)


def _covered(session: Session, link: AuditSeal) -> Sequence[AuditEvent]:
    return session.scalars(
        select(AuditEvent).where(AuditEvent.seal_id == link.id).order_by(AuditEvent.id)
    ).all()


def _unannounced(session: Session, link: AuditSeal) -> str | None:
    """The newest purge is in the trail: only a later one could have removed its event."""
    told = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.act == PURGED, AuditEvent.at == link.purged_at)
        .order_by(AuditEvent.id.desc())
    )
    if any(event.detail.get("seal") == link.id for event in told):
        return None
    return f"seal {link.id}: its events are gone, and not by the purge"


class Broken(Exception):
    """A seal does not hold: its events are evidence, and stay."""


def purgeable(session: Session, sealed_until: int) -> AuditSeal | None:
    """The oldest seal that has its events, when it was made by that moment. Raises Broken."""
    link = session.scalars(
        select(AuditSeal).where(AuditSeal.purged_at.is_(None)).order_by(AuditSeal.id).limit(1)
    ).first()
    if link is None or link.sealed_at > sealed_until:
        return None
    before = select(AuditSeal.chain).where(AuditSeal.id < link.id).order_by(AuditSeal.id.desc())
    previous = session.scalars(before.limit(1)).first() or GENESIS
    fault = _fault(link, previous, _covered(session, link))
    if fault:
        raise Broken(f"seal {link.id}: {fault}")
    return link


def purge(session: Session, link: AuditSeal) -> int:
    """Remove the events of a seal that `purgeable` gave, and say so in the trail; returns how
    many. 0 when another one does it or has done it."""
    unpurged = select(AuditSeal.id).where(AuditSeal.id == link.id, AuditSeal.purged_at.is_(None))
    if session.scalar(unpurged.with_for_update(skip_locked=True)) is None:
        return 0
    session.execute(delete(AuditEvent).where(AuditEvent.seal_id == link.id))
    session.execute(update(AuditSeal).where(AuditSeal.id == link.id).values(purged_at=clock.now()))
    record(session, PURGED, actor="system", seal=link.id, events=link.count)
    return link.count


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(which)) or 0


def _fault(link: AuditSeal, previous: bytes, rows: Sequence[AuditEvent]) -> str | None:
    if link.previous != previous:
        return "does not continue the one before: a seal was removed or changed"
    if link.purged_at is not None:
        return "has events, though it was purged" if rows else None
    if len(rows) != link.count:
        return f"covers {link.count} events, {len(rows)} are there"
    if link.chain != _chain(previous, link.sealed_at, rows):
        return "an event was changed, or the seal itself"
    return None


def _chain(previous: bytes, sealed_at: int, events: Sequence[AuditEvent]) -> bytes:
    running = hashlib.sha256(previous + sealed_at.to_bytes(8, "big"))
    for event in events:
        fields = {name: getattr(event, name) for name in SEALED_FIELDS}
        # Events of before there was the column are sealed without it.
        if event.actor_id is not None:
            fields["actor_id"] = event.actor_id
        running.update(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS) + b"\n")
    return running.digest()
