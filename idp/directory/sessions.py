"""Ending sessions, and with them what applications were granted in them; those are told."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import participants
from idp.factors import recovery
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
    """End every session of an account and revoke every grant; a recovery that was begun leads
    nowhere any more. Returns how many sessions ended."""
    live = session.scalars(
        select(BrowserSession.id).where(
            BrowserSession.account_id == account_id, BrowserSession.ended_at.is_(None)
        )
    ).all()
    ended = sum(end(session, one, actor=actor, reason=reason) for one in live)
    # Grants outlive the session they came from, when the application stays connected.
    _revoke(session, Grant.account_id == account_id)
    recovery.void(session, account_id)
    return ended


def end_for_good(
    session: Session,
    account_id: int,
    session_id: int,
    *,
    actor: str,
    reason: str,
    origin: audit.Origin | None = None,
) -> bool:
    """End one session of this account and every grant that came of it, also when the session is
    over and an application has stayed connected. False: there was nothing left to end."""
    owner = session.scalar(select(BrowserSession.account_id).where(BrowserSession.id == session_id))
    theirs = owner == account_id
    ended = theirs and end(session, session_id, actor=actor, reason=reason, origin=origin)
    came_of_it = (Grant.account_id == account_id) & (Grant.session_id == session_id)
    revoked = _revoke(session, came_of_it)
    if revoked and not ended:
        audit.record(
            session,
            "connection.ended",
            actor=actor,
            account_id=account_id,
            session_id=session_id,
            origin=origin,
            reason=reason,
        )
    return ended or revoked > 0


def end_others(
    session: Session,
    account_id: int,
    kept: int,
    *,
    actor: str,
    reason: str,
    origin: audit.Origin | None = None,
) -> int:
    """End every session of an account but the one that is `kept`, and every grant that came of
    them or of one that is over; returns how many sessions ended."""
    live = session.scalars(
        select(BrowserSession.id).where(
            BrowserSession.account_id == account_id,
            BrowserSession.id != kept,
            BrowserSession.ended_at.is_(None),
        )
    ).all()
    ended = sum(end(session, one, actor=actor, reason=reason, origin=origin) for one in live)
    _revoke(session, (Grant.account_id == account_id) & (Grant.session_id != kept))
    return ended


def _revoke(session: Session, which: ColumnElement[bool]) -> int:
    """How many there were."""
    revoked = session.scalars(
        update(Grant)
        .where(which, Grant.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(Grant.id)
        .execution_options(synchronize_session=False)
    )
    return len(revoked.all())
