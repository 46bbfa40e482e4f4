"""An account closed by its holder: asked for, a month to think better of it, then for good.

What stays is the account's row, so that its login identifier is never anybody else's, and the
trail, which names it by number, so that the chain still proves what happened.
"""

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, delete, select, update
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
    active = (Account.state == AccountState.ACTIVE) & Account.closes_at.is_(None)
    account = _wish(session, account_id, active, closes_at)
    if account is None:
        return None
    audit.record(session, "closing.asked", actor="holder", account_id=account_id, origin=origin)
    sessions.end_all(session, account_id, actor="holder", reason="account_closing")
    account_notices.tell(session, account, account_notices.CLOSING_ASKED, at=closes_at)
    return closes_at


def undo(
    session: Session, account_id: int, *, actor: str = "holder", origin: audit.Origin | None = None
) -> bool:
    """The account stays: its holder has thought better of it, or it was opened again, by a new
    letter or from a block, for a holder who is to find it there. False: nothing was asked for."""
    account = _wish(session, account_id, Account.closes_at.is_not(None), None)
    if account is None:
        return False
    audit.record(session, "closing.undone", actor=actor, account_id=account_id, origin=origin)
    account_notices.tell(session, account, account_notices.CLOSING_UNDONE, at=clock.now())
    return True


def _wish(
    session: Session, account_id: int, before: ColumnElement[bool], closes_at: int | None
) -> Account | None:
    """The account, if it was as it had to be `before`: the row count decides. The wish is its
    holder's from now on, whosever it was."""
    changed = session.scalar(
        update(Account)
        .where(Account.id == account_id, before)
        .values(closes_at=closes_at, closing_motive=None)
        .returning(Account.id)
    )
    if changed is None:
        return None
    return session.get_one(Account, account_id, populate_existing=True)


def close_due(database: Database, settings: Settings) -> int:
    """Those whose month is over; returns how many. The worker's job. One that was blocked meanwhile
    waits for its holder; one that an operator closes (`closing_by_operator`) may have been blocked
    for that."""
    by_operator = Account.closing_motive.is_not(None)
    may_close = (Account.state == AccountState.ACTIVE) | by_operator
    due = may_close & (Account.closes_at <= clock.now())
    with database.reading() as session:
        found = select(Account.id, Account.closing_motive).where(due).limit(BATCH)
        rows = session.execute(found).all()
    closed = sum(_close(database, key, due, motive or "holder-request") for key, motive in rows)
    if closed:
        wake.wake(settings)
    return closed


def _close(database: Database, key: int, due: ColumnElement[bool], motive: str) -> bool:
    """Not if it was kept, blocked, or closed by another worker meanwhile."""
    with database.writing() as session:
        won = session.scalar(
            update(Account)
            .where(Account.id == key, due)
            .values(state=AccountState.CLOSED)
            .returning(Account.id)
        )
        if won is None:
            return False
        audit.record(session, "account.closed", actor="system", account_id=key, motive=motive)
        erase(session, session.get_one(Account, key, populate_existing=True))
        return True


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
