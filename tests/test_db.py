"""The database: transactions that wait rather than fail, values that are sealed, keys in order."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from idp.config import Settings
from idp.crypto import Unsealable, new_secret
from idp.db import Database, Statement, new_id
from idp.models import Message, Throttle
from tests.held_clock import HeldClock
from tests.hurry import at_its_own_pace

READ = Statement("SELECT in_a_row FROM throttle WHERE subject = :subject")
ADD = Statement("UPDATE throttle SET in_a_row = in_a_row + 1 WHERE subject = :subject")
SUBJECT = b"subject"


@pytest.fixture
def database(settings: Settings, clock: HeldClock) -> Iterator[Database]:
    made = Database(settings.effective_database_url, settings.keyring)
    yield made
    made.dispose()


@pytest.fixture
def counter(database: Database) -> Database:
    with database.writing() as session:
        session.add(
            Throttle(
                subject=SUBJECT,
                in_a_row=0,
                locked_until=0,
                window_start=0,
                in_window=0,
                updated_at=0,
            )
        )
    return database


def count(database: Database) -> int:
    with database.transaction(writes=False) as tx:
        return int(tx.one(READ, subject=SUBJECT)[0])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_survives_a_power_cut_and_minds_its_references(database: Database) -> None:
    with at_its_own_pace(database), database.reading() as session:
        read = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert read == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_writers_queue_and_none_is_lost(counter: Database) -> None:
    """Each reads, then writes: on SQLite a deferred transaction would fail here at once."""

    def add() -> None:
        for _ in range(5):
            with counter.writing() as session:
                row = session.get_one(Throttle, SUBJECT, with_for_update=True)
                row.in_a_row += 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(counter) == 20


def test_a_reader_does_not_wait_for_a_writer(counter: Database) -> None:
    with counter.writing() as session:
        session.execute(text("UPDATE throttle SET in_a_row = 7"))
        assert count(counter) == 0
    assert count(counter) == 7


@pytest.mark.parametrize("way", ["writing", "transaction"])
def test_an_error_takes_everything_back(counter: Database, way: str) -> None:
    def fail() -> None:
        if way == "writing":
            with counter.writing() as session:
                session.execute(text("UPDATE throttle SET in_a_row = 7"))
                raise RuntimeError("the act failed")
        with counter.transaction() as tx:
            tx.execute(ADD, subject=SUBJECT)
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        fail()
    assert count(counter) == 0


def test_what_ended_badly_leaves_no_transaction_behind(counter: Database) -> None:
    def fail_half_way() -> None:
        with counter.transaction() as tx:
            tx.execute(ADD, subject=SUBJECT)
            raise LookupError

    for _ in range(3):
        with pytest.raises(LookupError):
            fail_half_way()
    with counter.transaction() as tx:
        tx.execute(ADD, subject=SUBJECT)
    assert count(counter) == 1


def test_a_transaction_within_a_transaction_is_another_one(counter: Database) -> None:
    with counter.transaction() as outer:
        outer.execute(ADD, subject=SUBJECT)
        assert count(counter) == 0
    assert count(counter) == 1


def test_what_comes_before_begin_and_after_commit_stands_alone(counter: Database) -> None:
    def fail_at_the_end() -> None:
        with counter.transaction(writes=False) as tx:
            assert tx.one(READ, subject=SUBJECT)[0] == 0
            tx.begin()
            tx.execute(ADD, subject=SUBJECT)
            tx.commit()
            assert tx.one(READ, subject=SUBJECT)[0] == 1
            # A writer waits for nobody here.
            with counter.writing() as session:
                session.execute(text("UPDATE throttle SET in_a_row = in_a_row + 1"))
            assert tx.one(READ, subject=SUBJECT)[0] == 2
            tx.begin()
            tx.execute(ADD, subject=SUBJECT)
            raise LookupError

    with pytest.raises(LookupError):
        fail_at_the_end()
    assert count(counter) == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_transaction_stays_open(counter: Database) -> None:
    with counter.transaction(writes=False) as tx:
        tx.begin()
        tx.execute(ADD, subject=SUBJECT)
        tx.commit()
        tx.one(READ, subject=SUBJECT)
    with counter.reading() as session:
        query = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        assert session.scalar(text(f"{query} AND datname = current_database()")) == 0


def test_a_thread_that_ends_leaves_its_connection_to_the_next(counter: Database) -> None:
    opened: list[object] = []
    event.listen(counter.engine, "connect", lambda connection, _: opened.append(connection))
    for _ in range(50):
        thread = threading.Thread(target=count, args=(counter,))
        thread.start()
        thread.join()
    assert len(opened) <= 1


A_NATIVE_THREAD = """
import ctypes
import sys

