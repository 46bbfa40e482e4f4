"""An account closed by an operator: as its holder would, with a month to undo it. Where it is not
the holder who asks, nobody signs in meanwhile."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import DAY, Settings
from idp.directory import account_notices, accounts, sessions
from idp.directory.accounts import WrongState
from idp.models import Account, AccountState, AuditEvent


class CloseMotive(StrEnum):
    """Why an account is closed for good."""

    HOLDER_REQUEST = "holder-request"
    DECEASED = "deceased"
    ENROLLED_IN_ERROR = "enrolled-in-error"


class KeepMotive(StrEnum):
    """Why it stays after all."""

    HOLDER_REQUEST = "holder-request"
    CLOSED_IN_ERROR = "closed-in-error"


# There is no holder who could think better of it: the account is blocked until it is closed.
SHUT = {
    CloseMotive.DECEASED: accounts.Motive.DECEASED,
    CloseMotive.ENROLLED_IN_ERROR: accounts.Motive.ENROLLED_IN_ERROR,
}


def ask(
    session: Session, settings: Settings, typed: str, *, motive: CloseMotive, actor: str
) -> int:
    """When it will be closed, and what is known of the person erased (`closing.close_due`);
    sessions and applications end at once, and every channel is told (`wake.wake` follows the
    commit). Raises UnknownAccount, WrongState."""
    account = accounts.find(session, typed, lock=True)
    if account.state == AccountState.CLOSED or account.holder is None:
        raise WrongState("The account is closed already, or has no holder.")
    if account.closes_at is not None:
        raise WrongState("Its closing has been asked for already.")
    closes_at = clock.now() + settings.closing_days * DAY
    audit.record(session, "closing.asked", actor=actor, account_id=account.id, motive=motive.value)
    if motive in SHUT and account.state != AccountState.BLOCKED:
        accounts.block(session, typed, motive=SHUT[motive], actor=actor)
    sessions.end_all(session, account.id, actor=actor, reason="account_closing")
    account.closes_at, account.closing_motive = closes_at, motive.value
    shut = account.state == AccountState.BLOCKED
    event = account_notices.CLOSING_SHUT if shut else account_notices.CLOSING_ASKED
    account_notices.tell(session, account, event, at=closes_at)
    return closes_at


def undo(session: Session, typed: str, *, motive: KeepMotive, actor: str) -> Account:
    """The account stays as it was before, whoever had asked. Raises UnknownAccount, WrongState."""
    account = accounts.find(session, typed, lock=True)
    if account.state == AccountState.CLOSED or account.closes_at is None:
        raise WrongState("Nobody has asked for its closing, or it is closed.")
    opens = _was_blocked_by_it(session, account)
    account.closes_at = account.closing_motive = None
    audit.record(session, "closing.undone", actor=actor, account_id=account.id, motive=motive.value)
    if opens:
        accounts.reopen(
            session, account, motive=accounts.UnblockMotive.BLOCKED_IN_ERROR, actor=actor
        )
    account_notices.tell(session, account, account_notices.CLOSING_UNDONE, at=clock.now())
    return account


def _was_blocked_by_it(session: Session, account: Account) -> bool:
    """And not before: while it is blocked nobody blocks it again."""
    if account.closing_motive not in set(SHUT):
        return False
    last = (
        select(AuditEvent.act)
        .where(
            AuditEvent.account_id == account.id,
            AuditEvent.act.in_(("closing.asked", "account.blocked")),
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return session.scalar(last) == "account.blocked"
