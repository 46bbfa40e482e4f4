"""The whole chain recomputed, a few seals at a time: what does not hold is found and named.

Nothing is locked and nothing large is held: a verification is a position in the chain and what was
found so far, so that the worker may go on with it where it, or another worker, left it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from idp import clock
from idp.audit.chain import GENESIS, SEALED_FIELDS, digest
from idp.audit.checkpoints import Statement, vouches
from idp.models import AuditCheckpoint, AuditEvent, AuditSeal

PURGED = "trail.purged"
# Of one step: seals looked at, and events recomputed if each of them is full.
SEALS = 100
EVENTS = 5000

_COLUMNS = [getattr(AuditEvent, name) for name in (*SEALED_FIELDS, "actor_id", "seal_id")]


class Fault(StrEnum):
    """Why a link does not hold."""

    PREVIOUS = "previous"
    COUNT = "count"
    CHANGED = "changed"
    PURGED_WITH_EVENTS = "purged_with_events"
    PURGED_OUT_OF_TURN = "purged_out_of_turn"
    PURGE_UNANNOUNCED = "purge_unannounced"
    SEAL_REMOVED = "seal_removed"
    CHECKPOINT_WITHOUT_SEAL = "checkpoint_without_seal"
    CHECKPOINT_DIFFERS = "checkpoint_differs"
    CHECKPOINT_SIGNATURE = "checkpoint_signature"

    @property
    def sentence(self) -> str:
        return SENTENCES[self]


SENTENCES = {
    Fault.PREVIOUS: "does not continue the one before: a seal was removed or changed",
    Fault.COUNT: "covers another number of events than are there: one was removed or added",
    Fault.CHANGED: "an event was changed, or the seal itself",
    Fault.PURGED_WITH_EVENTS: "has events, though it was purged",
    Fault.PURGED_OUT_OF_TURN: "was purged before older ones",
    Fault.PURGE_UNANNOUNCED: "its events are gone, and not by the purge",
    Fault.SEAL_REMOVED: "events name a seal that was removed",
    Fault.CHECKPOINT_WITHOUT_SEAL: "a signed checkpoint vouches for a seal that is not there",
    Fault.CHECKPOINT_DIFFERS: "is not the one that a signed checkpoint vouches for",
    Fault.CHECKPOINT_SIGNATURE: "a checkpoint’s signature does not hold",
}


@dataclass(frozen=True)
class Break:
    """The first link that does not hold: the seal's id, its place counted from 1 in the whole
    chain, when it was sealed (None: it is not there), and why."""

    seal: int
    place: int
    sealed_at: int | None
    fault: Fault

    def __str__(self) -> str:
        return f"seal {self.seal}: {self.fault.sentence}"


@dataclass(frozen=True)
class Progress:
    """How far a verification is: the last seal that held, and its hash. `seals` and `events` are
    those still there, `purged` and `purged_until` what was removed in its time."""

    began: int
    seal: int = 0
    chain: bytes = GENESIS
    seals: int = 0
    events: int = 0
    purged_seals: int = 0
    purged: int = 0
    purged_until: int | None = None
    last_purged: int | None = None
    checkpoints: int = 0
    broken: Break | None = None
    done: bool = False

    @property
    def place(self) -> int:
        return self.seals + self.purged_seals


@dataclass(frozen=True)
class Verification:
    """What `verify` found: `broken` is the first link that does not hold, with its reason.
    `purged` events, sealed before `purged_until`, were removed when they had been kept long
    enough; `seals` and `events` are those still there; `checkpoints` signatures hold."""

    seals: int
    events: int
    unsealed: int
    broken: Break | None
    purged: int = 0
    purged_until: int | None = None
    checkpoints: int = 0


def verify(session: Session, held: Statement | None = None) -> Verification:
    """All of it at once. `held` is a checkpoint that was kept elsewhere: the chain must go through
    it. What is not sealed yet is counted, not vouched for."""
    progress = Progress(clock.now())
    while not progress.done:
        progress = step(session, progress, held)
    return Verification(
        progress.seals,
        progress.events,
        unsealed(session),
        progress.broken,
        progress.purged,
        progress.purged_until,
        progress.checkpoints,
    )


def unsealed(session: Session) -> int:
    query = select(func.count()).select_from(AuditEvent).where(AuditEvent.seal_id.is_(None))
    return session.scalar(query) or 0


def step(session: Session, progress: Progress, held: Statement | None = None) -> Progress:
    """The next few seals; done at the first that does not hold, or at the chain's end."""
    after = _step(session, progress, held)
    if after.broken is None:
        return after
    # A seal that was made, or purged, between two of our looks is no fault: look again.
    session.expire_all()
    return _step(session, progress, held)


