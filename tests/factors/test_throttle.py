"""Counting failures before the secret is looked at."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.config import Settings
from idp.db import Database
from idp.factors import throttle
from idp.factors.throttle import Counter, MustWait, Reserved
from tests.held_clock import HeldClock
from tests.rested import rest

DAY, HOUR = 86_400, 3600


@pytest.fixture
def database(settings: Settings, clock: HeldClock) -> Iterator[Database]:
    made = Database(settings.effective_database_url, settings.keyring)
    yield made
    rest(made)


@pytest.fixture
def secret(database: Database, settings: Settings) -> Counter:
    return throttle.for_secret(database.keyring, settings, "password", "123", None)


def reserve(database: Database, settings: Settings, *counters: Counter) -> Reserved:
    return throttle.reserve(database, settings, counters)


def must_wait(database: Database, settings: Settings, *counters: Counter) -> int:
    with pytest.raises(MustWait) as refusal:
        reserve(database, settings, *counters)
    return refusal.value.seconds


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 60), (6, 120), (7, 240), (8, 480), (9, 900), (10, 900), (10_000, 900)],
)
def test_the_wait_grows_with_the_failures(settings: Settings, failures: int, seconds: int) -> None:
    assert throttle.wait_after(settings, failures) == seconds


def test_a_try_counts_as_a_failure_until_it_is_forgiven(
    database: Database, settings: Settings, secret: Counter
) -> None:
    assert [reserve(database, settings, secret).failures for _ in range(4)] == [1, 2, 3, 4]
    fifth = reserve(database, settings, secret)
    assert (fifth.failures, fifth.wait) == (5, 60)
    assert must_wait(database, settings, secret) == 60
    throttle.forgive(database, fifth)
    assert reserve(database, settings, secret).failures == 1


def test_to_be_refused_counts_nothing(
    database: Database, settings: Settings, secret: Counter, clock: HeldClock
) -> None:
    for _ in range(5):
        reserve(database, settings, secret)
    for _ in range(50):
        must_wait(database, settings, secret)
    clock.advance(60)
    assert reserve(database, settings, secret).failures == 6


def test_a_refusal_by_one_counter_counts_on_none(
    database: Database, settings: Settings, secret: Counter
) -> None:
    other = throttle.for_secret(database.keyring, settings, "password", "456", None)
    for _ in range(5):
        reserve(database, settings, secret)
    must_wait(database, settings, secret, other)
    assert reserve(database, settings, other).failures == 1


def test_an_address_never_locks_by_a_row(database: Database, settings: Settings) -> None:
    address = throttle.for_address(database.keyring, settings, "192.0.2.7")
    for _ in range(settings.failures_per_address):
        reserve(database, settings, address)
    assert must_wait(database, settings, address) == HOUR


def test_a_window_begins_anew(
    database: Database, settings: Settings, secret: Counter, clock: HeldClock
) -> None:
    for _ in range(25):
        reserve(database, settings, secret)
        clock.advance(900)
    left = must_wait(database, settings, secret)
    assert left == DAY - 25 * 900
    clock.advance(left - 1)
    assert must_wait(database, settings, secret) == 1
    clock.advance(1)
    reserve(database, settings, secret)


def test_what_is_counted_cannot_be_read_from_the_table(
    database: Database, settings: Settings
) -> None:
    subjects = {
        throttle.for_secret(database.keyring, settings, "password", "123", None).subject,
        throttle.for_secret(database.keyring, settings, "password", "123", "browser").subject,
        throttle.for_secret(database.keyring, settings, "code", "123", None).subject,
        throttle.for_address(database.keyring, settings, "192.0.2.7").subject,
        throttle.for_address(database.keyring, settings, None).subject,
    }
    assert len(subjects) == 5
    assert all(len(subject) == 32 and b"123" not in subject for subject in subjects)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("garbage", None, True),
    ],
)
def test_an_ipv6_subscriber_counts_as_one(
    database: Database, settings: Settings, one: str, other: str | None, same: bool
) -> None:
    subjects = [
        throttle.for_address(database.keyring, settings, address).subject
        for address in (one, other)
    ]
    assert (subjects[0] == subjects[1]) is same


def test_of_many_guesses_at_once_five_are_evaluated(
    database: Database, settings: Settings, secret: Counter
) -> None:
    address = throttle.for_address(database.keyring, settings, "192.0.2.7")

    def guess(_: int) -> bool:
        try:
            reserve(database, settings, secret, address)
        except MustWait:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(40))) == 5
