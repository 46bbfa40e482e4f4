"""One try at a code that an authenticator shows or a paper carries: reserved, looked at outside
any transaction, then settled by one conditional statement."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.factors import throttle

T = TypeVar("T")


class Verdict(StrEnum):
    PROVED = "proved"
    WRONG = "wrong_code"
    USED = "code_used"
    MUST_WAIT = "must_wait"


@dataclass(frozen=True)
class Outcome:
    """`tries`: how many are left before one has to wait; `wait`: seconds before the next one."""

    verdict: Verdict
    tries: int = 0
    wait: int = 0


def look_at(
    database: Database,
    settings: Settings,
    *,
    act: str,
    counter: throttle.Counter,
    account_id: int | None,
    look: Callable[[], T | None],
    use: Callable[[Session, T], bool],
    origin: audit.Origin,
) -> Outcome:
    """`look` gives what was found, or None for a wrong code; `use` whether it was there to be
    used up. `account_id` is whose code it is, as the trail has it; None: nobody's."""
    try:
        reserved = throttle.reserve(database, settings, [counter])
    except throttle.MustWait as refusal:
        with database.writing() as session:
            _event(session, act, account_id, Verdict.MUST_WAIT, origin)
        return Outcome(Verdict.MUST_WAIT, wait=refusal.seconds)
    found, verdict = look(), Verdict.WRONG
    with database.writing() as session:
        if found is not None:
            verdict = Verdict.PROVED if use(session, found) else Verdict.USED
        _event(session, act, account_id, verdict, origin)
    if verdict == Verdict.PROVED:
        throttle.forgive(database, reserved)
        return Outcome(verdict)
    tries = max(settings.failures_free - reserved.failures, 0)
    return Outcome(verdict, tries=tries, wait=reserved.wait)


def look_at_second_factor(
    database: Database,
    settings: Settings,
    *,
    act: str,
    account_id: int,
    look: Callable[[], T | None],
    use: Callable[[Session, T], bool],
    origin: audit.Origin,
) -> Outcome:
    """The same; tries count for the account, together with those of every other kind of code."""
    counter = throttle.for_second_factor(database.keyring, settings, account_id)
    return look_at(
        database,
        settings,
        act=act,
        counter=counter,
        account_id=account_id,
        look=look,
        use=use,
        origin=origin,
    )


def _event(
    session: Session, act: str, account_id: int | None, verdict: Verdict, origin: audit.Origin
) -> None:
    audit.record(
        session,
        act,
        actor="holder",
        outcome="success" if verdict == Verdict.PROVED else verdict.value,
        account_id=account_id,
        origin=origin,
    )
