"""Ending sessions, and with them what applications were granted in them; those are told."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import participants
from idp.models import BrowserSession, Grant


def end(
    session: Session,
    session_id: int,
    *,
    actor: str,
    reason: str,
    origin: audit.Origin | None = None,
) -> bool:
    """End one browser session and revoke its grants, but for those of applications that may stay
    connected (`offline_access`); whoever took part is told. False when it had ended before."""
    ended = session.execute(
        update(BrowserSession)
        .where(BrowserSession.id == session_id, BrowserSession.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(BrowserSession.account_id)
    ).first()
    if ended is None:
        return False
    _revoke(session, (Grant.session_id == session_id) & Grant.refresh_expires_at.is_(None))
    participants.tell(session, session_id, ended.account_id)
    audit.record(
        session,
        "session.ended",
        actor=actor,
        account_id=ended.account_id,
        session_id=session_id,
        origin=origin,
        reason=reason,
    )
    return True


def end_all(session: Session, account_id: int, *, actor: str, reason: str) -> int:
    """End every session of an account and revoke every grant; returns how many sessions ended."""
    live = session.scalars(
        select(BrowserSession.id).where(
            BrowserSession.account_id == account_id, BrowserSession.ended_at.is_(None)
        )
    ).all()
    ended = sum(end(session, one, actor=actor, reason=reason) for one in live)
    # Grants outlive the session they came from, when the application stays connected.
    _revoke(session, Grant.account_id == account_id)
    return ended


def _revoke(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        update(Grant).where(which, Grant.revoked_at.is_(None)).values(revoked_at=clock.now())
    )
