"""What is good once, taken by many at the same moment: a step of the application, a line of the
sheet of recovery codes. And of many wrong guesses five are looked at."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp import audit
from idp.config import DAY, Settings
from idp.db import Database
from idp.factors import recovery_codes, totp
from idp.factors.guess import Outcome, Verdict
from idp.factors.totp import STEP
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.passkeys import shown

ORIGIN = audit.Origin("192.0.2.7")

Try = Callable[[str], Outcome]


@pytest.fixture
def account_id(factory: Factory) -> int:
    return factory.person().account_id


@pytest.fixture
def application(
    database: Database, settings: Settings, account_id: int, clock: HeldClock
) -> tuple[Try, str]:
    """How a code of the application is tried, and a right one."""
    who = {"account_id": account_id, "origin": ORIGIN}
    with database.writing() as session:
        waiting = totp.begin(session, account_id)
        assert waiting
        secret = waiting.secret
    totp.enrol(database, settings, typed=shown(secret), locale="fr", **who)
    clock.advance(STEP)
    return (lambda typed: totp.verify(database, settings, typed=typed, **who)), shown(secret)


@pytest.fixture
def sheet(database: Database, settings: Settings, account_id: int) -> tuple[Try, str]:
    """How a recovery code is tried, and a right one."""
    who = {"account_id": account_id, "origin": ORIGIN, "locale": "fr"}
    codes = recovery_codes.enrol(database, settings, **who)
    return (lambda typed: recovery_codes.verify(database, settings, typed=typed, **who)), codes[0]


def at_once(attempt: Try, typed: str, times: int) -> list[Verdict]:
    with ThreadPoolExecutor(6) as pool:
        return [outcome.verdict for outcome in pool.map(attempt, [typed] * times)]


def test_of_many_at_once_one_wins(
    application: tuple[Try, str], sheet: tuple[Try, str], clock: HeldClock
) -> None:
    for attempt, right in (application, sheet):
        assert at_once(attempt, right, 12).count(Verdict.PROVED) == 1
        clock.advance(DAY)  # the losers have to wait, whichever way they take


def test_of_many_wrong_ones_at_once_five_are_looked_at_whichever_way(
    application: tuple[Try, str], sheet: tuple[Try, str]
) -> None:
    attempt, right = application
    assert at_once(attempt, right[::-1] + "0", 20).count(Verdict.MUST_WAIT) == 15
    attempt, right = sheet
    assert attempt(right).verdict == Verdict.MUST_WAIT
