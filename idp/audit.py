"""The trail: recorded in the transaction of the act, sealed afterwards, verified at will.

A sealer chains committed events in batches, so that nobody waits for a lock: each seal's hash
covers the seal before it and the canonical form of its own events.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from idp import clock
from idp.db import Statement, new_id
from idp.models import AuditEvent, AuditSeal

BATCH = 500
GENESIS = bytes(32)

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
    session.add(
        AuditEvent(
            at=clock.now(),
            act=act,
            outcome=outcome,
            actor=actor,
            account_id=account_id,
            client_id=client_id,
            session_id=session_id,
            address=origin.address if origin else None,
            detail=detail
            | ({"browser": origin.user_agent} if origin and origin.user_agent else {}),
        )
    )


def event_values(
    act: str, *, actor: str, outcome: str = "success", **values: Any
) -> dict[str, Any]:
    """The parameters of `INSERT_EVENT`."""
    return {
        "id": new_id(), "at": clock.now(), "act": act, "outcome": outcome, "actor": actor,
        "account_id": None, "client_id": None, "session_id": None, "address": None,
    } | values | {"detail": orjson.dumps(values.get("detail", {})).decode()}  # fmt: skip


def seal(session: Session) -> int:
    """Chain the oldest batch of unsealed events; returns how many. One sealer at a time: the
    caller's session is a writing one, and on PostgreSQL the last seal's row is locked."""
    last = session.scalars(
        select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1).with_for_update()
    ).first()
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.seal_id.is_(None)).order_by(AuditEvent.id).limit(BATCH)
    ).all()
    if not events:
        return 0
    previous = last.chain if last else GENESIS
    link = AuditSeal(
        sealed_at=clock.now(), count=len(events), previous=previous, chain=_chain(previous, events)
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
    """What `verify` found: `broken` is the first link that does not hold, with its reason."""

    seals: int
    events: int
    unsealed: int
    broken: str | None


def verify(session: Session) -> Verification:
    """Recompute the whole chain."""
    previous, events = GENESIS, 0
    seals = session.scalars(select(AuditSeal).order_by(AuditSeal.id)).all()
    unsealed = session.scalar(
        select(func.count()).select_from(AuditEvent).where(AuditEvent.seal_id.is_(None))
    )
    for link in seals:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.seal_id == link.id).order_by(AuditEvent.id)
        ).all()
        fault = _fault(link, previous, rows)
        if fault:
            return Verification(len(seals), events, unsealed or 0, f"seal {link.id}: {fault}")
        previous, events = link.chain, events + len(rows)
    return Verification(len(seals), events, unsealed or 0, None)


def _fault(link: AuditSeal, previous: bytes, rows: "Iterable[AuditEvent]") -> str | None:
    rows = list(rows)
    if link.previous != previous:
        return "does not continue the one before: a seal was removed or changed"
    if len(rows) != link.count:
        return f"covers {link.count} events, {len(rows)} are there"
    if link.chain != _chain(previous, rows):
        return "an event was changed"
    return None


def _chain(previous: bytes, events: "Iterable[AuditEvent]") -> bytes:
    running = hashlib.sha256(previous)
    for event in events:
        fields = {name: getattr(event, name) for name in SEALED_FIELDS}
        running.update(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS) + b"\n")
    return running.digest()
