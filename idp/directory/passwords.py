"""The password changed by whoever has the account: everybody else with it is out, and told."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import sessions
from idp.factors import notices, recovery
from idp.models import Account, AccountState


def change(
    session: Session,
    account_id: int,
    *,
    hashed: str,
    kept: int | None,
    locale: str,
    origin: audit.Origin,
) -> bool:
    """The new hash takes the old one's place; every session but the one that is `kept` (of a
    recovery, none) ends, with what applications got there, and so does every recovery that was
    begun. `wake.wake` follows the commit. False: meanwhile the account was blocked, or got a new
    letter."""
    changed = session.execute(
        update(Account)
        .where(
            Account.id == account_id,
            Account.state == AccountState.ACTIVE,
            Account.password_hash.is_not(None),
        )
        .values(password_hash=hashed, password_changed_at=clock.now())
        .returning(Account.id)
    ).first()
    if changed is None:
        return False
    audit.record(
        session,
        "password.changed",
        actor="holder",
        account_id=account_id,
        session_id=kept,
        origin=origin,
    )
    if kept is None:
        sessions.end_all(session, account_id, actor="holder", reason="password_changed")
    else:
        sessions.end_others(
            session, account_id, kept, actor="holder", reason="password_changed", origin=origin
        )
        recovery.void(session, account_id)
    notices.tell(session, account_id, notices.PASSWORD_CHANGED, locale)
    return True
