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
    """Begins with its first statement: what is refused before that waits for nobody."""

    def __init__(self, connections: Connections, writes: bool) -> None:
        self._connections = connections
        self._writes = writes
        self._connection: Any = None
        self._has_turn = False

    def execute(self, statement: Statement, **values: Any) -> Any:
        if self._connection is None:
            return self._begin(statement, values)
        return self._connection.execute(getattr(statement, self._connections.dialect), values)

    def one(self, statement: Statement, **values: Any) -> Any:
        """The first row as a tuple, or None."""
        return self.execute(statement, **values).fetchone()

    def changed(self, statement: Statement, **values: Any) -> int:
        """How many rows a conditional UPDATE changed: its answer."""
        return int(self.execute(statement, **values).rowcount)

    def commit(self) -> None:
        if self._connection is not None:
            if self._writes:
                self._connection.commit()
            self._connections.give(self._connection)
            self._leave()

    def roll_back(self) -> None:
        """The connection is kept only if that worked."""
        if self._connection is not None:
            try:
                if self._writes:
                    self._connection.rollback()
                self._connections.give(self._connection)
            except Exception:
                self._connection.close()
            self._leave()

    def _leave(self) -> None:
        self._connection = None
        if self._has_turn:
            self._has_turn = False
            self._connections.turn.give()

    def _begin(self, statement: Statement, values: dict[str, Any]) -> Any:
        self._connection, served = self._connections.take()
        if self._connections.dialect == "sqlite":
            if self._writes:
                self._has_turn = self._connections.turn.take()
                self._connection.execute("BEGIN IMMEDIATE")
            return self._connection.execute(statement.sqlite, values)
        try:
            return self._first(statement, values)
        except self._connections.broken:
            if not (served and self._connection.closed):
                raise
        # The server was restarted since this thread last spoke to it: nothing is done yet.
        self._connection = self._connections.open()
        return self._first(statement, values)

    def _first(self, statement: Statement, values: dict[str, Any]) -> Any:
        # What only reads needs no BEGIN and no COMMIT: each of them is a way there and back.
        self._connection.autocommit = not self._writes
        return self._connection.execute(statement.postgresql, values)
