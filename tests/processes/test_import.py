"""Workers in processes of their own: one is killed in the middle of an import, two are at it at
once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from idp import clock
from idp.config import Settings
from idp.db import Base, Database
from idp.directory import import_letters, import_work
from idp.models import Holder
from tests.factories import Factory
from tests.imports.conftest import Desk
from tests.imports.people_file import crowd
from tests.processes.server import PROJECT, environment

pytestmark = pytest.mark.slow

PEOPLE = 150
BEFORE_THE_KILL = 20
SHARED = 25
CHEAP = {"argon2_memory_kib": 8, "argon2_time": 1}
PATIENCE = 120.0  # seconds, on a machine that does other things too
BEAT = 0.02


def test_a_worker_killed_half_way_has_done_nothing_twice_and_lost_nothing(
    new_settings: Callable[[str], Settings], engine: str
) -> None:
    settings = new_settings(engine)
    # The worker that will be killed takes its time for each password; who comes after it does not.
    desk, database = desk_of(settings.model_copy(update=CHEAP))
    import_id = desk.confirm(desk.check(crowd(PEOPLE)))

    with worker(settings):
        wait_until(lambda: holders(database) >= BEFORE_THE_KILL)
    half = holders(database)
    assert BEFORE_THE_KILL <= half < PEOPLE

    # The dead worker's lease has to run out.
    now = time.time() + import_work.LEASE
    with clock.driven_by(lambda: now):
        desk.work()
    assert desk.enrolled() == PEOPLE
    assert desk.states(import_id) == {"enrolled"}
    with database.writing() as session:
        assert import_letters.take(session, import_id, actor="operator").startswith(b"%PDF")
    database.dispose()


def test_two_workers_with_the_same_file_sent_twice_make_nobody_twice(
    new_settings: Callable[[str], Settings], engine: str
) -> None:
    settings = new_settings(engine)
    desk, database = desk_of(settings)
    twice = [desk.confirm(desk.check(crowd(SHARED))) for _ in range(2)]
    with worker(settings), worker(settings):
        wait_until(lambda: all(desk.found(each).state == "done" for each in twice))
    assert desk.enrolled() == SHARED
    states = [state for each in twice for _, state, _ in desk.rows(each)]
    assert (states.count("enrolled"), states.count("refused")) == (SHARED, SHARED)
    database.dispose()


def desk_of(settings: Settings) -> tuple[Desk, Database]:
    database = Database(settings.effective_database_url, settings.keyring)
    Base.metadata.create_all(database.engine)
    factory = Factory(settings, database)
    with database.writing() as session:
        return Desk(database, settings, factory.organisation(session)), database


@contextmanager
def worker(settings: Settings) -> Iterator[None]:
    """As it is run; killed at the end, with no chance to tidy up."""
    with Path(settings.var / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "idp", "worker"],
            env=environment(settings),
            cwd=PROJECT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(BEAT)


def holders(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Holder)) or 0
