"""What tests need not wait for. SQLite does not wait for the disk, as the tests' PostgreSQL does
not: nothing of it outlives a test. Addresses and SQL are compiled once, not for every application
of every test, and nobody looks for garbage at each turn. All that was most of the time of all
tests. Providers in processes of their own do wait."""

import gc
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from huey.storage import SqliteStorage
from sqlalchemy import event
from sqlalchemy.pool import Pool
from werkzeug.routing import Rule

from idp.db import Database
from tests import rested

COMPILED = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")

_patient: list[Database] = []  # while there is one, nobody hurries

# One application and its engine are some 30,000 objects: the least that is worth looking through.
GARBAGE = (50_000, 5, 10)


def begin() -> None:
    """For every database that this process opens from now on, and every application."""
    gc.set_threshold(*GARBAGE)
    event.listen(Pool, "checkout", _hurry)
    SqliteStorage._set_journal_mode = _in_a_hurry(SqliteStorage._set_journal_mode)
    Rule.compile = _compiled_once(Rule.compile)  # type: ignore[method-assign]
    rested.begin()


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


def _in_a_hurry(set_journal_mode: Callable[..., None]) -> Callable[..., None]:
    """The file of the worker's wakes, which each test begins anew."""

    def set_(storage: SqliteStorage, connection: sqlite3.Connection) -> None:
        _hurry(connection, None, None)
        set_journal_mode(storage, connection)

    return set_


def _compiled_once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """An address, its pattern and the functions that build it are made of these alone."""
    compiled: dict[tuple[Any, ...], dict[str, Any]] = {}

    def compile_(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.merge_slashes, repr(rule.defaults))
        if key not in compiled:
            compile_rule(rule)
            compiled[key] = {name: getattr(rule, name) for name in COMPILED}
            return
        for name, value in compiled[key].items():
            # What builds addresses is bound to its rule.
            setattr(rule, name, value.__func__.__get__(rule) if callable(value) else value)

    return compile_
