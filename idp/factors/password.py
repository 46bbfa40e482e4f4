"""The password, looked at: the letter's initial one, or the one that replaced it."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.crypto import Keyring, b64encode
from idp.db import Database
from idp.factors import initial_password, throttle
from idp.factors.hashing import Hasher
from idp.identity import initial_password as written
from idp.models import Account, AccountState


class Verdict(StrEnum):
    PROVED = "proved"
    MUST_ACTIVATE = "must_activate"
    WRONG = "wrong_password"
    MUST_WAIT = "must_wait"
    INITIAL_EXPIRED = "initial_password_expired"
    INITIAL_USED = "initial_password_used"
    BLOCKED = "account_blocked"


@dataclass(frozen=True)
class Outcome:
    """`wait`: seconds before the next try; `next_wait`: what a further failure will cost.
    `activation`: what `activate` will need, for MUST_ACTIVATE."""

    verdict: Verdict
    account_id: int | None = None
    wait: int = 0
    next_wait: int = 0
    activation: dict[str, str] | None = None


@dataclass(frozen=True)
class _Credentials:
    account_id: int | None
    state: str | None
    hashed: str | None
    expires_at: int | None
    fingerprint: bytes | None


NOBODY = _Credentials(None, None, None, None, None)


def verify(
    database: Database,
    settings: Settings,
    login_identifier: str,
    password: str,
    *,
    browser: str | None,
    origin: audit.Origin,
) -> Outcome:
    """Look at one try. `browser` names a browser that this identifier has used before. The
    answer and the work are the same for an identifier that does not exist."""
    keyring = database.keyring
    counters = _counters(keyring, settings, login_identifier, browser, origin)
    try:
        reserved = throttle.reserve(database, settings, counters)
    except throttle.MustWait as refusal:
        _record(database, login_identifier, Verdict.MUST_WAIT, origin)
        return Outcome(Verdict.MUST_WAIT, wait=refusal.seconds)
    credentials = _credentials(database, login_identifier)
    outcome = _judge(keyring, settings, credentials, password, reserved)
    if outcome.verdict not in {Verdict.WRONG, Verdict.INITIAL_USED}:
        throttle.forgive(database, reserved)
    _settle(database, settings, credentials, outcome, password, origin)
    return outcome


def _counters(
    keyring: Keyring,
    settings: Settings,
    login_identifier: str,
    browser: str | None,
    origin: audit.Origin,
) -> list[throttle.Counter]:
    """A browser that the holder has used before is no stranger: what others do from the same
    address is not held against it either."""
    own = throttle.for_secret(keyring, settings, "password", login_identifier, browser)
    if browser is not None:
        return [own]
    return [own, throttle.for_address(keyring, settings, origin.address)]


def _credentials(database: Database, login_identifier: str) -> _Credentials:
    with database.reading() as session:
        # Columns and no object: to make one would take longer than to find nobody.
        account = session.execute(
            select(
                Account.id,
                Account.state,
                Account.password_hash,
                Account.initial_password_hash,
                Account.initial_password_expires_at,
                Account.initial_password_fingerprint,
            ).where(Account.login_identifier == login_identifier)
        ).first()
        if account is None or account.state == AccountState.CLOSED:
            return NOBODY
        return _Credentials(
            account.id,
            account.state,
            account.password_hash or account.initial_password_hash,
            None if account.password_hash else account.initial_password_expires_at,
            account.initial_password_fingerprint,
        )


def _judge(
    keyring: Keyring,
    settings: Settings,
    credentials: _Credentials,
    password: str,
    reserved: throttle.Reserved,
) -> Outcome:
    initial = written.normalise(password)
    awaits_activation = credentials.expires_at is not None
    typed = initial if awaits_activation else password
    matches = Hasher(settings).verify(credentials.hashed, typed)
    account_id = credentials.account_id
    if not matches:
        used = _has_served(keyring, credentials, initial)
        verdict = Verdict.INITIAL_USED if used else Verdict.WRONG
        next_wait = throttle.wait_after(settings, reserved.failures + 1)
        return Outcome(verdict, account_id, reserved.wait, next_wait)
    if credentials.state == AccountState.BLOCKED:
        return Outcome(Verdict.BLOCKED, account_id)
    if credentials.expires_at is None:
        return Outcome(Verdict.PROVED, account_id)
    if credentials.expires_at <= clock.now():
        return Outcome(Verdict.INITIAL_EXPIRED, account_id)
    assert account_id is not None
    assert credentials.hashed is not None
    return Outcome(
        Verdict.MUST_ACTIVATE,
        account_id,
        activation={
            "initial_password_hash": credentials.hashed,
            "fingerprint": b64encode(initial_password.fingerprint(keyring, account_id, initial)),
        },
    )


def _has_served(keyring: Keyring, credentials: _Credentials, password: str) -> bool:
    account_id, kept = credentials.account_id, credentials.fingerprint
    # For nobody's too: the work is the same.
    same = initial_password.is_the_one_of(keyring, account_id or 0, bytes(kept or b""), password)
    return same and account_id is not None


def _settle(
    database: Database,
    settings: Settings,
    credentials: _Credentials,
    outcome: Outcome,
    password: str,
    origin: audit.Origin,
) -> None:
    hasher = Hasher(settings)
    rehashed = None
    if outcome.verdict == Verdict.PROVED and hasher.needs_rehash(credentials.hashed or ""):
        rehashed = hasher.hash(password)
    with database.writing() as session:
        if rehashed:
            session.execute(
                update(Account)
                .where(
                    Account.id == outcome.account_id, Account.password_hash == credentials.hashed
                )
                .values(password_hash=rehashed)
            )
        _event(session, outcome.account_id, outcome.verdict, origin)


def _record(
    database: Database, login_identifier: str, verdict: Verdict, origin: audit.Origin
) -> None:
    with database.writing() as session:
        account_id = session.scalar(
            select(Account.id).where(Account.login_identifier == login_identifier)
        )
        _event(session, account_id, verdict, origin)


def _event(
    session: Session, account_id: int | None, verdict: Verdict, origin: audit.Origin
) -> None:
    proved = verdict in {Verdict.PROVED, Verdict.MUST_ACTIVATE}
    audit.record(
        session,
        "password.verified",
        actor="holder",
        outcome="success" if proved else verdict.value,
        account_id=account_id,
        origin=origin,
    )
