"""What tests need not wait for. SQLite does not wait for the disk, as the tests' PostgreSQL does
not: nothing of it outlives a test. And addresses are compiled once, not for every application of
every test, which was half of the time of all tests. Python looks for garbage less often, which was
a third of the rest. Providers in processes of their own do wait."""

import gc
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool
from werkzeug.routing import Rule

from idp.db import Database

_patient: list[Database] = []  # while there is one, nobody hurries

# One application and its engine are some 30,000 objects: the least that is worth looking through.
GARBAGE = (50_000, 5, 10)


def begin() -> None:
    """For every database that this process opens from now on, and every application."""
    event.listen(Pool, "checkout", _hurry)
    Rule._compile_builder = _compiled_once(Rule._compile_builder)  # type: ignore[method-assign]
    gc.set_threshold(*GARBAGE)


def keep_what_is_there() -> None:
    """What was imported stays until the end: nobody need look through it again."""
    gc.collect()
    gc.freeze()


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


def _compiled_once(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """The function that builds an address is made of these alone."""
    compiled: dict[tuple[Any, ...], Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    return builder
