"""The trail is kept for a year and no longer, and what is left of it is still proved."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp import audit
from idp.config import DAY, Settings
from idp.db import Database
from idp.directory import purge
from idp.models import (
    AuditEvent,
    AuditSeal,
)
from tests.directory.expired import record, seal, size, verified
from tests.held_clock import HeldClock


@pytest.fixture
def settings(shared_settings: Settings) -> Settings:
    return shared_settings


@pytest.fixture
def database(shared_database: Database, clock: HeldClock) -> Database:
    return shared_database


@pytest.fixture
def shortened(database: Database, settings: Settings, clock: HeldClock) -> Database:
    """A trail of three seals, the oldest of them purged."""
    for _ in range(2):
        record(database, 3)
        clock.advance(DAY)
    clock.advance(settings.trail_days * DAY - 2 * DAY)
    purge.purge(database, settings)
    seal(database)
    return database


def test_a_trail_that_was_purged_still_holds_and_says_since_when(
    shortened: Database, clock: HeldClock, settings: Settings
) -> None:
    found = verified(shortened)
    # The younger three, and the purge's own.
    assert (found.broken, found.seals, found.events, found.unsealed) == (None, 2, 4, 0)
    assert (found.purged, found.purged_until) == (3, int(clock.now) - settings.trail_days * DAY)


def _remove_an_event(session: Session, _oldest: int, younger: int) -> None:
    first = select(AuditEvent.id).where(AuditEvent.seal_id == younger).limit(1).scalar_subquery()
    session.execute(delete(AuditEvent).where(AuditEvent.id == first))


def _change_an_event(session: Session, _oldest: int, younger: int) -> None:
    session.execute(update(AuditEvent).where(AuditEvent.seal_id == younger).values(actor="nobody"))


def _remove_the_purged_seal(session: Session, oldest: int, _younger: int) -> None:
    session.execute(delete(AuditSeal).where(AuditSeal.id == oldest))


def _change_the_purged_seal(session: Session, oldest: int, _younger: int) -> None:
    session.execute(update(AuditSeal).where(AuditSeal.id == oldest).values(chain=bytes(32)))


def _add_an_event_to_the_purged_seal(session: Session, oldest: int, younger: int) -> None:
    session.execute(update(AuditEvent).where(AuditEvent.seal_id == younger).values(seal_id=oldest))


def _pretend_a_purge(session: Session, _oldest: int, younger: int) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.seal_id == younger))
    session.execute(update(AuditSeal).where(AuditSeal.id == younger).values(purged_at=1))


def _pretend_a_purge_of_the_newest(session: Session, _oldest: int, younger: int) -> None:
    newest = AuditSeal.id > younger
    seals = select(AuditSeal.id).where(newest)
    session.execute(delete(AuditEvent).where(AuditEvent.seal_id.in_(seals)))
    session.execute(update(AuditSeal).where(newest).values(purged_at=1))


@pytest.mark.parametrize(
    "tamper",
    [
        _remove_an_event,
        _change_an_event,
        _remove_the_purged_seal,
        _change_the_purged_seal,
        _add_an_event_to_the_purged_seal,
        _pretend_a_purge,
        _pretend_a_purge_of_the_newest,
    ],
)
def test_what_was_done_to_a_purged_trail_is_found(
    tamper: Callable[[Session, int, int], None], shortened: Database
) -> None:
    with shortened.writing() as session:
        oldest, younger, _ = session.scalars(select(AuditSeal.id).order_by(AuditSeal.id))
        tamper(session, oldest, younger)
    assert verified(shortened).broken


def test_events_that_nobody_sealed_stay(
    database: Database, settings: Settings, clock: HeldClock
) -> None:
    with database.writing() as session:
        audit.record(session, "account.consulted", actor="operator")
    clock.advance(2 * settings.trail_days * DAY)
    purge.purge(database, settings)
    assert size(database, AuditEvent) == 1


def test_a_seal_that_does_not_hold_keeps_its_events(
    database: Database, settings: Settings, clock: HeldClock
) -> None:
    record(database, 3)
    with database.writing() as session:
        session.execute(update(AuditEvent).values(actor="nobody"))
    clock.advance(2 * settings.trail_days * DAY)
    purge.purge(database, settings)
    assert size(database, AuditEvent) == 3
    assert verified(database).broken
