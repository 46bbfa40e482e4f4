"""The one-time code: six digits by mail or SMS, ten minutes, used once."""

import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import DAY, Settings
from idp.crypto import Keyring
from idp.db import Database
from idp.factors import throttle
from idp.messages import kinds, outbox
from idp.models import Account, OneTimeCode

DIGITS = 6

Purpose = Literal["connection", "activation"]


class CannotSend(Exception):
    """No new code now: `reason` is "too_soon", "too_many" or "no_channel"; `seconds` to wait."""

    def __init__(self, reason: str, seconds: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class Verdict(StrEnum):
    PROVED = "proved"
    WRONG = "wrong_code"
    EXPIRED = "code_expired"
    VOID = "code_void"
    MUST_WAIT = "must_wait"


@dataclass(frozen=True)
class Outcome:
    """`tries`: how many are left; `wait`: seconds before the next one."""

    verdict: Verdict
    channel: str | None = None
    tries: int = 0
    wait: int = 0


def send(
    session: Session,
    settings: Settings,
    keyring: Keyring,
    *,
    account_id: int,
    interaction_id: int,
    channel: str,
    purpose: Purpose,
    client_name: str | None,
    locale: str,
) -> OneTimeCode:
    """Void the account's codes, make a new one and put it in the outbox. Raises CannotSend."""
    # The account's row is locked, so that two requests at once send one code.
    account = session.get_one(Account, account_id, with_for_update=True)
    _may_send(session, settings, account_id)
    target = account.channel(channel)
    if target is None:
        raise CannotSend("no_channel")
    void(session, account_id)
    now = clock.now()
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    code = OneTimeCode(
        account_id=account_id,
        interaction_id=interaction_id,
        channel=channel,
        code_mac=_mac(keyring, account_id, interaction_id, digits),
        created_at=now,
        expires_at=now + settings.code_lifetime,
    )
    session.add(code)
    to = kinds.Destination(account_id, channel, target.value, locale)
    kinds.one_time_code(
        session,
        to,
        code=digits,
        purpose=purpose,
        expires_at=code.expires_at,
        client_name=client_name,
    )
    audit.record(session, "code.sent", actor="system", account_id=account_id, channel=channel)
    return code


def _may_send(session: Session, settings: Settings, account_id: int) -> None:
    now = clock.now()
    sent = session.scalars(
        select(OneTimeCode.created_at)
        .where(OneTimeCode.account_id == account_id, OneTimeCode.created_at > now - DAY)
        .order_by(OneTimeCode.created_at)
    ).all()
    if sent and sent[-1] + settings.code_resend_after > now:
        raise CannotSend("too_soon", sent[-1] + settings.code_resend_after - now)
    if len(sent) >= settings.code_per_day:
        raise CannotSend("too_many", sent[-settings.code_per_day] + DAY - now)


def void(session: Session, account_id: int) -> None:
    """None of the account's codes counts any more, and what waits to be sent is not sent."""
    session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.account_id == account_id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.voided_at.is_(None),
        )
        .values(voided_at=clock.now())
    )
    outbox.void(session, account_id, kinds.ONE_TIME_CODE)


def latest(session: Session, interaction_id: int, account_id: int) -> OneTimeCode | None:
    """The newest code that this interaction asked for this account, whatever became of it."""
    return session.scalars(
        select(OneTimeCode)
        .where(OneTimeCode.interaction_id == interaction_id, OneTimeCode.account_id == account_id)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    ).first()


def is_live(code: OneTimeCode | None) -> bool:
    """Whether it can still be typed."""
    return (
        code is not None
        and code.used_at is None
        and code.voided_at is None
        and code.expires_at > clock.now()
    )


def verify(
    database: Database,
    settings: Settings,
    *,
    interaction_id: int,
    account_id: int,
    typed: str,
    origin: audit.Origin,
) -> Outcome:
    """Look at one try; the tries of all the account's codes and sessions count together."""
    counter = throttle.for_second_factor(database.keyring, settings, account_id)
    try:
        reserved = throttle.reserve(database, settings, [counter])
    except throttle.MustWait as refusal:
        outcome = Outcome(Verdict.MUST_WAIT, wait=refusal.seconds)
        with database.writing() as session:
            _event(session, account_id, outcome, origin)
        return outcome
    with database.writing() as session:
        code = latest(session, interaction_id, account_id)
        outcome = _judge(session, settings, database.keyring, code, typed, reserved)
        _event(session, account_id, outcome, origin)
    if outcome.verdict == Verdict.PROVED:
        throttle.forgive(database, reserved)
    return outcome


def _judge(
    session: Session,
    settings: Settings,
    keyring: Keyring,
    code: OneTimeCode | None,
    typed: str,
    reserved: throttle.Reserved,
) -> Outcome:
    if code is None or code.voided_at is not None or code.used_at is not None:
        return Outcome(Verdict.VOID)
    if code.expires_at <= clock.now():
        return Outcome(Verdict.EXPIRED, code.channel)
    if _matches(keyring, code, typed):
        return _consume(session, code)
    return _count_failure(session, settings, code, reserved)


def _consume(session: Session, code: OneTimeCode) -> Outcome:
    won = session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.id == code.id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.voided_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(OneTimeCode.id)
    ).first()
    return Outcome(Verdict.PROVED if won else Verdict.VOID, code.channel)


def _count_failure(
    session: Session, settings: Settings, code: OneTimeCode, reserved: throttle.Reserved
) -> Outcome:
    """The code is void after so many failures; what the account has failed at other codes leaves
    fewer tries before the next wait."""
    failures = session.scalar(
        update(OneTimeCode)
        .where(OneTimeCode.id == code.id)
        .values(failures=OneTimeCode.failures + 1)
        .returning(OneTimeCode.failures)
    )
    left = settings.code_tries - (failures or 0)
    if left <= 0:
        session.execute(
            update(OneTimeCode).where(OneTimeCode.id == code.id).values(voided_at=clock.now())
        )
    tries = max(min(left, settings.failures_free - reserved.failures), 0)
    verdict = Verdict.WRONG if left > 0 else Verdict.VOID
    return Outcome(verdict, code.channel, tries=tries, wait=reserved.wait)


def _matches(keyring: Keyring, code: OneTimeCode, typed: str) -> bool:
    """Under any of the MAC keys, for one may have been added since the code was sent."""
    candidates = [
        _mac(keyring, code.account_id, code.interaction_id, typed, key_id)
        for key_id in keyring.macs.ids()
    ]
    return any(hmac.compare_digest(code.code_mac, candidate) for candidate in candidates)


def _mac(
    keyring: Keyring, account_id: int, interaction_id: int, digits: str, key_id: str | None = None
) -> bytes:
    message = f"{account_id}:{interaction_id}:{digits}".encode()
    return keyring.mac("one-time-code", message, key_id)


def _event(session: Session, account_id: int, outcome: Outcome, origin: audit.Origin) -> None:
    audit.record(
        session,
        "code.verified",
        actor="holder",
        outcome="success" if outcome.verdict == Verdict.PROVED else outcome.verdict.value,
        account_id=account_id,
        origin=origin,
        channel=outcome.channel,
    )
