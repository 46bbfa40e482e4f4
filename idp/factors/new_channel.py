"""A channel that is to be added or changed: a code goes there, and whoever types it has it."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.crypto import Keyring
from idp.db import Database
from idp.factors import guess, throttle, ways
from idp.factors.guess import Outcome
from idp.factors.one_time_code import DIGITS, CannotSend
from idp.messages import kinds
from idp.models import Account, NewChannel


class Refused(Exception):
    """This channel cannot be asked for: `reason` is "same" (it is the present one) or "waiting"
    (another one of its kind is confirmed, and would have to be cancelled first)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Wanted:
    """`kind` "mail" or "sms", and the address or number as it is kept."""

    account_id: int
    kind: str
    value: str


def of(session: Session, account_id: int) -> dict[str, NewChannel]:
    """What waits, by kind: for its code as long as that is good, or for its hour."""
    rows = session.scalars(select(NewChannel).where(NewChannel.account_id == account_id))
    now = clock.now()
    return {row.kind: row for row in rows if row.confirmed_at or row.code_expires_at > now}


def send(database: Database, settings: Settings, wanted: Wanted, *, locale: str) -> None:
    """A code to the new channel; one that was sent before is void. `wake.wake` follows. Raises
    Refused and CannotSend: an account is no way to write to strangers without end."""
    counter = throttle.for_new_channels(database.keyring, settings, wanted.account_id)
    with database.reading() as session:
        _may_send(session, settings, wanted)
    try:
        throttle.reserve(database, settings, [counter])
    except throttle.MustWait as refusal:
        raise CannotSend("too_many", refusal.seconds) from refusal
    with database.writing() as session:
        _send(session, settings, database.keyring, wanted, locale)


def _send(
    session: Session, settings: Settings, keyring: Keyring, wanted: Wanted, locale: str
) -> None:
    ways.lock(session, wanted.account_id)
    _may_send(session, settings, wanted)
    session.execute(
        delete(NewChannel).where(
            NewChannel.account_id == wanted.account_id, NewChannel.kind == wanted.kind
        )
    )
    now, digits = clock.now(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = NewChannel(
        account_id=wanted.account_id,
        kind=wanted.kind,
        value=wanted.value,
        code_mac=_mac(keyring, wanted.account_id, wanted.value, digits),
        code_sent_at=now,
        code_expires_at=now + settings.code_lifetime,
    )
    session.add(row)
    to = kinds.Destination(wanted.account_id, wanted.kind, wanted.value, locale)
    kinds.channel_code(session, to, code=digits, expires_at=row.code_expires_at)
    audit.record(
        session, "code.sent", actor="system", account_id=wanted.account_id, new_channel=wanted.kind
    )


def _may_send(session: Session, settings: Settings, wanted: Wanted) -> None:
    present = session.get_one(Account, wanted.account_id).channel(wanted.kind)
    if present is not None and present.value == wanted.value:
        raise Refused("same")
    row = session.scalar(
        select(NewChannel).where(
            NewChannel.account_id == wanted.account_id, NewChannel.kind == wanted.kind
        )
    )
    if row is None:
        return
    if row.confirmed_at is not None:
        raise Refused("waiting")
    again_at = row.code_sent_at + settings.code_resend_after
    if again_at > clock.now():
        raise CannotSend("too_soon", again_at - clock.now())


def verify(
    database: Database,
    settings: Settings,
    *,
    account_id: int,
    kind: str,
    typed: str,
    then: Callable[[Session, NewChannel], None],
    origin: audit.Origin,
) -> Outcome:
    """Look at one try. PROVED once: the row is confirmed, and `then` what follows is done in the
    same commit."""

    def look() -> NewChannel | None:
        with database.reading() as session:
            row = of(session, account_id).get(kind)
        if row is None or row.confirmed_at or row.failures >= settings.code_tries:
            return None
        if _matches(database.keyring, row, typed):
            return row
        _count_failure(database, row)
        return None

    def use(session: Session, row: NewChannel) -> bool:
        confirmed = session.execute(
            update(NewChannel)
            .where(NewChannel.id == row.id, NewChannel.confirmed_at.is_(None))
            .values(confirmed_at=clock.now())
            .returning(NewChannel.id)
        )
        if confirmed.first() is None:
            return False
        then(session, session.get_one(NewChannel, row.id, populate_existing=True))
        return True

    return guess.look_at_second_factor(
        database,
        settings,
        act="channel.confirmed",
        account_id=account_id,
        look=look,
        use=use,
        origin=origin,
    )


def _count_failure(database: Database, row: NewChannel) -> None:
    """The code is void after so many, whatever the pace."""
    with database.writing() as session:
        session.execute(
            update(NewChannel)
            .where(NewChannel.id == row.id)
            .values(failures=NewChannel.failures + 1)
        )


def _matches(keyring: Keyring, row: NewChannel, typed: str) -> bool:
    candidates = [
        _mac(keyring, row.account_id, row.value, typed, key_id) for key_id in keyring.macs.ids()
    ]
    return any(hmac.compare_digest(row.code_mac, candidate) for candidate in candidates)


def _mac(
    keyring: Keyring, account_id: int, value: str, digits: str, key_id: str | None = None
) -> bytes:
    """Bound to the very address: a code that was sent to another one confirms nothing."""
    return keyring.mac("new-channel", f"{account_id}:{digits}:{value}".encode(), key_id)
