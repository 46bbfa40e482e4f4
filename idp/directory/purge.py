"""The purge: what has expired is removed, whatever it was, for nothing may grow without bound.

Rows are looked for without a lock and removed a batch at a time, in transactions of a few
milliseconds with pauses as long between them. Any number of workers do it at once: what one of
them holds, the others leave alone.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp import audit, clock
from idp.config import DAY, Settings
from idp.db import Database
from idp.directory.expiry import KINDS, Kind, table_of
from idp.models import AuditEvent, AuditSeal

# Seconds: between two rounds of a worker, the longest round, the shortest pause after a
# transaction (SQLite's other writers look every few milliseconds whether it is their turn).
EVERY = 10
ROUND = 4.0
PAUSE = 0.02

log = structlog.get_logger(__name__)


def purge(database: Database, settings: Settings) -> int:
    """One round, of a few seconds at most; returns how many rows went. The worker's job."""
    purger = Purger(database, settings)
    try:
        purger.run(ROUND)
    finally:
        if purger.removed.total():
            milliseconds = round(purger.longest * 1000, 1)
            log.info("purge.removed", **+purger.removed, longest_transaction_ms=milliseconds)
    return purger.removed.total()


def due(database: Database, settings: Settings) -> Counter[str]:
    """How many rows of each table a purge would remove now."""
    now, found = clock.now(), Counter[str]()
    with database.reading() as session:
        for table in dict.fromkeys(kind.table for kind in KINDS):
            kinds = [kind for kind in KINDS if kind.table == table]
            key, expired = kinds[0].key, or_(*(kind.expired(settings, now) for kind in kinds))
            found[table] = _count(session, key, expired)
            for column in (column for kind in kinds for column in kind.owned):
                owners = column.in_(select(key).where(expired))
                found[table_of(column)] = _count(session, column, owners)
        found[AuditEvent.__tablename__] = _old_events(session, now - settings.trail_days * DAY)
    return +found


def _count(session: Session, column: InstrumentedAttribute[Any], which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(column.class_).where(which)) or 0


def _old_events(session: Session, sealed_until: int) -> int:
    old = AuditSeal.purged_at.is_(None), AuditSeal.sealed_at <= sealed_until
    return int(session.scalar(select(func.coalesce(func.sum(AuditSeal.count), 0)).where(*old)) or 0)


class Purger:
    """`removed` counts rows by table; `longest` is the longest time, in seconds, for which one of
    its transactions kept other writers waiting."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._now = clock.now()
        self.removed: Counter[str] = Counter()
        self.longest = 0.0

    def run(self, seconds: float = math.inf) -> None:
        """A batch of each kind in turn, until nothing is left for us or the time is over."""
        deadline = time.monotonic() + seconds
        steps: list[Callable[[], bool]] = [partial(self._batch, kind) for kind in KINDS]
        steps.append(self._trail)
        while steps and time.monotonic() < deadline:
            steps = [step for step in steps if step()]

    def _batch(self, kind: Kind) -> bool:
        """Whether there may be more for us: the batch was full, and not all in other hands."""
        size, expired = self._settings.purge_batch, kind.expired(self._settings, self._now)
        with self._database.reading() as session:
            keys = session.scalars(select(kind.key).where(expired).limit(size)).all()
        if not keys:
            return False
        with self._writing() as session:
            # Meanwhile one may be gone, in use again, or in another worker's hands.
            wanted = select(kind.key).where(kind.key.in_(keys), expired)
            held = session.scalars(wanted.with_for_update(skip_locked=True)).all()
            columns = (*kind.owned, kind.key)
            gone = {table_of(column): _delete(session, column, held) for column in columns}
        self.removed.update(gone)
        return len(keys) == size and bool(held)

    def _trail(self) -> bool:
        """Whether there may be more: the events of the oldest seal went."""
        try:
            with self._database.reading() as session:
                oldest = self._now - self._settings.trail_days * DAY
                link = audit.purgeable(session, oldest)
        except audit.Broken as error:
            log.error("purge.trail_broken", reason=str(error))
            return False
        if link is None:
            return False
        with self._writing() as session:
            events = audit.purge(session, link)
        self.removed[AuditEvent.__tablename__] += events
        return events > 0

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """A transaction, timed from when it has the database; then a pause as long."""
        with self._database.writing() as session:
            session.connection()
            began = time.monotonic()
            yield session
        took = time.monotonic() - began
        self.longest = max(self.longest, took)
        time.sleep(max(PAUSE, took))


def _delete(session: Session, column: InstrumentedAttribute[Any], values: Any) -> int:
    gone = delete(column.class_).where(column.in_(values)).returning(column)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())
