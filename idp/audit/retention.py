"""What has been kept long enough is removed, seal by seal; the seals themselves stay, so that what
is left is still proved."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp import clock
from idp.audit.chain import GENESIS
from idp.audit.events import record
from idp.audit.verification import PURGED, covered, fault
from idp.models import AuditEvent, AuditSeal


class Broken(Exception):
    """A seal does not hold: its events are evidence, and stay."""


def purgeable(session: Session, sealed_until: int) -> AuditSeal | None:
    """The oldest seal that has its events, when it was made by that moment. Raises Broken."""
    link = session.scalars(
        select(AuditSeal).where(AuditSeal.purged_at.is_(None)).order_by(AuditSeal.id).limit(1)
    ).first()
    if link is None or link.sealed_at > sealed_until:
        return None
    before = select(AuditSeal.chain).where(AuditSeal.id < link.id).order_by(AuditSeal.id.desc())
    previous = session.scalars(before.limit(1)).first() or GENESIS
    found = fault(link, previous, covered(session, link.id - 1, link.id))
    if found:
        raise Broken(f"seal {link.id}: {found.sentence}")
    return link


def purge(session: Session, link: AuditSeal) -> int:
    """Remove the events of a seal that `purgeable` gave, and say so in the trail; returns how
    many. 0 when another one does it or has done it."""
    unpurged = select(AuditSeal.id).where(AuditSeal.id == link.id, AuditSeal.purged_at.is_(None))
    if session.scalar(unpurged.with_for_update(skip_locked=True)) is None:
        return 0
    session.execute(delete(AuditEvent).where(AuditEvent.seal_id == link.id))
    session.execute(update(AuditSeal).where(AuditSeal.id == link.id).values(purged_at=clock.now()))
    record(session, PURGED, actor="system", seal=link.id, events=link.count)
    return link.count
