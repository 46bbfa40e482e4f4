"""From a confirmed channel to one that codes are sent to: announced on the old ones, which stay in
use for a day, during which whoever reads them can stop it."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.crypto import digest, new_secret
from idp.db import Database, keyring_of
from idp.directory import accounts, sessions
from idp.factors import new_channel, notices, one_time_code, recovery, ways
from idp.factors.guess import Outcome
from idp.messages import kinds, wake
from idp.models import Account, AccountState, Channel, NewChannel

EVERY = 20  # seconds between two rounds of a worker
BATCH = 50
LINK = "/cancel/"
LINK_BYTES = 16


def confirm(
    database: Database,
    settings: Settings,
    *,
    account_id: int,
    kind: str,
    typed: str,
    locale: str,
    origin: audit.Origin,
) -> Outcome:
    """Look at one try at its code. A right one is announced in the same commit, or, without any
    other channel that could stop it, has taken effect. `wake.wake` follows."""
    return new_channel.verify(
        database,
        settings,
        account_id=account_id,
        kind=kind,
        typed=typed,
        then=lambda session, row: _announce(session, settings, row, locale),
        origin=origin,
    )


def _announce(session: Session, settings: Settings, row: NewChannel, locale: str) -> None:
    """Every channel there is learns of it, with a link that stops it."""
    account = session.get_one(Account, row.account_id)
    if not account.channels:
        row.effective_at = clock.now()
        session.flush()
        _take_effect(session, row)
        return
    secret = new_secret(LINK_BYTES)
    row.cancel_hash, row.effective_at = digest(secret), clock.now() + settings.channel_change_wait
    for channel in account.channels:
        to = kinds.Destination(account.id, channel.kind, channel.value, locale)
        kinds.channel_announced(
            session,
            to,
            new=row.kind,
            masked=accounts.mask(row.kind, row.value),
            effective_at=row.effective_at,
            url=f"{settings.issuer}{LINK}{secret}",
        )


def find(session: Session, secret: str) -> NewChannel | None:
    """What the link of an announcement can still stop."""
    return session.scalar(select(NewChannel).where(NewChannel.cancel_hash == digest(secret)))


def cancel(
    session: Session, account_id: int, kind: str, *, locale: str, origin: audit.Origin
) -> bool:
    """By whoever is signed in. Every channel that was told of the change is told that it does not
    come. False: there was nothing to cancel."""
    which = (NewChannel.account_id == account_id) & (NewChannel.kind == kind)
    gone = session.execute(
        delete(NewChannel).where(which).returning(NewChannel.id, NewChannel.confirmed_at)
    ).first()
    if gone is None:
        return False
    _cancelled(session, account_id, kind, origin, by="account")
    if gone.confirmed_at is not None:
        notices.tell(session, account_id, notices.CHANNEL_CANCELLED, locale)
    return True


def cancel_by_link(
    session: Session, secret: str, *, locale: str, origin: audit.Origin
) -> int | None:
    """By whoever reads the old channel: whoever asked for the new one may be a stranger, so every
    session ends too. The account; None: the link has served, or its day is over."""
    gone = session.execute(
        delete(NewChannel)
        .where(NewChannel.cancel_hash == digest(secret), NewChannel.effective_at > clock.now())
        .returning(NewChannel.account_id, NewChannel.kind)
    ).first()
    if gone is None:
        return None
    account_id: int = gone.account_id
    _cancelled(session, account_id, gone.kind, origin, by="link")
    sessions.end_all(session, account_id, actor="holder", reason="channel_cancelled")
    notices.tell(session, account_id, notices.CHANNEL_CANCELLED, locale)
    return account_id


def _cancelled(
    session: Session, account_id: int, kind: str, origin: audit.Origin, *, by: str
) -> None:
    audit.record(
        session,
        "channel.cancelled",
        actor="holder",
        account_id=account_id,
        origin=origin,
        channel=kind,
        by=by,
    )


def remove(
    session: Session, account_id: int, kind: str, *, locale: str, origin: audit.Origin
) -> None:
    """Its owner is told there too, for the last time. The last channel stays, whatever other way to
    sign in there is: it is how the holder learns of things. Raises ways.LastWay."""
    ways.lock(session, account_id)
    account = session.get_one(Account, account_id)
    channel = account.channel(kind)
    if channel is None:
        return
    if len(account.channels) == 1:
        raise ways.LastWay
    notices.tell(session, account_id, notices.CHANNEL_REMOVED, locale)
    _forget_what_was_sent(session, account_id)
    session.delete(channel)
    audit.record(
        session,
        "channel.removed",
        actor="holder",
        account_id=account_id,
        origin=origin,
        channel=kind,
    )


def _forget_what_was_sent(session: Session, account_id: int) -> None:
    """Codes and links that went where nobody writes to any more are worth nothing."""
    one_time_code.void(session, account_id)
    recovery.void(session, account_id)


def take_effect(database: Database, settings: Settings) -> int:
    """Those whose day is over; returns how many. The worker's job."""
    due = select(NewChannel.id).where(NewChannel.effective_at <= clock.now()).limit(BATCH)
    with database.reading() as session:
        keys = session.scalars(due).all()
    for key in keys:
        with database.writing() as session:
            row = session.scalar(select(NewChannel).where(NewChannel.id == key).with_for_update())
            if row is not None:
                _take_effect(session, row)
    if keys:
        wake.wake(settings)
    return len(keys)


def _take_effect(session: Session, row: NewChannel) -> None:
    account = session.get_one(Account, row.account_id, with_for_update=True)
    present = account.channel(row.kind)
    outcome = "success" if _still_wanted(account, present, row) else "overtaken"
    if outcome == "success":
        what = notices.CHANNEL_ADDED if present is None else notices.CHANNEL_CHANGED
        # The old one too, for the last time.
        also = [(row.kind, row.value)]
        notices.tell(session, account.id, what, also=also)
        _forget_what_was_sent(session, account.id)
        _put(session, account, present, row)
    audit.record(
        session,
        "channel.changed",
        actor="system",
        outcome=outcome,
        account_id=account.id,
        channel=row.kind,
    )
    session.delete(row)


def _still_wanted(account: Account, present: Channel | None, row: NewChannel) -> bool:
    """Not when meanwhile the account was blocked, activated by a new letter, or given another
    channel by the help desk: that was somebody who knew better."""
    since = row.confirmed_at or 0
    if account.state != AccountState.ACTIVE or (account.activated_at or 0) > since:
        return False
    return present is None or present.created_at <= since


def _put(session: Session, account: Account, present: Channel | None, row: NewChannel) -> None:
    keyring = keyring_of(session.get_bind().dialect)
    values = {
        "value": row.value,
        "value_index": accounts.channel_index(keyring, row.value),
        "verified_at": row.confirmed_at,
        "created_at": clock.now(),
    }
    if present is None:
        session.add(Channel(account_id=account.id, kind=row.kind, **values))
    else:
        session.execute(update(Channel).where(Channel.id == present.id).values(**values))
