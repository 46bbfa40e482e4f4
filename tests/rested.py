"""Engines that serve one test after the other. SQLAlchemy compiles each statement once for an
engine, and PostgreSQL starts a process for each connection: were every test to begin with an engine
of its own, most of its time would go into that. No row and no transaction is left in one."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from idp import db
from idp.db import Database
from idp.prepared import Connections

_resting: dict[str, list[tuple[Engine, Connections]]] = defaultdict(list)  # by dialect
_woken: dict[Engine, Connections] = {}


def begin() -> None:
    """For every database that this process opens from now on."""
    db._engine = _one_that_rests(db._engine)
    db.Connections = _connections_of  # type: ignore[assignment,misc]


def rest(database: Database) -> None:
    """Whoever opened it has ended: the next to open one, anywhere, is given its engine.
    PostgreSQL's keeps its connections until it is wanted elsewhere."""
    if database.dialect == "sqlite":
        database.dispose()
    _resting[database.dialect].append((database.engine, database._connections))


def _one_that_rests(make: Callable[[str, int], Engine]) -> Callable[[str, int], Engine]:
    def engine(url: str, pool_size: int) -> Engine:
        where = make_url(url)
        resting = _resting[where.get_backend_name()]
        if resting:
            return _wake(*resting.pop(), where)
        made = make(url, pool_size)
        event.listen(made, "do_connect", lambda *how: _go_to(made, *how))
        return made

    return engine


def _wake(engine: Engine, connections: Connections, where: URL) -> Engine:
    if engine.url != where:
        connections.close()
        engine.dispose()
        engine.url = where
    elif engine.dialect.name == "postgresql":
        _woken[engine] = connections
        # A test may have ended every connection that there was: the pool notices at the first.
        with suppress(DBAPIError), engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    return engine


def _connections_of(engine: Engine) -> Connections:
    return _woken.pop(engine, None) or Connections(engine)


def _go_to(engine: Engine, dialect: Dialect, _record: Any, words: list[Any], named: Any) -> None:
    """Not where it was made for, but where it is wanted now."""
    words[:], wanted = dialect.create_connect_args(engine.url)
    named.clear()
    named.update(wanted)