def _step(session: Session, progress: Progress, held: Statement | None) -> Progress:
    after = select(AuditSeal).where(AuditSeal.id > progress.seal).order_by(AuditSeal.id)
    links = _few(session.scalars(after.limit(SEALS)).all())
    last = links[-1].id if links else None
    rows = covered(session, progress.seal, last)
    by_seal = {seal: list(group) for seal, group in groupby(rows, lambda row: row.seal_id)}
    vouched = _vouched(session, progress.seal, last, held)
    for link in links:
        stray = [seal for seal in (*by_seal, *vouched) if seal < link.id]
        if stray:
            return _gone(progress, min(stray), min(stray) in vouched)
        progress = _one(progress, link, by_seal.pop(link.id, []), vouched.pop(link.id, []))
        if progress.done:
            return progress
    if by_seal or vouched:
        first = min((*by_seal, *vouched))
        return _gone(progress, first, first in vouched)
    if links:
        return progress
    return _ended(session, progress)


def _few(links: Sequence[AuditSeal]) -> Sequence[AuditSeal]:
    """So many of them as have the events of one step; one at least."""
    total = 0
    for number, link in enumerate(links):
        total += 0 if link.purged_at is not None else link.count
        if total > EVENTS and number:
            return links[:number]
    return links


def covered(session: Session, after: int, until: int | None) -> Sequence[Row[Any]]:
    """The events of the seals after one and up to another; None: one, if there is any."""
    query = select(*_COLUMNS).where(AuditEvent.seal_id > after)
    query = query.limit(1) if until is None else query.where(AuditEvent.seal_id <= until)
    return session.execute(query.order_by(AuditEvent.seal_id, AuditEvent.id)).all()


def _vouched(
    session: Session, after: int, until: int | None, held: Statement | None
) -> dict[int, list[Statement | AuditCheckpoint]]:
    """The checkpoints of those seals, by seal."""
    query = select(AuditCheckpoint).where(AuditCheckpoint.seal_id > after)
    if until is not None:
        query = query.where(AuditCheckpoint.seal_id <= until)
    found: dict[int, list[Statement | AuditCheckpoint]] = {}
    for checkpoint in session.scalars(query.order_by(AuditCheckpoint.id)):
        found.setdefault(checkpoint.seal_id, []).append(checkpoint)
    if held is not None and after < held.seal and (until is None or held.seal <= until):
        found.setdefault(held.seal, []).append(held)
    return found


def _one(
    progress: Progress,
    link: AuditSeal,
    rows: Sequence[Row[Any]],
    checkpoints: Sequence[Statement | AuditCheckpoint],
) -> Progress:
    found = fault(link, progress.chain, rows) or _out_of_turn(progress, link)
    found = found or next(filter(None, (_unvouched(link, each) for each in checkpoints)), None)
    if found is not None:
        broken = Break(link.id, progress.place + 1, link.sealed_at, found)
        return replace(progress, broken=broken, done=True)
    passed = replace(
        progress,
        seal=link.id,
        chain=link.chain,
        checkpoints=progress.checkpoints + len(checkpoints),
    )
    if link.purged_at is None:
        return replace(passed, seals=passed.seals + 1, events=passed.events + len(rows))
    return replace(
        passed,
        purged_seals=passed.purged_seals + 1,
        purged=passed.purged + link.count,
        purged_until=link.sealed_at,
        last_purged=link.id,
    )


def fault(link: AuditSeal, previous: bytes, rows: Sequence[Any]) -> Fault | None:
    """Why the link does not hold after the one before it, with these events."""
    if link.previous != previous:
        return Fault.PREVIOUS
    if link.purged_at is not None:
        return Fault.PURGED_WITH_EVENTS if rows else None
    if len(rows) != link.count:
        return Fault.COUNT
    if link.chain != digest(previous, link.sealed_at, rows):
        return Fault.CHANGED
    return None


def _out_of_turn(progress: Progress, link: AuditSeal) -> Fault | None:
    """The purge takes the oldest first; while we verify, it may take what we have passed."""
    earlier = link.purged_at is not None and link.purged_at < progress.began
    return Fault.PURGED_OUT_OF_TURN if earlier and progress.events else None


def _unvouched(link: AuditSeal, checkpoint: Statement | AuditCheckpoint) -> Fault | None:
    if isinstance(checkpoint, AuditCheckpoint):
        statement = vouches(checkpoint)
        if statement is None:
            return Fault.CHECKPOINT_SIGNATURE
    else:
        statement = checkpoint
    differs = statement.seal != link.id or statement.chain != link.chain
    return Fault.CHECKPOINT_DIFFERS if differs else None


def _gone(progress: Progress, seal: int, by_checkpoint: bool) -> Progress:
    found = Fault.CHECKPOINT_WITHOUT_SEAL if by_checkpoint else Fault.SEAL_REMOVED
    return replace(progress, broken=Break(seal, progress.place + 1, None, found), done=True)


def _ended(session: Session, progress: Progress) -> Progress:
    """The newest purge is in the trail: only a later one could have removed its event."""
    last = progress.last_purged
    if last is None:
        return replace(progress, done=True)
    link = session.get_one(AuditSeal, last)
    told = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.act == PURGED, AuditEvent.at == link.purged_at)
        .order_by(AuditEvent.id.desc())
    )
    if any(event.detail.get("seal") == last for event in told):
        return replace(progress, done=True)
    broken = Break(last, progress.purged_seals, link.sealed_at, Fault.PURGE_UNANNOUNCED)
    return replace(progress, broken=broken, done=True)
