"""SQLite that does not wait for the disk, as the tests' PostgreSQL does not: nothing of it outlives
a test, and of a test's time most would be waiting. Providers in processes of their own do wait."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from idp.db import Database

_patient: list[Database] = []  # while there is one, nobody hurries


def begin() -> None:
    """For every database that this process opens from now on."""
    event.listen(Pool, "checkout", _hurry)


@contextmanager
def at_its_own_pace(database: Database) -> Iterator[None]:
    """Waiting for the disk, as the provider does."""
    database.dispose()
    _patient.append(database)
    try:
        yield
    finally:
        _patient.remove(database)
        database.dispose()


def _hurry(connection: Any, _record: Any, _proxy: Any) -> None:
    # After "connect", where the provider's own pragmas are set.
    if isinstance(connection, sqlite3.Connection) and not _patient:
        connection.execute("PRAGMA synchronous=OFF")
