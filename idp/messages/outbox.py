"""The outbox is the truth: what is to be sent is a row, inserted in the caller's transaction.

A worker holds a row by a lease and settles it by that lease alone: whose lease was taken over
changes nothing any more. Content is wiped with the state that ends a message.
"""

import secrets
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from idp import audit, clock
from idp.crypto import Unsealable
from idp.db import Database
from idp.messages import counts
from idp.models import Message, MessageState

# Seconds until the next attempt: a mail server that restarts costs a code two seconds, one that
# is down for an hour is asked once a minute.
DELAYS = (2, 5, 10, 20, 40, 60)

# The channels of what people read. An application that is slow to answer must not delay a code.
TO_PEOPLE = ("mail", "sms")

INTERRUPTED = "the worker that was sending it stopped"
SEALED = "its content cannot be opened: the key is not among IDP_SEALING_KEYS"


def delay(attempts: int, delays: Sequence[int] = DELAYS) -> int:
    """Seconds to wait after the attempt of this number, the first being 1."""
    return delays[min(attempts, len(delays)) - 1]


def enqueue(
    session: Session,
    kind: str,
    *,
    account_id: int | None,
    channel: str,
    recipient: str,
    locale: str,
    context: dict[str, Any],
    expires_at: int | None = None,
) -> Message:
    """Add a message to the caller's transaction; `wake.wake` after its commit makes it leave now.

    `channel` is a way that `deliver_due` is given, `context` what is sent on it needs, as JSON can
    say it.
    """
    message = Message(
        account_id=account_id,
        application_id=audit.application(),
        kind=kind,
        channel=channel,
        locale=locale,
        content={"recipient": recipient, "context": context},
        created_at=clock.now(),
        next_attempt_at=clock.now(),
        expires_at=expires_at,
    )
    session.add(message)
    return message


def void(session: Session, account_id: int, kind: str) -> int:
    """Withdraw what waits of this kind for the account; returns how many. Also what a worker holds
    already: it asks `hold` just before it hands over, and is told no."""
    return _changed(
        session,
        _settlement(MessageState.VOIDED).where(
            Message.state == MessageState.WAITING,
            Message.account_id == account_id,
            Message.kind == kind,
        ),
    )


def void_all(session: Session, account_id: int) -> int:
    """The same of everything that waits for a person of this account."""
    return _changed(
        session,
        _settlement(MessageState.VOIDED).where(
            Message.state == MessageState.WAITING,
            Message.account_id == account_id,
            Message.channel.in_(TO_PEOPLE),
        ),
    )


def claim(
    database: Database,
    worker_name: str,
    lease_seconds: int,
    now: int | None = None,
    *,
    channels: Collection[str] = TO_PEOPLE,
) -> Message | None:
    """Take the message of these channels that is due longest, for so many seconds; None when
    nothing is due.

    The one returned is detached; its `lease` is the proof that the other functions ask for.
    """
    moment = clock.now() if now is None else now
    while message_id := _take(database, worker_name, lease_seconds, moment, channels):
        try:
            with database.reading() as session:
                return session.get_one(Message, message_id)
        except Unsealable:
            # One row that does not open must not stand in the way of all others, and a key that
            # was left out of the settings may come back.
            _put_back(database, message_id, SEALED, moment + DELAYS[-1])
    return None


