"""Two agents enrol one person at the same moment, each in a process of its own."""

import multiprocessing
from multiprocessing.synchronize import Barrier

from sqlalchemy import func, select

from idp.config import Settings
from idp.db import Database
from idp.directory import holders
from idp.models import Account, Holder
from tests.directory import people


def _enrol_when_both_are_ready(settings: Settings, barrier: Barrier) -> str:
    database = Database(settings.effective_database_url, settings.keyring)
    barrier.wait(30)
    try:
        people.enrolled(database, settings)
    except holders.AlreadyEnrolled:
        return "refused"
    finally:
        database.dispose()
    return "enrolled"


def test_of_two_agents_at_once_one_enrols(
    shared_database: Database, shared_settings: Settings
) -> None:
    people.cnam(shared_database)
    # As a process of its own reads them: the keys that are opened already cannot be sent.
    settings = Settings(**shared_settings.model_dump())
    processes = multiprocessing.get_context("spawn")
    with processes.Manager() as manager, processes.Pool(2) as pool:
        barrier = manager.Barrier(2)
        answers = pool.starmap(_enrol_when_both_are_ready, [(settings, barrier)] * 2, 1)
    assert sorted(answers) == ["enrolled", "refused"]
    with shared_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Holder)) == 1
        assert session.scalar(select(func.count()).select_from(Account)) == 1
