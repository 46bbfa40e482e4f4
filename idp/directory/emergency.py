"""The holder blocks the own account: by a notice's "this was not me", or in an emergency. To open
it again takes a new letter (`holders.reletter`)."""

from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.directory import sessions
from idp.factors import link_codes, links, notices, throttle
from idp.factors.guess import Outcome, Verdict
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
    """Look at one try at the emergency's code; a right one blocks. Tries count for the identifier
    that was typed, whether or not there is such an account; `browser` is one that it has used."""
    keyring, identifier = database.keyring, link.detail["identifier"]
    counter = throttle.for_secret(keyring, settings, "emergency", identifier, browser)
    try:
        reserved = throttle.reserve(database, settings, [counter])
    except throttle.MustWait as refusal:
        return Outcome(Verdict.MUST_WAIT, wait=refusal.seconds)
    right, verdict = link_codes.matches(keyring, link, typed), Verdict.WRONG
    with database.writing() as session:
        if right and links.use(session, link):
            assert link.account_id is not None
            block(
                session,
                link.account_id,
                motive=OwnMotive.EMERGENCY,
                locale=locale,
                origin=origin,
            )
            verdict = Verdict.PROVED
        audit.record(
            session,
            "emergency.verified",
            actor="holder",
            outcome="success" if verdict == Verdict.PROVED else verdict.value,
            account_id=link.account_id,
            origin=origin,
        )
    if verdict == Verdict.PROVED:
        throttle.forgive(database, reserved)
    tries = max(settings.failures_free - reserved.failures, 0)
    return Outcome(verdict, tries=tries, wait=reserved.wait)
