"""The hot path's way to the database: prepared statements on the driver's own connection, without
the ORM and without a pool.

Each thread keeps its connections, for a pool's taking and giving back costs more than most of the
statements. In SQLite, threads that write wait for their turn here: its own way is to sleep, and to
look again.
"""

import re
import threading
import weakref
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

BUSY_SECONDS = 10


class Statement:
    """SQL written once with `:name` parameters, for both drivers."""

    def __init__(self, sql: str) -> None:
        self.sqlite = " ".join(sql.split())
        self.postgresql = re.sub(r"(?<![:\w]):(\w+)", r"%(\1)s", self.sqlite)


class Turn:
    """Whose turn it is to write, among the threads of this process. A wait that takes too long is
    left to the database, which says that it is busy."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self) -> bool:
        return self._lock.acquire(timeout=BUSY_SECONDS)

    def give(self) -> None:
        self._lock.release()


class _Kept:
    """The connections that a thread keeps for its next transactions: closed when it ends."""

    def __init__(self) -> None:
        self.connections: list[Any] = []

    def close(self) -> None:
        while self.connections:
            with suppress(Exception):
                self.connections.pop().close()

    __del__ = close


class Connections:
    """Of one engine. A transaction inside another one of the same thread has its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self.dialect = engine.dialect.name
        self.broken: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
        self.turn = Turn()
        self._engine = engine
        self._local = threading.local()
        self._every: weakref.WeakSet[_Kept] = weakref.WeakSet()

    def take(self) -> tuple[Any, bool]:
        """A connection, and whether it has served before."""
        kept = self._kept().connections
        return (kept.pop(), True) if kept else (self.open(), False)

    def open(self) -> Any:
        # As the engine opens them, with its pragmas; but not its pool's.
        fairy = self._engine.raw_connection()
        connection = fairy.driver_connection
        fairy.detach()
        return connection

    def give(self, connection: Any) -> None:
        self._kept().connections.append(connection)

    def close(self) -> None:
        """Those that are not in use; whoever comes later opens anew."""
        for kept in list(self._every):
            kept.close()

    def _kept(self) -> _Kept:
        try:
            kept: _Kept = self._local.kept
        except AttributeError:
            kept = self._local.kept = _Kept()
            self._every.add(kept)
        return kept


class Transaction:
    """Statements on one connection. One that `writes` begins with its first statement: what is
    refused before that waits for nobody. Otherwise each statement stands alone, but for those
    between `begin` and `commit`: who writes holds up every other writer, and neither what is read
    before nor what is signed after needs to."""

    def __init__(self, connections: Connections, writes: bool) -> None:
        self._connections = connections
        self._dialect = connections.dialect
        self._writes = writes
        self._begun = False
        self._has_turn = False
        self._connection: Any = None

    def begin(self) -> None:
        """From the next statement on, all or nothing."""
        self._writes = True

    def commit(self) -> None:
        """What was begun is there for good; each statement after this stands alone."""
        self._writes = False
        if self._begun:
            self._begun = False
            try:
                self._connection.commit()
            finally:
                self._give_turn()
            if self._dialect != "sqlite":
                self._connection.autocommit = True

    def execute(self, statement: Statement, **values: Any) -> Any:
        if self._connection is None:
            return self._first(statement, values)
        if self._writes and not self._begun:
            self._begin()
        return self._connection.execute(getattr(statement, self._dialect), values)

    def one(self, statement: Statement, **values: Any) -> Any:
        """The first row as a tuple, or None."""
        return self.execute(statement, **values).fetchone()

    def changed(self, statement: Statement, **values: Any) -> int:
        """How many rows a conditional UPDATE changed: its answer."""
        return int(self.execute(statement, **values).rowcount)

    def end(self, *, well: bool) -> None:
        """Commit, or take back. The connection is kept, unless that does not work."""
        if self._connection is None:
            return
        try:
            if well:
                self.commit()
            elif self._begun:
                self._connection.rollback()
            self._connections.give(self._connection)
        except BaseException:
            self._connection.close()
            if well:
                raise
        finally:
            self._connection = None
            self._give_turn()

    def _first(self, statement: Statement, values: dict[str, Any]) -> Any:
        self._connection, served = self._connections.take()
        try:
            if self._writes:
                self._begin()
            elif self._dialect != "sqlite":
                self._connection.autocommit = True
            return self._connection.execute(getattr(statement, self._dialect), values)
        except self._connections.broken:
            if not (served and self._dialect != "sqlite" and self._connection.closed):
                raise
        # The server was restarted since this thread last spoke to it: nothing is done yet.
        self._connection = self._connections.open()
        self._connection.autocommit = not self._writes
        return self._connection.execute(statement.postgresql, values)

    def _begin(self) -> None:
        if self._dialect == "sqlite":
            self._has_turn = self._connections.turn.take()
            self._connection.execute("BEGIN IMMEDIATE")
        else:
            self._connection.autocommit = False
        self._begun = True

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._connections.turn.give()
