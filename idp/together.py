"""Writing to SQLite from many threads: in turns, and committed together.

SQLite has one writer at a time, and a durable commit takes longer than most of what is committed.
So whoever has written hands the open transaction on to the next in the line and waits; the last
one commits for all of them, and nobody is answered before. Each keeps an all-or-nothing of its
own, by a savepoint.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

BUSY_SECONDS = 10
PAUSE = 0.0003  # seconds between two looks whether another process has finished writing
MOST = 64  # members of a group: the first of them shall not wait for ever


class Busy(sqlite3.OperationalError):
    """Others have been writing for longer than anybody should wait."""

    def __init__(self) -> None:
        super().__init__("database is locked")


class _Waiting:
    """A thread that waits for its turn, then for the commit. `joins`: it may go on in a
    transaction that others began."""

    def __init__(self, *, joins: bool) -> None:
        self.joins = joins
        self._lock = threading.Lock()
        self._lock.acquire()

    def wait(self, seconds: float = -1) -> bool:
        return self._lock.acquire(timeout=seconds)

    def wake(self) -> None:
        self._lock.release()


class Turn:
    """Whose turn it is to write, among the threads of this process: first come, first served."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._line: deque[_Waiting] = deque()
        self._is_taken = False

    def take(self, *, joins: bool = False) -> None:
        """Raises Busy."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return
            waiting = _Waiting(joins=joins)
            self._line.append(waiting)
        if waiting.wait(BUSY_SECONDS):
            return
        with self._mutex:
            if waiting in self._line:
                self._line.remove(waiting)
                raise Busy
        # It was our turn at the very last moment.

    def give(self) -> None:
        with self._mutex:
            if self._line:
                self._line.popleft().wake()
            else:
                self._is_taken = False

    def next_joins(self) -> bool:
        """Whether the next in the line could go on where we are."""
        with self._mutex:
            return bool(self._line) and self._line[0].joins


class Group:
    """The transaction that threads of this process write in, one after the other. A member has
    the turn from `join` to `leave`."""

    def __init__(self, turn: Turn, opened: Callable[[], sqlite3.Connection]) -> None:
        self._turn = turn
        self._opened = opened
        self._connection: sqlite3.Connection | None = None
        self._members: list[_Waiting] = []
        self._failure: list[Exception] = []

    def join(self) -> sqlite3.Connection:
        """The connection to write on: within a transaction, of others perhaps. Raises Busy."""
        self._turn.take(joins=True)
        try:
            if self._connection is None:
                self._connection = self._opened()
                look_once(self._connection)
            if self._members:
                self._connection.execute("SAVEPOINT member")
            else:
                begin_immediate(self._connection)
        except BaseException:
            self._turn.give()
            raise
        return self._connection

    def leave(self, *, well: bool) -> None:
        """What the member wrote is there for good when this returns; or taken back, when it did
        not go well. Raises what the commit failed of."""
        if not well:
            self._take_back()
        elif self._members:
            self._run("RELEASE member")
        if not self._may_pass_on():
            self._commit()
            return
        waiting = _Waiting(joins=True)
        self._members.append(waiting)
        failure = self._failure
        self._turn.give()
        waiting.wait()
        if failure and well:
            raise failure[0]

    def _may_pass_on(self) -> bool:
        connection = self._connection
        sound = not self._failure and connection is not None and connection.in_transaction
        return sound and len(self._members) < MOST and self._turn.next_joins()

    def _take_back(self) -> None:
        if self._members:
            self._run("ROLLBACK TO member")
            self._run("RELEASE member")
        else:
            self._run("ROLLBACK")

    def _commit(self) -> None:
        """For everybody who passed the transaction on."""
        assert self._connection is not None
        if self._connection.in_transaction:
            self._run("ROLLBACK" if self._failure else "COMMIT")
        elif self._members and not self._failure:
            # SQLite took everything back by itself: no room, or no disk.
            self._failure.append(Busy())
        members, failure = self._members, self._failure
        self._members, self._failure = [], []
        if failure:
            self._connection.close()
            self._connection = None
        for member in members:
            member.wake()
        self._turn.give()
        if failure:
            raise failure[0]

    def _run(self, statement: str) -> None:
        assert self._connection is not None
        try:
            self._connection.execute(statement)
        except sqlite3.Error as error:
            self._failure.append(error)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def look_once(connection: Any) -> None:
    """SQLite's own way to wait for another process sleeps up to a tenth of a second between two
    looks, for what takes a millisecond: ours is in `begin_immediate`."""
    connection.execute("PRAGMA busy_timeout=0")


def wait_long(connection: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def begin_immediate(connection: Any) -> None:
    """Begin to write, on a connection that looks once. Raises Busy."""
    deadline = None
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        now = time.monotonic()
        deadline = deadline or now + BUSY_SECONDS
        if now > deadline:
            raise Busy
        time.sleep(PAUSE)
