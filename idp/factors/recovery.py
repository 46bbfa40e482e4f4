"""Recovery: from one proof to the next, each by a link that is good for that step alone.

The mailed link and the code beside it lead to a further proof, where the account has another
factor than its channels, and then to a new password. Nobody is signed in by it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.factors import guess, link_codes, links, ways
from idp.factors.guess import Outcome, Verdict
from idp.messages import kinds, outbox
from idp.models import Account, AccountState, Link, LinkPurpose

STEPS = (LinkPurpose.RECOVERY, LinkPurpose.RECOVERY_PROOF, LinkPurpose.NEW_PASSWORD)


@dataclass
class Step:
    """`next` is the token of the step that follows, once this one was proved."""

    outcome: Outcome
    next: str | None = None
    purpose: LinkPurpose | None = None


def void(session: Session, account_id: int) -> None:
    """Whatever was begun leads to no new password any more: it was begun by who had the account's
    channels then, or while the account was open, and neither may be so now."""
    links.void(session, account_id, *STEPS)
    outbox.void(session, account_id, kinds.RECOVERY)


def live(
    session: Session, token: str, purpose: LinkPurpose, browser_hash: bytes | None = None
) -> Link | None:
    """The link of this step, when its account can still be recovered."""
    link = links.find(session, token, purpose, browser_hash=browser_hash)
    account = session.get(Account, link.account_id) if link and link.account_id else None
    return link if account is not None and account.state == AccountState.ACTIVE else None


def verify_code(
    database: Database,
    settings: Settings,
    link: Link,
    typed: str,
    *,
    browser_hash: bytes,
    origin: audit.Origin,
) -> Step:
    """Look at one try at the code beside the mailed link. A wrong one leaves the link good, and
    counts for the account as every other code does."""
    assert link.account_id is not None
    step = Step(Outcome(Verdict.WRONG))

    def use(session: Session, found: Link) -> bool:
        if not links.use(session, found):
            return False
        step.next, step.purpose = _begin(session, settings, found, browser_hash)
        return True

    step.outcome = guess.look_at_second_factor(
        database,
        settings,
        act="recovery.verified",
        account_id=link.account_id,
        look=lambda: link if link_codes.matches(database.keyring, link, typed) else None,
        use=use,
        origin=origin,
    )
    return step


def _begin(
    session: Session, settings: Settings, link: Link, browser_hash: bytes
) -> tuple[str, LinkPurpose]:
    """What comes after link and code: who has more than channels proves more than channels."""
    assert link.account_id is not None
    more = ways.of(session, link.account_id).others_than_channels
    purpose = LinkPurpose.RECOVERY_PROOF if more else LinkPurpose.NEW_PASSWORD
    return _next(session, settings, link, purpose, browser_hash), purpose


def after_proof(session: Session, settings: Settings, link: Link) -> str | None:
    """The other factor was proved: the token of the last step. None when another request was
    first."""
    assert link.browser_hash is not None
    if not links.use(session, link):
        return None
    return _next(session, settings, link, LinkPurpose.NEW_PASSWORD, link.browser_hash)


def _next(
    session: Session, settings: Settings, link: Link, purpose: LinkPurpose, browser_hash: bytes
) -> str:
    """Bound to this browser: the address alone is worth nothing from here on."""
    detail: dict[str, Any] = dict(link.detail)
    _, token = links.give(
        session,
        purpose,
        account_id=link.account_id,
        lifetime=settings.interaction_lifetime,
        browser_hash=browser_hash,
        detail=detail,
    )
    return token