from idp.crypto import Keyring, new_secret
from idp.db import Database, Statement

keys = f"k1:{new_secret()}"
database = Database(sys.argv[1], Keyring(keys, keys, keys))

@ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
def work(_):
    with database.transaction(writes=False) as tx:
        tx.one(Statement("SELECT 1"))

system, thread = ctypes.CDLL(None), ctypes.c_ulong()
assert system.pthread_create(ctypes.byref(thread), None, work, None) == 0
assert system.pthread_join(thread, None) == 0
"""


def test_a_native_thread_of_the_server_may_end(tmp_path: Path) -> None:
    """As the server's do when half a minute is quiet: Python has not made them."""
    url = f"sqlite:///{tmp_path / 'threads.db'}"
    child = subprocess.run([sys.executable, "-c", A_NATIVE_THREAD, url], check=False)
    assert child.returncode == 0


@pytest.mark.postgresql
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_was_restarted_is_not_noticed(counter: Database) -> None:
    for writes in (False, True):
        count(counter)
        with counter.writing() as session:
            others = "FROM pg_stat_activity WHERE datname = current_database()"
            session.execute(
                text(f"SELECT pg_terminate_backend(pid) {others} AND pid <> pg_backend_pid()")
            )
        with counter.transaction(writes=writes) as tx:
            assert tx.one(READ, subject=SUBJECT)[0] == 0


def test_a_conditional_update_tells_who_was_first(counter: Database) -> None:
    once = Statement("UPDATE throttle SET locked_until = 1 WHERE locked_until = 0")
    with counter.transaction() as tx:
        assert [tx.changed(once) for _ in range(3)] == [1, 0, 0]


def test_an_error_does_not_quote_the_values(counter: Database) -> None:
    with pytest.raises(IntegrityError) as refused, counter.writing() as session:
        session.execute(
            text(
                "INSERT INTO throttle (subject, in_a_row, locked_until, window_start, in_window,"
                " updated_at) VALUES (:subject, :secret, 0, 0, 0, NULL)"
            ),
            {"subject": b"x", "secret": 4_807_526_976},
        )
    assert "4807526976" not in str(refused.value).partition("DETAIL")[0]


def test_both_ways_fail_in_the_same_words(settings: Settings) -> None:
    lost = Database(f"sqlite:///{settings.var / 'gone' / 'idp.db'}", settings.keyring)
    with pytest.raises(OperationalError), lost.reading() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(OperationalError), lost.transaction() as tx:
        tx.one(READ, subject=SUBJECT)
    lost.dispose()


def message(content: object) -> Message:
    return Message(
        kind="test", channel="mail", locale="fr", content=content, created_at=0, next_attempt_at=0
    )


def test_a_sealed_value_comes_back_and_is_not_readable(database: Database) -> None:
    with database.writing() as session:
        session.add(message({"recipient": "m.martin@exemple.fr"}))
    with database.reading() as session:
        assert session.scalars(select(Message)).one().content == {
            "recipient": "m.martin@exemple.fr"
        }
        raw = session.execute(text("SELECT content FROM message")).scalar_one()
    assert b"martin" not in bytes(raw)


def test_a_sealed_value_does_not_open_elsewhere_or_altered(database: Database) -> None:
    with database.writing() as session:
        session.add(message({"recipient": "m.martin@exemple.fr"}))
    with database.reading() as session:
        raw = bytes(session.execute(text("SELECT content FROM message")).scalar_one())
    with pytest.raises(Unsealable):
        database.keyring.open(raw, "holder.nir")
    for position in (0, 1, 5, len(raw) - 1):
        altered = bytearray(raw)
        altered[position] ^= 1
        with pytest.raises(Unsealable):
            database.keyring.open(bytes(altered), "message.content")


def test_what_another_key_sealed_does_not_open(settings: Settings, database: Database) -> None:
    with database.writing() as session:
        session.add(message({"a": 1}))
    keys = (f"k1:{new_secret()}",) * 3
    stranger = Database(settings.effective_database_url, type(database.keyring)(*keys))
    with stranger.reading() as session, pytest.raises(Unsealable):
        session.scalars(select(Message)).one()
    stranger.dispose()


def test_nothing_is_sealed_as_nothing(database: Database) -> None:
    with database.writing() as session:
        session.add(message(None))
    with database.reading() as session:
        assert session.scalars(select(Message)).one().content is None


def test_new_keys_are_in_order_and_never_twice(clock: HeldClock) -> None:
    keys = [new_id() for _ in range(1000)]
    clock.advance(1)
    assert new_id() > max(keys)
    assert len(set(keys)) == len(keys)
    assert max(keys) < 2**63