def _take(
    database: Database, worker_name: str, seconds: int, now: int, channels: Collection[str]
) -> int | None:
    """ONE conditional UPDATE. SQLite's writers queue; PostgreSQL's skip each other's row, and the
    condition, said again outside, holds for whoever came second."""
    candidate = aliased(Message)
    first = (
        sa.select(candidate.id)
        .where(_is_due(candidate, now), candidate.channel.in_(channels))
        .order_by(candidate.next_attempt_at, candidate.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = (
        sa.update(Message)
        .where(Message.id == first, _is_due(Message, now))
        .values(
            lease=f"{worker_name}/{secrets.token_hex(8)}",
            leased_until=now + seconds,
            attempts=Message.attempts + 1,
            last_error=sa.case((Message.lease.is_not(None), INTERRUPTED), else_=Message.last_error),
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    with database.writing() as session:
        return session.scalar(claimed)


def _is_due(message: type[Message], now: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        message.state == MessageState.WAITING,
        message.next_attempt_at <= now,
        sa.or_(message.leased_until.is_(None), message.leased_until <= now),
        sa.or_(message.expires_at.is_(None), message.expires_at > now),
    )


def _put_back(database: Database, message_id: int, error: str, retry_at: int) -> None:
    with database.writing() as session:
        session.execute(
            sa.update(Message)
            .where(Message.id == message_id, Message.state == MessageState.WAITING)
            .values(lease=None, leased_until=None, last_error=error, next_attempt_at=retry_at)
            .execution_options(synchronize_session=False)
        )


def hold(database: Database, message: Message, lease_seconds: int) -> bool:
    """Asked just before handing over: prolong the lease, unless the message was voided, expired
    or taken by another meanwhile. An expired or superseded code is never sent."""
    now = clock.now()
    prolonged = (
        sa.update(Message)
        .where(_is_held(message), sa.or_(Message.expires_at.is_(None), Message.expires_at > now))
        .values(leased_until=now + lease_seconds)
        .execution_options(synchronize_session=False)
    )
    with database.writing() as session:
        return _changed(session, prolonged) == 1


def sent(database: Database, message: Message) -> bool:
    """Settle and wipe. Here and below: False when the lease is no longer ours."""
    return _end(database, message, MessageState.SENT, None)


def failed(database: Database, message: Message, error: str, retry_at: int | None) -> bool:
    """Give back until `retry_at`; None gives up for good. `error` is in words, and holds neither
    the recipient nor the content."""
    if retry_at is None:
        return _end(database, message, MessageState.FAILED, error)
    given_back = sa.update(Message).values(
        lease=None, leased_until=None, next_attempt_at=retry_at, last_error=error
    )
    with database.writing() as session:
        return _changed(session, given_back.where(_is_held(message))) == 1


def expire(database: Database, message: Message) -> bool:
    """Settle one that turned out to be late."""
    return _end(database, message, MessageState.EXPIRED, message.last_error)


def expire_overdue(database: Database) -> int:
    """End what can no longer be sent in time and that nobody is sending; returns how many."""
    now = clock.now()
    late = _settlement(MessageState.EXPIRED).where(
        Message.state == MessageState.WAITING,
        Message.expires_at <= now,
        sa.or_(Message.leased_until.is_(None), Message.leased_until <= now),
    )
    with database.writing() as session:
        return _counted(session, late, MessageState.EXPIRED)


def postpone(
    database: Database, channel: str, error: str, until: int, client_id: int | None = None
) -> int:
    """The channel's server is down, or an application's: whatever is due on it waits for the same
    reason, so that one message finds out for all and nobody else's queue behind timeouts."""
    others = (
        sa.update(Message)
        .where(
            _is_due(Message, clock.now()),
            Message.channel == channel,
            Message.client_id.is_not_distinct_from(client_id),
        )
        .values(next_attempt_at=until, last_error=error)
        .execution_options(synchronize_session=False)
    )
    with database.writing() as session:
        return _changed(session, others)


def _is_held(message: Message) -> sa.ColumnElement[bool]:
    return sa.and_(
        Message.id == message.id,
        Message.state == MessageState.WAITING,
        Message.lease == message.lease,
    )


def _settlement(state: MessageState) -> sa.Update:
    """An end state, and nothing left to read."""
    return sa.update(Message).values(
        state=state, content=None, lease=None, leased_until=None, ended_at=clock.now()
    )


def _end(database: Database, message: Message, state: MessageState, error: str | None) -> bool:
    settlement = _settlement(state).values(last_error=error).where(_is_held(message))
    with database.writing() as session:
        return _counted(session, settlement, state) == 1


def _counted(session: Session, settlement: sa.Update, state: MessageState) -> int:
    """How many were ended by it, which are counted with it."""
    statement = settlement.returning(*counts.COLUMNS)
    rows = session.execute(statement.execution_options(synchronize_session=False)).all()
    counts.add(session, (counts.Ended(*row) for row in rows), state)
    return len(rows)


def _changed(session: Session, statement: sa.Update) -> int:
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, sa.CursorResult)
    return result.rowcount
