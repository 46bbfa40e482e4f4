"""Writing together to SQLite: one durable commit for several threads, each with its own outcome."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
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


def after_waiting(database: Database, *acts: Callable[[], None]) -> None:
    """Somebody writes; meanwhile these come, in this order, and all get their turn afterwards."""
    threads = [threading.Thread(target=act) for act in acts]
    asleep, wait = threading.Semaphore(0), together._Asleep.wait

    def told(sleeper: Any, seconds: float = -1) -> bool:
        asleep.release()
        return wait(sleeper, seconds)

    with pytest.MonkeyPatch.context() as patch, database.writing():
        patch.setattr(together._Asleep, "wait", told)
        for thread in threads:
            thread.start()
            asleep.acquire()
    for thread in threads:
        thread.join()


def add(database: Database, then: Exception | None = None) -> None:
    with database.transaction() as tx:
        tx.execute(ADD)
        if then:
            raise then


def adding(database: Database, then: Exception | None = None) -> Callable[[], None]:
    """Together with whoever else does."""
    return lambda: database.together(lambda: add(database, then))


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
    after_waiting(database, *[adding(database)] * 5)
    assert (count(database), len(commits)) == (6, 1)


def test_who_fails_takes_back_what_is_theirs_alone(database: Database, commits: list[str]) -> None:
    told: list[type[Exception]] = []
    failing = refused(adding(database, LookupError()), told)
    for acts in (
        (failing, adding(database), adding(database)),
        (adding(database), failing, adding(database)),
        (adding(database), adding(database), failing),
    ):
        after_waiting(database, *acts)
    assert (count(database), told) == (7, [LookupError] * 3)


def test_an_act_sees_what_it_wrote_and_what_those_before_it_did(
    database: Database, commits: list[str]
) -> None:
    seen = []

    def act() -> None:
        with database.transaction(writes=False) as tx:
            before = tx.one(READ)[0]
            tx.begin()
            tx.execute(ADD)
            tx.commit()
            tx.execute(ADD)
            seen.append((before, tx.one(READ)[0]))

    def failing() -> None:
        act()
        raise LookupError

    told: list[type[Exception]] = []
    after_waiting(
        database,
        lambda: database.together(act),
        refused(lambda: database.together(failing), told),
        lambda: database.together(act),
    )
    # What was committed, as far as the act is concerned, outlives its error.
    assert (seen, count(database)) == ([(1, 3), (3, 5), (5, 7)], 7)
    assert (told, len(commits)) == ([LookupError], 1)


def test_who_acts_alone_waits_until_the_others_are_committed(
    database: Database, commits: list[str]
) -> None:
    seen = []

    def look() -> None:
        with database.writing() as session:
            seen.append(session.scalar(text("SELECT in_a_row FROM throttle")))

    after_waiting(database, adding(database), adding(database), look, lambda: add(database))
    assert (seen, count(database), len(commits)) == ([3], 4, 2)


def test_one_act_has_what_it_wrote_before_an_error_taken_back_and_the_next_begins_anew(
    database: Database, commits: list[str]
) -> None:
    told: list[type[Exception]] = []
    failing = refused(adding(database, LookupError()), told)
    after_waiting(database, failing, failing)
    assert (count(database), len(commits), told) == (1, 0, [LookupError] * 2)
    adding(database)()
    assert count(database) == 2


def test_more_than_a_group_s_worth_are_committed_in_several(
    database: Database, commits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST", 2)
    after_waiting(database, *[adding(database)] * 5)
    assert (count(database), len(commits)) == (6, 3)


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
    after_waiting(database, *[refused(adding(database), told)] * 3)
    assert (told, count(database)) == ([OperationalError] * 3, 0)
    adding(database)()
    assert count(database) == 1
    group._connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, factory=FullDisk
    )
    with pytest.raises(OperationalError):
        add(database)
    assert database.together(lambda: "who wrote nothing is answered") is not None
    assert count(database) == 1


def test_nobody_waits_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "BUSY_SECONDS", 0.01)
    told: list[type[Exception]] = []

    def orm() -> None:
        with database.writing():
            pass

    with database.writing():
        for act in (adding(database), lambda: add(database), orm):
            thread = threading.Thread(target=refused(act, told))
            thread.start()
            thread.join()
    adding(database)()
    assert (told, count(database)) == ([OperationalError] * 3, 1)


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
