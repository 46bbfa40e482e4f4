"""Writing together to SQLite: one durable commit for several threads, each with its own outcome."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from idp import together
from idp.config import Settings
from idp.db import Database, Statement
from idp.models import Throttle
from tests.held_clock import HeldClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ADD = Statement("UPDATE throttle SET in_a_row = in_a_row + 1")
READ = Statement("SELECT in_a_row FROM throttle")


class Line(deque[Any]):
    """The line of those who wait for their turn, and who is told when somebody comes."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Semaphore(0)

    def append(self, waiting: Any) -> None:
        super().append(waiting)
        self.arrived.release()


@pytest.fixture
def database(settings: Settings, clock: HeldClock) -> Iterator[Database]:
    made = Database(settings.effective_database_url, settings.keyring)
    with made.writing() as session:
        zeros = dict.fromkeys(
            ("in_a_row", "locked_until", "window_start", "in_window", "updated_at"), 0
        )
        session.add(Throttle(subject=b"subject", **zeros))
    yield made
    made.dispose()


@pytest.fixture
def commits(database: Database) -> list[str]:
    """The commits of those who write together, as they come."""
    with database.transaction() as tx:
        tx.execute(ADD)
    found: list[str] = []
    connection = database._connections.group._connection
    assert connection is not None
    connection.set_trace_callback(lambda sql: found.append(sql) if sql == "COMMIT" else None)
    return found


@contextmanager
def waiting(database: Database, *acts: Callable[[], None]) -> Iterator[None]:
    """Somebody writes; meanwhile these come, in this order, and all get their turn afterwards."""
    line = database._connections.turn._line = Line()
    threads = [threading.Thread(target=act) for act in acts]
    with database.writing():
        for thread in threads:
            thread.start()
            line.arrived.acquire()
    yield
    for thread in threads:
        thread.join()


def adding(database: Database, then: Exception | None = None) -> Callable[[], None]:
    def add() -> None:
        with database.transaction() as tx:
            tx.execute(ADD)
            if then:
                raise then

    return add


def refused(act: Callable[[], None], told: list[type[Exception]]) -> Callable[[], None]:
    """The act, and the error that it ends in."""

    def tell() -> None:
        try:
            act()
        except Exception as error:
            told.append(type(error))

    return tell


def count(database: Database) -> int:
    with database.transaction(writes=False) as tx:
        return int(tx.one(READ)[0])


def test_those_who_wait_are_committed_together(database: Database, commits: list[str]) -> None:
    with waiting(database, *[adding(database)] * 5):
        pass
    assert (count(database), len(commits)) == (6, 1)


def test_who_fails_takes_back_what_is_theirs_alone(database: Database, commits: list[str]) -> None:
    told: list[type[Exception]] = []
    failing = refused(adding(database, LookupError()), told)
    for acts in (
        (failing, adding(database), adding(database)),
        (adding(database), failing, adding(database)),
        (adding(database), adding(database), failing),
    ):
        with waiting(database, *acts):
            pass
    assert (count(database), told) == (7, [LookupError] * 3)


def test_who_does_not_join_waits_until_the_others_are_committed(
    database: Database, commits: list[str]
) -> None:
    seen = []

    def look() -> None:
        with database.writing() as session:
            seen.append(session.scalar(text("SELECT in_a_row FROM throttle")))

    with waiting(database, adding(database), adding(database), look, adding(database)):
        pass
    assert (seen, count(database), len(commits)) == ([3], 4, 2)


def test_a_commit_that_fails_fails_for_all(database: Database) -> None:
    class FullDisk(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *values)

    path = database.engine.url.database
    assert path is not None
    group = database._connections.group
    group._connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, factory=FullDisk
    )
    told: list[type[Exception]] = []
    with waiting(database, *[refused(adding(database), told)] * 3):
        pass
    assert (told, count(database)) == ([OperationalError] * 3, 0)
    adding(database)()
    assert count(database) == 1


def test_nobody_waits_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "BUSY_SECONDS", 0.01)
    told: list[type[Exception]] = []

    def orm() -> None:
        with database.writing():
            pass

    with database.writing():
        for act in (adding(database), orm):
            thread = threading.Thread(target=refused(act, told))
            thread.start()
            thread.join()
    adding(database)()
    assert (told, count(database)) == ([OperationalError] * 2, 1)


def test_another_process_is_waited_for(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Database(settings.effective_database_url, settings.keyring)
    looked = threading.Event()
    monkeypatch.setattr(together.time, "sleep", lambda _: looked.set())
    thread = threading.Thread(target=adding(database))
    with other.writing() as session:
        session.execute(text(ADD.sqlite))
        thread.start()
        looked.wait()
    thread.join()
    assert count(database) == 2
    monkeypatch.setattr(together, "BUSY_SECONDS", 0)
    with other.writing() as session:
        session.execute(text(ADD.sqlite))
        with pytest.raises(OperationalError):
            adding(database)()
    other.dispose()
