"""What the tests of the purge share."""

from sqlalchemy import ColumnElement, func, select

from idp import audit
from idp.db import Base, Database
from idp.models import Throttle


def seal(database: Database) -> None:
    with database.writing() as session:
        while audit.seal(session):
            session.flush()


def record(database: Database, events: int) -> None:
    with database.writing() as session:
        for _ in range(events):
            audit.record(session, "account.consulted", actor="operator")
    seal(database)


def verified(database: Database) -> audit.Verification:
    with database.reading() as session:
        return audit.verify(session)


def size(database: Database, model: type[Base], *which: ColumnElement[bool]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*which)) or 0


def throttles(count: int, now: int) -> list[Throttle]:
    return [
        Throttle(
            subject=number.to_bytes(32, "big"),
            in_a_row=1,
            locked_until=0,
            window_start=now,
            in_window=1,
            updated_at=now,
        )
        for number in range(count)
    ]
