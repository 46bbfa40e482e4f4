"""The holder blocks the own account: by a notice's "this was not me", or in an emergency. To open
it again takes a new letter (`holders.reletter`)."""

from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from idp import audit
from idp.directory import sessions
from idp.factors import links, notices
from idp.models import Account, AccountState, LinkPurpose


class OwnMotive(StrEnum):
    """Why a holder blocks the own account."""

    NOT_ME = "not-me"
    EMERGENCY = "emergency"


def block(
    session: Session, account_id: int, *, motive: OwnMotive, locale: str, origin: audit.Origin
) -> bool:
    """Nobody signs in any more; sessions, grants and links end, every channel is told. False when
    the account was blocked or closed before: the row count decides."""
    blocked = session.execute(
        update(Account)
        .where(
            Account.id == account_id,
            Account.state.in_({AccountState.ACTIVE, AccountState.AWAITING_ACTIVATION}),
        )
        .values(state=AccountState.BLOCKED)
        .returning(Account.id)
    ).first()
    if blocked is None:
        return False
    audit.record(
        session,
        "account.blocked",
        actor="holder",
        account_id=account_id,
        origin=origin,
        motive=motive.value,
    )
    sessions.end_all(session, account_id, actor="holder", reason="account_blocked")
    links.void(session, account_id, *LinkPurpose)
    notices.tell(session, account_id, notices.ACCOUNT_BLOCKED, locale)
    return True
