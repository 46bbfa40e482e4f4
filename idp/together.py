"""Writing to SQLite from many threads: in turns, and committed together.

SQLite has one writer at a time, and a durable commit takes longer than most of what is committed.
So of those who come at the same time the first one acts for all, one after the other in its own
thread, and commits once; nobody is answered before. Each keeps an all-or-nothing of its own, by a
savepoint. That it is one thread matters as much as that it is one commit: to hand a half-done
transaction from thread to thread costs more than what is done in it.
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


def deadline() -> float:
    """Until when who comes now waits for others, on the monotonic clock."""
    return time.monotonic() + BUSY_SECONDS


class _Asleep:
    """A thread that waits to be woken."""

    def __init__(self) -> None:
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
        self._line: deque[_Asleep] = deque()
        self._is_taken = False

    def take(self, until: float) -> None:
        """`until`: see `deadline`. Raises Busy."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return
            asleep = _Asleep()
            self._line.append(asleep)
        if asleep.wait(max(until - time.monotonic(), 0)):
            return
        with self._mutex:
            if asleep in self._line:
                self._line.remove(asleep)
                raise Busy
        # It was our turn at the very last moment.

    def give(self) -> None:
        with self._mutex:
            if self._line:
                self._line.popleft().wake()
            else:
                self._is_taken = False


class _Member(_Asleep):
    """What somebody wants done, and what came of it. `leads`: by itself, and by it for all who
    came after."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__()
        self.act = act
        self.until = deadline()
        self.leads = False
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._result = self.act()
        except BaseException as error:  # it is raised where it belongs: in the thread that waits
            self._error = error

    def fail(self, error: Exception) -> None:
        self._error = error

    def outcome(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._result


class Group:
    """The connection that this process writes on, and those who act together on it. Whoever has a
    transaction open there has the turn."""

    def __init__(self, turn: Turn, opened: Callable[[], sqlite3.Connection]) -> None:
        self._turn = turn
        self._opened = opened
        self._connection: sqlite3.Connection | None = None
        self._mutex = threading.Lock()
        self._line: deque[_Member] = deque()
        self._is_led = False
        self._leader = 0  # the thread; 0: nobody
        self._writer = 0  # the thread whose transaction is open
        self._current: _Member | None = None
        self._wrote: list[_Member] = []
        self._savepoints = 0
        self._failure: Exception | None = None

    def act(self, act: Callable[[], Any]) -> Any:
        """What `act` returns, or raises, once all that it wrote is there for good. It may run in
        another thread, with others waiting for it: it asks nobody who may take their time. Raises
        `sqlite3.Error` when the commit fails, of what `act` had written."""
        if self._leader == threading.get_ident():
            return act()
        member = _Member(act)
        with self._mutex:
            self._line.append(member)
            member.leads, self._is_led = not self._is_led, True
        if not member.leads:
            member.wait()
        if member.leads:
            self._lead()
        return member.outcome()

    def _lead(self) -> None:
        """For oneself, who is the first in the line, and for who has come or comes meanwhile."""
        done: list[_Member] = []
        self._leader = threading.get_ident()
        while self._line and len(done) < MOST and not self._has_failed():
            self._current = self._line.popleft()
            self._current.run()
            done.append(self._current)
        self._current = None
        if self._writer == self._leader:
            self._commit()
        self._leader = 0
        with self._mutex:
            following = self._line[0] if self._line else None
            self._is_led = following is not None
        if following is not None:
            following.leads = True
            following.wake()
        for member in done[1:]:
            member.wake()

    def _has_failed(self) -> bool:
        return self._writer == self._leader and self._failure is not None

    def shared(self) -> sqlite3.Connection | None:
        """The connection, where this thread leads and has written: what is read now has to see it,
        and what is written would wait for it."""
        if self._leader != threading.get_ident() or self._writer != self._leader:
            return None
        self._note_writer()
        return self._connection

    def join(self) -> sqlite3.Connection:
        """The connection to write on until `leave`: within a transaction, of others perhaps. Raises
        Busy."""
        thread = threading.get_ident()
        if thread == self._leader == self._writer:
            assert self._connection is not None
            self._connection.execute("SAVEPOINT member")
            self._savepoints += 1
        else:
            member = self._current if thread == self._leader else None
            self._begin(member.until if member else deadline())
            self._writer = thread
        self._note_writer()
        assert self._connection is not None
        return self._connection

    def _begin(self, until: float) -> None:
        self._turn.take(until)
        try:
            if self._connection is None:
                self._connection = self._opened()
                look_once(self._connection)
            begin_immediate(self._connection, until)
        except BaseException:
            self._turn.give()
            raise

    def _note_writer(self) -> None:
        member = self._current if self._writer == self._leader else None
        if member is not None and member not in self._wrote[-1:]:
            self._wrote.append(member)

    def leave(self, *, well: bool) -> None:
        """What was written since `join` is kept, or taken back, when it did not go well. Who acts
        alone finds it there for good, or gets what the commit failed of."""
        if self._savepoints:
            self._savepoints -= 1
            if not well:
                self._run("ROLLBACK TO member")
            self._run("RELEASE member")
        elif not well:
            # Nobody else has written before.
            self._run("ROLLBACK")
            self._end()
        elif self._writer != self._leader:
            failure = self._commit()
            if failure is not None:
                raise failure

    def _commit(self) -> Exception | None:
        """For everybody who has written; returns what it failed of."""
        assert self._connection is not None
        if self._connection.in_transaction:
            self._run("ROLLBACK" if self._failure else "COMMIT")
        elif self._failure is None:
            # SQLite took everything back by itself: no room, or no disk.
            self._failure = Busy()
        failure = self._failure
        if failure is not None:
            for member in self._wrote:
                member.fail(failure)
        self._end()
        return failure

    def _end(self) -> None:
        if self._failure is not None:
            self.close()
        self._wrote, self._savepoints, self._failure, self._writer = [], 0, None, 0
        self._turn.give()

    def _run(self, statement: str) -> None:
        assert self._connection is not None
        try:
            self._connection.execute(statement)
        except sqlite3.Error as error:
            self._failure = self._failure or error

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


def begin_immediate(connection: Any, until: float) -> None:
    """Begin to write, on a connection that looks once. Raises Busy."""
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        if time.monotonic() > until:
            raise Busy
        time.sleep(PAUSE)
