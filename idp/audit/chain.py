"""A sealer chains committed events in batches, so that nobody waits for a lock: each seal's hash
covers the seal before it, its own time and the canonical form of its events."""

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from idp import clock
from idp.audit import counts
from idp.models import AuditEvent, AuditSeal

BATCH = 500
GENESIS = bytes(32)

SEALED_FIELDS = (
    "id", "at", "act", "outcome", "actor", "account_id", "client_id", "session_id", "address",
    "detail",
)  # fmt: skip


def seal(session: Session) -> int:
    """Chain the oldest batch of unsealed events, and count them; returns how many. One sealer at a
    time: the caller's session is a writing one, which is enough for SQLite; on PostgreSQL the table
    is locked, for a row's lock would let a second sealer continue the link before the last."""
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
        sealed_at=now, count=len(events), previous=previous, chain=digest(previous, now, events)
    )
    session.add(link)
    session.flush()
    session.execute(
        update(AuditEvent)
        .where(AuditEvent.id.in_([event.id for event in events]))
        .values(seal_id=link.id)
    )
    counts.add(session, events)
    return len(events)


def digest(previous: bytes, sealed_at: int, events: Iterable[Any]) -> bytes:
    """The hash of a seal; an event is anything that has the fields of one."""
    running = hashlib.sha256(previous + sealed_at.to_bytes(8, "big"))
    for event in events:
        fields = {name: getattr(event, name) for name in SEALED_FIELDS}
        # Events of before there was the column are sealed without it.
        if event.actor_id is not None:
            fields["actor_id"] = event.actor_id
        running.update(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS) + b"\n")
    return running.digest()
