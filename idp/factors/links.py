"""Links that are good once: random, kept as a hash, bound to a person and to one purpose.

By GET nothing happens, for mail scanners follow links; a POST uses one up by one conditional
UPDATE, whose row count is the answer.
"""

from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from idp import clock
from idp.crypto import digest, new_secret
from idp.models import Link, LinkPurpose

SIZE = 16  # random bytes: 22 characters, which an SMS has room for


def give(
    session: Session,
    purpose: LinkPurpose,
    *,
    account_id: int | None,
    lifetime: int,
    browser_hash: bytes | None = None,
    detail: dict[str, Any] | None = None,
) -> tuple[Link, str]:
    """A new one, and the random part of its address, which is kept nowhere."""
    token, now = new_secret(SIZE), clock.now()
    link = Link(
        token_hash=digest(token),
        purpose=purpose,
        account_id=account_id,
        browser_hash=browser_hash,
        detail=detail or {},
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(link)
    return link, token


def find(
    session: Session, token: str, purpose: LinkPurpose, *, browser_hash: bytes | None = None
) -> Link | None:
    """The one of this purpose that can still be used, in this browser."""
    link = named(session, token, purpose)
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        return None
    return link if link.browser_hash in {None, browser_hash} else None


def named(session: Session, token: str, purpose: LinkPurpose) -> Link | None:
    """The one of this purpose, whatever became of it."""
    return session.scalar(
        select(Link).where(Link.token_hash == digest(token), Link.purpose == purpose)
    )


def use(session: Session, link: Link) -> bool:
    """Whether it was there to be used: of two at once one wins."""
    return _ended(session, Link.id == link.id) == 1


def void(session: Session, account_id: int, *purposes: LinkPurpose) -> None:
    """No link of these purposes that the account was sent is good any more."""
    _ended(session, (Link.account_id == account_id) & Link.purpose.in_(purposes))


def _ended(session: Session, which: ColumnElement[bool]) -> int:
    now = clock.now()
    ended = session.execute(
        update(Link)
        .where(which, Link.used_at.is_(None), Link.expires_at > now)
        .values(used_at=now)
        .returning(Link.id)
    )
    return len(ended.all())
