"""A worker is killed in the middle of an import, and another goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
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
PATIENCE = 60.0


def test_a_worker_killed_half_way_has_done_nothing_twice_and_lost_nothing(
    new_settings: Callable[[str], Settings], engine: str
) -> None:
    settings = new_settings(engine)
    database = Database(settings.effective_database_url, settings.keyring)
    Base.metadata.create_all(database.engine)
    factory = Factory(settings, database)
    with database.writing() as session:
        desk = Desk(database, settings, factory.organisation(session))
    import_id = desk.confirm(desk.check(crowd(PEOPLE)))

    worker = start_worker(settings)
    try:
        wait_for(database, BEFORE_THE_KILL)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
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


def start_worker(settings: Settings) -> "subprocess.Popen[bytes]":
    with Path(settings.var / "worker.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "idp", "worker"],
            env=environment(settings),
            cwd=PROJECT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_for(database: Database, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while holders(database) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def holders(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Holder)) or 0
