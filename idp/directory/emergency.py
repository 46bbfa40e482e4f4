"""The holder blocks the own account: by a notice's "this was not me", or in an emergency. To open
it again takes a new letter (`holders.reletter`)."""

from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.directory import sessions
from idp.factors import guess, link_codes, links, notices, throttle
from idp.factors.guess import Outcome
from idp.models import Account, AccountState, Link, LinkPurpose


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
        .values(state=AccountState.BLOCKED, closing_motive=None)
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


def verify(
    database: Database,
    settings: Settings,
    link: Link,
    typed: str,
    *,
    browser: str | None,
    locale: str,
    origin: audit.Origin,
) -> Outcome:
    """Look at one try at the emergency's code; a right one blocks, once. Tries count for the
    identifier that was typed, whether or not there is such an account; `browser` is one that it has
    used."""

    def use(session: Session, found: Link) -> bool:
        if not links.use(session, found):
            return False
        assert found.account_id is not None
        motive = OwnMotive.EMERGENCY
        block(session, found.account_id, motive=motive, locale=locale, origin=origin)
        return True

    keyring, identifier = database.keyring, link.detail["identifier"]
    return guess.look_at(
        database,
        settings,
        act="emergency.verified",
        counter=throttle.for_secret(keyring, settings, "emergency", identifier, browser),
        account_id=link.account_id,
        look=lambda: link if link_codes.matches(keyring, link, typed) else None,
        use=use,
        origin=origin,
    )
