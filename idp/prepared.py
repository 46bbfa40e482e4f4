"""The hot path's way to the database: prepared statements on the driver's own connection, without
the ORM and without a pool.

Each thread keeps its connections, for a pool's taking and giving back costs more than most of the
statements. SQLite's threads write in turns, and what they do `together` is committed at once
(`together.py`).
"""

import re
import threading
import weakref
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from idp.together import Group, Turn


class Statement:
    """SQL written once with `:name` parameters, for both drivers."""

    def __init__(self, sql: str) -> None:
        self.sqlite = " ".join(sql.split())
        escaped = self.sqlite.replace("%", "%%")
        self.postgresql = re.sub(r"(?<![:\w]):(\w+)", r"%(\1)s", escaped)


class _Kept:
    """The connections that a thread keeps for its next transactions. When it ends they are left to
    others: closing SQLite's calls the interpreter, and before CPython 3.12.4 that frees the state
    of a server's native thread while it is in use, and ends the process."""

    def __init__(self, left: list[Any]) -> None:
        self.connections: list[Any] = []
        self._left = left

    def __del__(self) -> None:
        self._left.extend(self.connections)


class Connections:
    """Of one engine. A transaction inside another one of the same thread has its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.dialect = engine.dialect.name
        self.broken: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
        self.turn = Turn()
        self.group = Group(self.turn, self.open)
        self._engine = engine
        self._local = threading.local()
        self._every: weakref.WeakSet[_Kept] = weakref.WeakSet()
        self._left: list[Any] = []

    def take(self) -> tuple[Any, bool]:
        """A connection, and whether it has served before."""
        kept = self._kept().connections or self._left
        try:
            return kept.pop(), True
        except IndexError:  # also where another thread was first
            return self.open(), False

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
        for connections in (*(kept.connections for kept in self._every), self._left):
            while connections:
                with suppress(Exception):
                    connections.pop().close()
        self.group.close()

    def _kept(self) -> _Kept:
        try:
            kept: _Kept = self._local.kept
        except AttributeError:
            kept = self._local.kept = _Kept(self._left)
            self._every.add(kept)
        return kept


class Transaction:
    """Statements on one connection, committed at the end of the `with` block, taken back on an
    error. One that `writes` begins with its first statement: what is refused before that waits for
    nobody. Otherwise each statement stands alone, but for those between `begin` and `commit`: who
    writes holds up every other writer, and neither what is read before nor what is signed after
    needs to. Within `Database.together`, what is committed here is there for good when the others'
    is. A database that is away or busy is told in the ORM's words: raises
    `sqlalchemy.exc.OperationalError`."""

    def __init__(self, connections: Connections, writes: bool) -> None:
        self._connections = connections
        self._dialect = connections.dialect
        self._writes = writes
        self._begun = False
        self._own: Any = None  # the thread's connection; nobody else's
        self._shared: Any = None  # the one that is written on together, as long as it is our turn

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._end(well=error is None)
        except self._connections.broken as failure:
            raise OperationalError("", None, failure, hide_parameters=True) from failure
        if isinstance(error, self._connections.broken):
            raise OperationalError("", None, error, hide_parameters=True) from error

    def begin(self) -> None:
        """From the next statement on, all or nothing."""
        self._writes = True

    def commit(self) -> None:
        """What was begun is there for good; each statement after this stands alone."""
        self._writes = False
        if self._begun:
            self._begun = False
            if self._shared is not None:
                self._shared = None
                self._connections.group.leave(well=True)
            else:
                self._own.commit()
                self._own.autocommit = True

    def execute(self, statement: Statement, **values: Any) -> Any:
        if self._writes and not self._begun:
            return self._first_written(statement, values)
        if self._shared is not None:
            return self._shared.execute(statement.sqlite, values)
        if self._own is None:
            return self._first_read(statement, values)
        return self._own.execute(getattr(statement, self._dialect), values)

    def one(self, statement: Statement, **values: Any) -> Any:
        """The first row as a tuple, or None."""
        return self.execute(statement, **values).fetchone()

    def changed(self, statement: Statement, **values: Any) -> int:
        """How many rows a conditional UPDATE changed: its answer."""
        return int(self.execute(statement, **values).rowcount)

    def _first_written(self, statement: Statement, values: dict[str, Any]) -> Any:
        if self._connections.is_sqlite:
            self._give_back()
            self._shared = self._connections.group.join()
            self._begun = True
            return self._shared.execute(statement.sqlite, values)
        if self._own is None:
            return self._first(statement.postgresql, values, autocommit=False)
        self._own.autocommit = False
        self._begun = True
        return self._own.execute(statement.postgresql, values)

    def _first_read(self, statement: Statement, values: dict[str, Any]) -> Any:
        if self._connections.is_sqlite:
            self._shared = self._connections.group.shared()
            if self._shared is not None:
                return self._shared.execute(statement.sqlite, values)
            self._own, _ = self._connections.take()
            return self._own.execute(statement.sqlite, values)
        return self._first(statement.postgresql, values, autocommit=True)

    def _first(self, sql: str, values: dict[str, Any], *, autocommit: bool) -> Any:
        """PostgreSQL's first statement, on a connection that a restart may have cut."""
        self._begun = not autocommit
        self._own, served = self._connections.take()
        try:
            self._own.autocommit = autocommit
            return self._own.execute(sql, values)
        except self._connections.broken:
            if not (served and self._own.closed):
                raise
        # The server was restarted since this thread last spoke to it: nothing is done yet.
        self._own = self._connections.open()
        self._own.autocommit = autocommit
        return self._own.execute(sql, values)

    def _end(self, *, well: bool) -> None:
        """Commit, or take back. The connection is kept, unless that does not work."""
        try:
            if well:
                self.commit()
            elif self._begun and self._shared is not None:
                self._connections.group.leave(well=False)
            elif self._begun:
                self._own.rollback()
        except BaseException:
            if self._own is not None:
                self._own.close()
                self._own = None
            if well:
                raise
        self._give_back()

    def _give_back(self) -> None:
        if self._own is not None:
            self._connections.give(self._own)
            self._own = None
