"""The database: one engine, two kinds of session, and transactions for the hot path.

SQLite is opened in WAL with `synchronous=FULL`; a session that writes begins IMMEDIATE, for a
deferred transaction that turns from reading to writing fails at once, whatever its timeout.
"""

import os
import random
import socket
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from idp import clock
from idp.crypto import Keyring
from idp.prepared import Connections, Statement, Transaction
from idp.together import BUSY_SECONDS, Busy, begin_immediate, deadline, look_once, wait_long

__all__ = [
    "Base",
    "BigInt",
    "Database",
    "Json",
    "Sealed",
    "Statement",
    "Transaction",
    "first_id",
    "new_id",
]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite makes a rowid of "INTEGER PRIMARY KEY" only, not of BIGINT.
BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Base(DeclarativeBase):
    """Every table. Integers are 64 bits wide; timestamps are seconds since the epoch."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[type, Any]] = {
        int: BigInt,
        str: sa.Text,
        bytes: sa.LargeBinary,
    }


class Sealed(TypeDecorator[Any]):
    """A value kept as AES-GCM bytes bound to its column; text, or anything JSON can say."""

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).seal(orjson.dumps(value), self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else open_json(keyring_of(dialect), value, self.place)


class Json(TypeDecorator[Any]):
    """JSON in a text column: both engines and both paths read the same string."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def open_json(keyring: Keyring, sealed: bytes, place: str) -> Any:
    """The value of a `Sealed(place)` column read by a prepared statement."""
    return orjson.loads(keyring.open(bytes(sealed), place))


def keyring_of(dialect: Dialect) -> Keyring:
    """The engine carries the keyring, so that sealed columns need no global."""
    keyring: Keyring = dialect.idp_keyring  # type: ignore[attr-defined]  # set by Database
    return keyring


class _Keys:
    """Time-ordered 63-bit keys: 40 bits of milliseconds since 2024, 11 of process, 12 of count."""

    EPOCH = 1_704_067_200_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0
        self._count = 0

    def next(self) -> int:
        with self._lock:
            moment = max(clock.milliseconds() - self.EPOCH, 1)
            if moment != self._last:
                # No secret: it keeps two processes apart whose numbers are alike.
                self._last, self._count = moment, random.getrandbits(11)
            self._count += 1
            return (moment << 23) | (_process() << 12) | (self._count & 0xFFF)


T = TypeVar("T")

_MACHINE = zlib.crc32(socket.gethostname().encode())


def first_id(seconds: int) -> int:
    """No key of that moment (since the epoch), or of a later one, is smaller."""
    return max(seconds * 1000 - _Keys.EPOCH, 0) << 23


def _process() -> int:
    # Processes of one machine differ by their pid, those of two machines by their name too.
    return (os.getpid() ^ _MACHINE) & 0x7FF


_keys = _Keys()
new_id = _keys.next


class Database:
    """The engine and the ways to open it. Connections are opened on first use, after a fork."""

    def __init__(self, url: str, keyring: Keyring, *, pool_size: int = 8) -> None:
        self.keyring = keyring
        self.engine = _engine(url, pool_size)
        self.engine.dialect.idp_keyring = keyring  # type: ignore[attr-defined]
        self.dialect = self.engine.dialect.name
        self._connections = Connections(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: waits for no writer."""
        with Session(self.engine.execution_options(idp_begin="DEFERRED")) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that writes: committed at the end of the block, rolled back on an error."""
        with (
            self._turn(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self.dialect != "sqlite":
            yield
            return
        turn = self._connections.turn
        try:
            turn.take(deadline())
        except Busy as error:
            raise OperationalError("", None, error, hide_parameters=True) from error
        try:
            yield
        finally:
            turn.give()

    def transaction(self, *, writes: bool = True) -> Transaction:
        """The same for prepared statements, without the ORM. It begins with its first statement:
        what is refused before that waits for nobody. Raises `sqlalchemy.exc.OperationalError`."""
        return Transaction(self._connections, writes)

    def together(self, act: Callable[[], T]) -> T:
        """What `act` returns, once all that it wrote in `transaction`s is there for good. On SQLite
        it runs with what others want written at the same time, all of it committed at once: `act`
        asks nobody who may take their time, and opens no session that writes. Raises
        `sqlalchemy.exc.OperationalError`."""
        if self.dialect != "sqlite":
            return act()
        try:
            made: T = self._connections.group.act(act)
        except sqlite3.Error as error:
            raise OperationalError("", None, error, hide_parameters=True) from error
        return made

    def dispose(self) -> None:
        self._connections.close()
        self.engine.dispose()


def _engine(url: str, pool_size: int) -> sa.Engine:
    # What an error says must not quote the statement's values: they may be anybody's.
    engine = sa.create_engine(
        url, pool_size=pool_size, max_overflow=pool_size, hide_parameters=True
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, below
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a power cut must not roll back a rotation or a used code
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("idp_begin") == "DEFERRED":
        connection.exec_driver_sql("BEGIN DEFERRED")
        return
    driver = connection.connection.driver_connection
    look_once(driver)
    try:
        begin_immediate(driver, deadline())
    except sqlite3.OperationalError as error:
        raise OperationalError("", None, error, hide_parameters=True) from error
    finally:
        wait_long(driver)
