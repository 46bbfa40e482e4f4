"""Verifications of the trail that operators ask for: the worker goes through the chain a few seals
at a time, and whoever asked sees how far it is."""

import time
from dataclasses import asdict
from typing import Any

from sqlalchemy import CursorResult, Select, func, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.audit.verification import Break, Fault, Progress, step
from idp.config import Settings
from idp.crypto import b64decode, b64encode
from idp.db import Database
from idp.models import AuditCheck, AuditSeal, CheckState

# Seconds: between two looks of the worker, and the longest round of one.
EVERY = 2
ROUND = 2.0
SHOWN = 10


def begin(session: Session, *, actor: str) -> AuditCheck:
    """A verification from the first seal on; the one that is under way, if there is one."""
    present = session.scalars(_running().with_for_update()).first()
    if present is not None:
        return present
    began = clock.now()
    check = AuditCheck(
        asked_at=began,
        asked_by=audit.actor_id(actor),
        expected=session.scalar(select(func.count()).select_from(AuditSeal)) or 0,
        progress=_kept(Progress(began)),
    )
    session.add(check)
    session.flush()
    audit.record(session, "trail.verification_asked", actor=actor)
    return check


def latest(session: Session) -> list[AuditCheck]:
    """The newest first."""
    return list(session.scalars(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(SHOWN)))


def progress(check: AuditCheck) -> Progress:
    values: dict[str, Any] = dict(check.progress)
    values["chain"] = b64decode(values["chain"])
    if broken := values["broken"]:
        values["broken"] = Break(**broken | {"fault": Fault(broken["fault"])})
    return Progress(**values)


def advance(database: Database, settings: Settings) -> int:
    """The worker's job: a round of a few seconds; returns how many steps it took. A step reads
    without a lock; whoever writes its outcome first has taken it."""
    deadline, taken = time.monotonic() + ROUND, 0
    while time.monotonic() < deadline and _advanced(database):
        taken += 1
    return taken


def _advanced(database: Database) -> bool:
    with database.reading() as session:
        check = session.scalars(_running()).first()
        if check is None:
            return False
        check_id, number = check.id, check.step
        after = step(session, progress(check))
    values: dict[str, Any] = {"step": number + 1, "progress": _kept(after)}
    if after.done:
        state = CheckState.BROKEN if after.broken else CheckState.HELD
        values |= {"state": state, "ended_at": clock.now()}
    taken = (
        update(AuditCheck)
        .where(AuditCheck.id == check_id, AuditCheck.step == number)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    with database.writing() as session:
        result = session.execute(taken)
        assert isinstance(result, CursorResult)
        if result.rowcount and after.broken:
            audit.record(
                session,
                "trail.found_broken",
                actor="system",
                outcome=after.broken.fault.value,
                seal=after.broken.seal,
            )
    return True


def _running() -> Select[AuditCheck]:
    return select(AuditCheck).where(AuditCheck.state == CheckState.RUNNING).order_by(AuditCheck.id)


def _kept(found: Progress) -> dict[str, Any]:
    return asdict(found) | {"chain": b64encode(found.chain)}
