"""The number that tells other processes that what they keep in memory is old."""

from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp.models import Configuration

ROW = 1


def bump(session: Session) -> None:
    """Count a change to clients, resources or keys, in the caller's transaction."""
    lock(session)
    session.execute(
        update(Configuration)
        .where(Configuration.id == ROW)
        .values(version=Configuration.version + 1)
    )


def lock(session: Session) -> None:
    """Until the transaction ends, no other one changes clients, resources or keys."""
    row = select(Configuration.id).where(Configuration.id == ROW).with_for_update()
    if session.scalar(row) is not None:
        return
    # Whoever makes the row second has waited for the first, and finds it.
    with suppress(IntegrityError), session.begin_nested():
        session.add(Configuration(id=ROW, version=0))
    session.scalar(row)
