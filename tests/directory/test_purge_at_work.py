"""The purge as it is run: by several workers at once, and by hand."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Timer

import pytest
from click.testing import CliRunner

from idp.cli import main
from idp.cli.context import Context
from idp.config import DAY, Settings
from idp.db import Database
from idp.directory import purge
from idp.factors import throttle
from idp.models import (
    AuditEvent,
    Throttle,
)
from tests.directory.conftest import KEYS
from tests.directory.expired import record, seal, size, throttles, verified
from tests.held_clock import HeldClock


@pytest.fixture
def settings(shared_settings: Settings) -> Settings:
    return shared_settings


@pytest.fixture
def database(shared_database: Database, clock: HeldClock) -> Database:
    return shared_database


def test_several_purgers_share_the_work_and_none_does_it_twice(
    database: Database, settings: Settings, clock: HeldClock
) -> None:
    rows, seals, purgers = 3000, 20, 4
    with database.writing() as session:
        session.add_all(throttles(rows, int(clock.now)))
    for _ in range(seals):
        record(database, 1)
    clock.advance(settings.trail_days * DAY)
    small = settings.model_copy(update={"purge_batch": 100})
    together = Barrier(purgers)

    def run(_: int) -> purge.Purger:
        purger = purge.Purger(database, small)
        together.wait(10)
        purger.run()
        return purger

    with ThreadPoolExecutor(purgers) as pool:
        done = list(pool.map(run, range(purgers)))

    assert sum(purger.removed[Throttle.__tablename__] for purger in done) == rows
    assert sum(purger.removed[AuditEvent.__tablename__] for purger in done) == seals
    assert size(database, Throttle) == 0
    seal(database)
    found = verified(database)
    assert (found.broken, found.purged, found.events) == (None, seals, seals)


@pytest.mark.slow
def test_the_worker_purges_and_says_how_much(
    database: Database, settings: Settings, clock: HeldClock
) -> None:
    with database.writing() as session:
        session.add_all(throttles(3, now=0))
    values = {name: getattr(settings, name) for name in ("environment", "var", "database_url")}
    environment = {f"IDP_{name.upper()}": str(value) for name, value in (values | KEYS).items()}
    worker = subprocess.Popen(
        [sys.executable, "-m", "idp", "worker"],
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    with worker, _patience(worker.kill):
        assert worker.stderr is not None
        told = next(line for line in worker.stderr if "purge.removed" in line)
        worker.terminate()
        worker.communicate()
    assert json.loads(told)["throttle"] == 3
    assert worker.returncode == 0
    assert size(database, Throttle) == 0


@contextmanager
def _patience(end: Callable[[], None]) -> Iterator[None]:
    """Do not wait longer than a minute for what never comes."""
    timer = Timer(60, end)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def test_the_command_counts_first_and_removes_when_told(
    database: Database, settings: Settings, clock: HeldClock
) -> None:
    context = Context()
    context.settings, context.database = settings, database
    with database.writing() as session:
        session.add_all(throttles(3, int(clock.now)))
    clock.advance(DAY)

    def told(*options: str) -> str:
        result = CliRunner().invoke(main, ["purge", *options], obj=context)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "3  throttle" in told("--dry-run")
    assert size(database, Throttle) == 3
    assert '"throttle": 3' in told("--json")
    assert size(database, Throttle) == 0
    assert told() == "Nothing has expired.\n"


def test_a_counter_that_is_used_again_meanwhile_stays(
    database: Database, settings: Settings, clock: HeldClock
) -> None:
    counter = throttle.for_address(database.keyring, settings, "192.0.2.1")
    throttle.reserve(database, settings, [counter])
    clock.advance(DAY)
    values = {"subject": counter.subject, "now": int(clock.now)}
    purger = purge.Purger(database, settings)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as tx:
            tx.execute(throttle.ENSURE, **values)
            purging = pool.submit(purger.run)
            if database.dialect == "postgresql":  # on SQLite it waits for us
                purging.result(20)
            limits = {"window": counter.window, "limit": counter.limit}
            assert tx.one(throttle.RESERVE, **values, **limits) is not None
        purging.result(20)
    assert size(database, Throttle) == 1
