"""The sealed trail: whatever is changed afterwards is found."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from idp import audit
from idp.audit import chain
from idp.config import Settings
from idp.db import Database
from idp.models import AuditEvent, AuditSeal
from tests.held_clock import HeldClock
from tests.rested import rest


@pytest.fixture
def database(settings: Settings, clock: HeldClock) -> Iterator[Database]:
    made = Database(settings.effective_database_url, settings.keyring)
    yield made
    rest(made)


def record(database: Database, count: int = 3) -> None:
    with database.writing() as session:
        for number in range(count):
            audit.record(session, "account.consulted", actor="operator", account_id=number)


def seal(database: Database) -> int:
    with database.writing() as session:
        return audit.seal(session)


def verify(database: Database) -> audit.Verification:
    with database.reading() as session:
        return audit.verify(session)


@pytest.fixture
def sealed(database: Database, clock: HeldClock) -> Database:
    """Three seals over three events each."""
    for _ in range(3):
        record(database)
        seal(database)
        clock.advance(5)
    return database


def test_an_empty_trail_holds(database: Database) -> None:
    assert seal(database) == 0
    assert verify(database) == audit.Verification(0, 0, 0, None)


def test_a_sealed_trail_holds(sealed: Database) -> None:
    assert verify(sealed) == audit.Verification(seals=3, events=9, unsealed=0, broken=None)


def test_the_tail_that_is_not_sealed_is_told(sealed: Database) -> None:
    record(sealed, 2)
    assert verify(sealed) == audit.Verification(seals=3, events=9, unsealed=2, broken=None)


def test_an_event_is_recorded_in_the_transaction_of_its_act(database: Database) -> None:
    with suppress(RuntimeError), database.writing() as session:
        audit.record(session, "account.consulted", actor="operator")
        session.flush()
        raise RuntimeError("the act failed")
    assert verify(database).unsealed == 0


def test_a_batch_leaves_the_rest_for_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "BATCH", 2)
    record(database, 5)
    assert [seal(database) for _ in range(4)] == [2, 2, 1, 0]
    assert verify(database).broken is None


def nth(session: Session, kind: type, number: int) -> int:
    return [row.id for row in session.query(kind).order_by(kind.id)][number]


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "success!"},
        {"actor": "nobody"},
        {"at": 1},
        {"account_id": None},
        {"address": "192.0.2.1"},
        {"detail": {"a": "b"}},
        {"act": "account.blocked"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_changed_event_is_found(sealed: Database, values: dict) -> None:
    with sealed.writing() as session:
        target = nth(session, AuditEvent, 4)
        session.execute(update(AuditEvent).where(AuditEvent.id == target).values(**values))
        second = nth(session, AuditSeal, 1)
    found = verify(sealed)
    assert found.broken is not None
    assert str(found.broken).startswith(f"seal {second}:")
    assert found.events == 3


def test_a_removed_event_is_found(sealed: Database) -> None:
    with sealed.writing() as session:
        target = nth(session, AuditEvent, 4)
        session.execute(delete(AuditEvent).where(AuditEvent.id == target))
    assert "covers another number" in str(verify(sealed).broken)


def test_an_event_smuggled_under_a_seal_is_found(sealed: Database) -> None:
    with sealed.writing() as session:
        audit.record(session, "account.consulted", actor="nobody")
        session.flush()
        last = nth(session, AuditSeal, 2)
        session.execute(update(AuditEvent).where(AuditEvent.seal_id.is_(None)).values(seal_id=last))
    assert "covers another number" in str(verify(sealed).broken)


def test_events_that_changed_places_between_two_seals_are_found(sealed: Database) -> None:
    with sealed.writing() as session:
        one, other = (nth(session, AuditEvent, number) for number in (2, 3))
        seals = dict(
            row
            for row in session.query(AuditEvent.id, AuditEvent.seal_id).filter(
                AuditEvent.id.in_((one, other))
            )
        )
        assert len(set(seals.values())) == 2
        for key, place in ((one, seals[other]), (other, seals[one])):
            session.execute(update(AuditEvent).where(AuditEvent.id == key).values(seal_id=place))
        first = nth(session, AuditSeal, 0)
    assert str(verify(sealed).broken).startswith(f"seal {first}: an event was changed")


def test_events_that_changed_places_under_a_seal_are_found(sealed: Database) -> None:
    """Each with the key of the other."""
    with sealed.writing() as session:
        one, other = (nth(session, AuditEvent, number) for number in (3, 4))
        for key, place in ((one, 1), (other, one), (1, other)):
            session.execute(update(AuditEvent).where(AuditEvent.id == key).values(id=place))
        second = nth(session, AuditSeal, 1)
    assert str(verify(sealed).broken).startswith(f"seal {second}: an event was changed")


REMOVE = {
    "first": "DELETE FROM audit_seal WHERE id = (SELECT min(id) FROM audit_seal)",
    "middle": """
        DELETE FROM audit_seal WHERE id NOT IN (
            SELECT min(id) FROM audit_seal UNION SELECT max(id) FROM audit_seal)
    """,
    "last": "DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal)",
}


def remove_seal(database: Database, which: str) -> None:
    """As whoever has the files, or the superuser's password, could: past the foreign keys."""
    past = {
        "sqlite": "PRAGMA foreign_keys = OFF",
        "postgresql": "SET session_replication_role = replica",
    }
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.rollback()
        driver.execute(past[database.dialect])
        driver.execute(REMOVE[which])
        driver.commit()
        connection.detach()


@pytest.mark.parametrize("which", REMOVE)
def test_a_removed_seal_is_found(sealed: Database, which: str) -> None:
    remove_seal(sealed, which)
    broken = str(verify(sealed).broken)
    assert "a seal was removed" in broken or "name a seal that was removed" in broken


def test_a_seal_that_was_given_another_time_is_found(sealed: Database) -> None:
    with sealed.writing() as session:
        target = nth(session, AuditSeal, 2)
        session.execute(update(AuditSeal).where(AuditSeal.id == target).values(sealed_at=1))
    assert "or the seal itself" in str(verify(sealed).broken)


def test_two_sealers_at_once_make_one_chain(database: Database) -> None:
    record(database, 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "BATCH", 5)
        with ThreadPoolExecutor(4) as pool:
            counts = list(pool.map(lambda _: seal(database), range(12)))
    assert sum(counts) == 40
    found = verify(database)
    assert (found.seals, found.events, found.unsealed, found.broken) == (8, 40, 0, None)


def test_an_event_of_the_hot_path_is_like_any_other(database: Database) -> None:
    with database.transaction() as tx:
        values = audit.event_values("authorization.granted", actor="holder", detail={"acr": "x"})
        tx.execute(audit.INSERT_EVENT, **values)
    assert seal(database) == 1
    assert verify(database) == audit.Verification(1, 1, 0, None)
