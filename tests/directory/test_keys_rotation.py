"""The life of a signing key: next, active, retired, gone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from idp import clock
from idp.config import DAY, Settings
from idp.db import Database
from idp.directory import key_consequences, key_rotation, keys
from idp.directory.key_rotation import USABLE_AFTER, rotate_signing_keys, token_life
from idp.models import AuditEvent, Configuration, KeyState, SigningKey
from tests.directory.conftest import Hands

ALG = "ES256"
WORKERS = 4

States = dict[str, str]


@pytest.fixture
def settings(shared_settings: Settings) -> Settings:
    return shared_settings


@pytest.fixture
def database(shared_database: Database, hands: Hands) -> Database:
    """With one active key, as old as the test."""
    with shared_database.writing() as session:
        keys.ensure_signing_keys(session, actor="operator", algorithms=[ALG])
    return shared_database


def states(database: Database) -> list[str]:
    """Oldest first."""
    with database.reading() as session:
        return [key.state for key in keys.all_keys(session)]


def kids(database: Database) -> States:
    with database.reading() as session:
        return {key.state: key.kid for key in keys.all_keys(session)}


def version(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(Configuration.version)) or 0


def rotate(
    database: Database, settings: Settings, *, immediately: bool = False
) -> key_rotation.Rotation:
    with database.writing() as session:
        return key_rotation.rotate(
            session, settings, ALG, immediately=immediately, actor="operator"
        )


def test_a_key_lives_from_next_to_gone_by_age_alone(
    database: Database, settings: Settings, hands: Hands
) -> None:
    first = kids(database)[KeyState.ACTIVE]
    hands.advance(settings.signing_key_days * DAY - settings.signing_key_overlap - 1)
    assert rotate_signing_keys(database, settings) == 0

    hands.advance(1)
    assert rotate_signing_keys(database, settings) == 1
    assert states(database) == ["active", "next"]
    second = kids(database)[KeyState.NEXT]

    hands.advance(settings.signing_key_overlap - 1)
    assert rotate_signing_keys(database, settings) == 0
    hands.advance(1)
    assert rotate_signing_keys(database, settings) == 1
    assert kids(database) == {KeyState.RETIRED: first, KeyState.ACTIVE: second}

    hands.advance(token_life(settings) - 1)
    assert rotate_signing_keys(database, settings) == 0
    hands.advance(1)
    assert rotate_signing_keys(database, settings) == 1
    assert kids(database) == {KeyState.ACTIVE: second}


def test_a_key_is_not_used_before_everybody_can_know_it(
    database: Database, settings: Settings, hands: Hands
) -> None:
    hands.advance(3 * settings.signing_key_days * DAY)  # no worker ran for so long
    rotate_signing_keys(database, settings)
    hands.advance(USABLE_AFTER - 1)
    assert rotate_signing_keys(database, settings) == 0
    assert states(database) == ["active", "next"]
    hands.advance(1)
    rotate_signing_keys(database, settings)
    assert states(database) == ["retired", "active"]


def test_a_retired_key_outlives_every_token_that_it_signed(
    database: Database, settings: Settings
) -> None:
    longest = max(settings.id_token_lifetime, settings.access_token_lifetime)
    assert token_life(settings) > longest
    # An ID token is the hint by which a session ends, however old it is.
    assert token_life(settings) > settings.session_lifetime


def test_where_nothing_is_due_nothing_is_written(database: Database, settings: Settings) -> None:
    before = version(database)
    assert rotate_signing_keys(database, settings) == 0
    assert version(database) == before


def test_of_several_workers_one_rotates(
    database: Database, settings: Settings, hands: Hands
) -> None:
    rotate(database, settings)
    hands.advance(settings.signing_key_days * DAY)
    together = threading.Barrier(WORKERS)

    def work() -> int:
        together.wait(30)
        with database.writing() as session:
            return len(key_rotation.rotate_due(session, settings))

    with ThreadPoolExecutor(WORKERS) as workers:
        done = [future.result(60) for future in [workers.submit(work) for _ in range(WORKERS)]]
    assert sorted(done) == [0] * (WORKERS - 1) + [1]
    assert states(database) == ["retired", "active"]


def test_an_operator_has_the_next_key_made_and_then_used(
    database: Database, settings: Settings, hands: Hands
) -> None:
    made = rotate(database, settings)
    assert (made.made, made.active) == (True, False)
    assert made.usable_at == clock.now() + USABLE_AFTER

    hands.advance(USABLE_AFTER - 1)
    waited = rotate(database, settings)
    assert (waited.kid, waited.made, waited.active) == (made.kid, False, False)

    hands.advance(1)
    assert rotate(database, settings).active
    assert kids(database)[KeyState.ACTIVE] == made.kid


def test_in_an_emergency_the_next_key_is_used_at_once(
    database: Database, settings: Settings
) -> None:
    done = rotate(database, settings, immediately=True)
    assert (done.made, done.active) == (True, True)
    assert states(database) == ["retired", "active"]


def test_an_algorithm_without_a_key_does_not_wait_for_one(
    database: Database, settings: Settings
) -> None:
    with database.writing() as session:
        assert key_rotation.rotate(session, settings, "EdDSA", actor="operator").active


def drop(database: Database, kid: str) -> str | None:
    with database.writing() as session:
        successor = key_rotation.drop(session, kid, actor="operator")
        return successor and successor.kid


def test_a_dropped_key_is_gone_and_the_next_one_signs(
    database: Database, settings: Settings
) -> None:
    rotate(database, settings)
    before = kids(database)
    with database.reading() as session:
        found = key_consequences.of(session, settings, before[KeyState.ACTIVE])
        told = " ".join(found.sentences())
    assert "refused at once" in told
    assert before[KeyState.NEXT] in told
    assert drop(database, before[KeyState.ACTIVE]) == before[KeyState.NEXT]
    assert kids(database) == {KeyState.ACTIVE: before[KeyState.NEXT]}


def test_a_dropped_key_without_a_next_one_is_replaced(database: Database) -> None:
    dropped = kids(database)[KeyState.ACTIVE]
    successor = drop(database, dropped)
    assert successor not in {None, dropped}
    assert kids(database) == {KeyState.ACTIVE: successor}


def test_dropping_a_key_that_does_not_sign_replaces_nothing(
    database: Database, settings: Settings
) -> None:
    rotate(database, settings)
    assert drop(database, kids(database)[KeyState.NEXT]) is None
    rotate(database, settings, immediately=True)
    assert drop(database, kids(database)[KeyState.RETIRED]) is None
    assert states(database) == ["active"]


def test_a_key_that_is_not_there_is_refused(database: Database) -> None:
    with pytest.raises(keys.UnknownKey):
        drop(database, "nobody")


def test_every_change_is_counted_and_stands_in_the_trail(
    database: Database, settings: Settings, hands: Hands
) -> None:
    before = version(database)
    kid = kids(database)[KeyState.ACTIVE]
    rotate(database, settings, immediately=True)
    hands.advance(token_life(settings))
    rotate_signing_keys(database, settings)
    with database.reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        told = [(event.act, event.actor, event.detail["kid"] == kid) for event in events]
        assert session.scalar(select(func.count()).select_from(SigningKey)) == 1
    assert told == [
        ("key.created", "operator", True),
        ("key.created", "operator", False),
        ("key.retired", "operator", True),
        ("key.activated", "operator", False),
        ("key.removed", "system", True),
    ]
    assert version(database) == before + 4


def test_the_next_rotation_is_told_as_the_worker_does_it(
    database: Database, settings: Settings, hands: Hands
) -> None:
    """First published, then used."""

    def planned() -> key_rotation.Succession:
        with database.reading() as session:
            return key_rotation.succession(settings, keys.all_keys(session), "ES256")

    publishes_at = planned().publishes_at
    assert publishes_at is not None
    hands.advance(publishes_at - hands.now)
    assert rotate_signing_keys(database, settings) == 1
    assert planned().publishes_at is None
    hands.advance(planned().replaces_at - hands.now - 1)
    assert rotate_signing_keys(database, settings) == 0
    hands.advance(1)
    assert rotate_signing_keys(database, settings) == 1


def test_tokens_die_when_the_key_that_signed_them_is_gone(
    database: Database, settings: Settings
) -> None:
    def until(state: KeyState) -> int | None:
        with database.reading() as session:
            return key_consequences.of(session, settings, kids(database)[state]).tokens_until

    assert until(KeyState.ACTIVE) == clock.now() + token_life(settings)
    rotate(database, settings)
    assert until(KeyState.NEXT) is None
    rotate(database, settings, immediately=True)
    assert until(KeyState.RETIRED) == clock.now() + token_life(settings)
