"""An account closed by its holder: asked for, a month to think better of it, then for good.

What stays is the account's row, so that its login identifier is never anybody else's, and the
trail, which names it by number, so that the chain still proves what happened.
"""

from collections.abc import Iterator

from sqlalchemy import Column, delete, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import DAY, Settings
from idp.db import Database
from idp.directory import account_notices, sessions
from idp.messages import outbox, wake
from idp.models import (
    Account,
    AccountState,
    Channel,
    Consent,
    DataExport,
    Holder,
    Link,
    NewChannel,
    Passkey,
    RecoveryCode,
    Subject,
    Totp,
)

EVERY = 60  # seconds between two rounds of a worker
BATCH = 50

# Rows that are nothing without an account that is used.
OWNED = (
    Channel,
    Consent,
    DataExport,
    Link,
    NewChannel,
    Passkey,
    RecoveryCode,
    Subject,
    Totp,
)


def ask(
    session: Session, settings: Settings, account_id: int, *, origin: audit.Origin
) -> int | None:
    """When it will be closed; sessions and applications end at once. None: it was asked before, or
    the account is not active."""
    closes_at = clock.now() + settings.closing_days * DAY
    asked = session.scalar(
        update(Account)
        .where(
            Account.id == account_id,
            Account.state == AccountState.ACTIVE,
            Account.closes_at.is_(None),
        )
        .values(closes_at=closes_at)
        .returning(Account.id)
    )
    if asked is None:
        return None
    audit.record(session, "closing.asked", actor="holder", account_id=account_id, origin=origin)
    sessions.end_all(session, account_id, actor="holder", reason="account_closing")
    account = session.get_one(Account, account_id, populate_existing=True)
    account_notices.tell(session, account, account_notices.CLOSING_ASKED, at=closes_at)
    return closes_at


def undo(session: Session, account_id: int, *, origin: audit.Origin) -> bool:
    """The account stays. False: nothing was asked for."""
    undone = session.scalar(
        update(Account)
        .where(
            Account.id == account_id,
            Account.state == AccountState.ACTIVE,
            Account.closes_at.is_not(None),
        )
        .values(closes_at=None, closing_motive=None)
        .returning(Account.id)
    )
    if undone is None:
        return False
    audit.record(session, "closing.undone", actor="holder", account_id=account_id, origin=origin)
    account = session.get_one(Account, account_id, populate_existing=True)
    account_notices.tell(session, account, account_notices.CLOSING_UNDONE, at=clock.now())
    return True


def close_due(database: Database, settings: Settings) -> int:
    """Those whose month is over; returns how many. The worker's job. One that was blocked meanwhile
    waits for its holder; one that an operator closes (`closing_by_operator`) may have been blocked
    for that."""
    by_operator = Account.closing_motive.is_not(None)
    due = (
        (Account.state == AccountState.ACTIVE) | by_operator,
        Account.closes_at <= clock.now(),
    )
    with database.reading() as session:
        found = select(Account.id, Account.closing_motive).where(*due).limit(BATCH)
        rows = session.execute(found).all()
    closed = 0
    for key, motive in rows:
        with database.writing() as session:
            won = session.scalar(
                update(Account)
                .where(Account.id == key, *due)
                .values(state=AccountState.CLOSED)
                .returning(Account.id)
            )
            if won is not None:
                audit.record(
                    session,
                    "account.closed",
                    actor="system",
                    account_id=key,
                    motive=motive or "holder-request",
                )
                erase(session, session.get_one(Account, key, populate_existing=True))
                closed += 1
    if closed:
        wake.wake(settings)
    return closed


def erase(session: Session, account: Account) -> None:
    """Of a closed account: sessions and grants end, and what was known of the person goes. Its
    channels are told a last time, by messages that are wiped once they have left."""
    sessions.end_all(session, account.id, actor="system", reason="account_closed")
    outbox.void_all(session, account.id)
    account_notices.tell(session, account, account_notices.CLOSED, at=clock.now())
    holder_id = account.holder_id
    for model in OWNED:
        session.execute(delete(model).where(model.account_id == account.id))
    session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(
            holder_id=None,
            closes_at=None,
            closing_motive=None,
            password_hash=None,
            initial_password_hash=None,
            initial_password_expires_at=None,
            initial_password_fingerprint=None,
            user_handle=None,
        )
    )
    for column in _hanging_on_holders():
        session.execute(delete(column.table).where(column == holder_id))
    session.execute(delete(Holder).where(Holder.id == holder_id))


def _hanging_on_holders() -> Iterator[Column[int]]:
    """By the models, so that no table that comes later is forgotten."""
    for table in Holder.metadata.sorted_tables:
        if table is not Account.__table__:
            for key in table.foreign_keys:
                if key.column.table is Holder.__table__:
                    yield key.parent
