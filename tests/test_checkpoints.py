"""Signed checkpoints: what was vouched for once, and kept elsewhere, cannot be rewritten."""

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from idp import audit
from idp.audit import chain, checkpoints
from idp.config import DAY, Settings
from idp.db import Database
from idp.models import AuditCheckpoint, AuditEvent, AuditKey, AuditSeal
from tests.directory.expired import record, size
from tests.held_clock import HeldClock
from tests.test_audit import database as database  # noqa: PLC0414 - the fixture

HOUR = 3600


@pytest.fixture
def vouched(database: Database, settings: Settings, clock: HeldClock) -> Database:
    """Two seals, and a checkpoint of the second."""
    for _ in range(2):
        record(database, 3)
        clock.advance(5)
    assert checkpoints.sign_due(database, settings) == 1
    return database


def export(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        newest = checkpoints.newest(session)
        assert newest is not None
        return checkpoints.exported(newest)


def broken(database: Database, document: dict[str, Any] | None = None) -> str:
    held = checkpoints.held(document) if document else None
    with database.reading() as session:
        return str(audit.verify(session, held).broken)


def rewrite(database: Database) -> None:
    """As whoever has the database and this program could: a changed past, hashed anew."""
    with database.writing() as session:
        first = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).first()
        assert first is not None
        first.actor = "nobody"
        session.flush()
        previous = chain.GENESIS
        for link in session.scalars(select(AuditSeal).order_by(AuditSeal.id)):
            events = session.scalars(
                select(AuditEvent).where(AuditEvent.seal_id == link.id).order_by(AuditEvent.id)
            ).all()
            link.previous = previous
            link.chain = previous = chain.digest(previous, link.sealed_at, events)


def test_a_checkpoint_is_signed_once_an_hour_and_only_of_what_is_new(
    vouched: Database, settings: Settings, clock: HeldClock
) -> None:
    record(vouched, 1)
    assert checkpoints.sign_due(vouched, settings) == 0
    clock.advance(HOUR)
    assert [checkpoints.sign_due(vouched, settings) for _ in range(2)] == [1, 0]
    clock.advance(HOUR)
    record(vouched, 0)
    with vouched.reading() as session:
        found = audit.verify(session)
    assert (found.broken, found.checkpoints) == (None, 2)


def test_a_chain_that_was_hashed_anew_is_found_by_its_checkpoint(vouched: Database) -> None:
    rewrite(vouched)
    assert "is not the one that a signed checkpoint vouches for" in broken(vouched)


def test_a_checkpoint_kept_elsewhere_finds_what_the_database_hides(vouched: Database) -> None:
    kept = export(vouched)
    assert broken(vouched, kept) == "None"
    with vouched.writing() as session:
        session.execute(delete(AuditCheckpoint))
    rewrite(vouched)
    assert broken(vouched) == "None"
    assert "is not the one" in broken(vouched, kept)


def test_a_chain_whose_end_was_cut_off_is_found(vouched: Database) -> None:
    with vouched.writing() as session:
        last = select(AuditSeal.id).order_by(AuditSeal.id.desc()).limit(1).scalar_subquery()
        session.execute(delete(AuditEvent).where(AuditEvent.seal_id == last))
        session.execute(delete(AuditSeal).where(AuditSeal.id == last))
    assert "a seal that is not there" in broken(vouched)


def test_a_checkpoint_that_was_changed_is_found(vouched: Database) -> None:
    with vouched.writing() as session:
        statement = session.scalars(select(AuditCheckpoint.statement)).one()
        head, payload, _ = statement.split(".")
        session.execute(update(AuditCheckpoint).values(statement=f"{head}.{payload}.AAAA"))
    assert "a checkpoint’s signature does not hold" in broken(vouched)


@pytest.mark.parametrize("document", [None, [], {}, {"checkpoint": "a.b.c", "key": {}}, {"key": 1}])
def test_what_is_no_checkpoint_is_none(document: Any) -> None:
    assert checkpoints.held(document) is None


def test_an_old_key_signs_no_more_and_what_it_signed_is_verified(
    vouched: Database, settings: Settings, clock: HeldClock
) -> None:
    clock.advance(settings.signing_key_days * DAY)
    record(vouched, 1)
    checkpoints.sign_due(vouched, settings)
    with vouched.reading() as session:
        old, new = session.scalars(select(AuditKey).order_by(AuditKey.id))
        assert (old.private_jwk, new.retired_at) == (None, None)
        assert audit.verify(session).checkpoints == 2


def test_the_keys_are_sealed(vouched: Database) -> None:
    with vouched.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT private_jwk, public_jwk FROM audit_key").one()
    assert not any(b'"kty"' in bytes(value) for value in row)


def test_several_signers_at_once_make_one_checkpoint(
    database: Database, settings: Settings
) -> None:
    record(database, 1)
    made = [checkpoints.sign_due(database, settings) for _ in range(3)]
    assert sum(made) == size(database, AuditCheckpoint) == 1
