"""Looking up and enrolling, while some rows are indexed under the old key, some under the new."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from idp.config import Settings
from idp.db import Database
from idp.directory import holders, reseal
from idp.identity import ins_c
from idp.models import Holder, HolderInsC
from tests.directory import people
from tests.directory.conftest import Hands
from tests.directory.people import marie, philippe
from tests.directory.renewed_keys import NEW, Renewed


@pytest.fixture
def database(shared_database: Database, shared_settings: Settings, hands: Hands) -> Database:
    """Two people, under the first keys."""
    people.cnam(shared_database)
    people.enrolled(shared_database, shared_settings, marie())
    people.enrolled(shared_database, shared_settings, philippe())
    return shared_database


@pytest.fixture
def with_keys(shared_settings: Settings) -> Iterator[Renewed]:
    renewed = Renewed(shared_settings)
    yield renewed
    renewed.close()


@pytest.mark.parametrize("half_way", [False, True])
def test_a_holder_is_found_before_during_and_after(
    half_way: bool, database: Database, with_keys: Renewed
) -> None:
    renewed = with_keys()
    if half_way:
        running = reseal.reseal(renewed, actor="operator", batch=1, pause=0)
        next(progress for progress in running if progress.table == "holder" and progress.done == 1)
        running.close()
    for _ in range(2):
        with renewed.reading() as session:
            for person in (marie(), philippe()):
                assert holders.find_by_nir(session, renewed.keyring, person.nir or "")
        list(reseal.reseal(renewed, actor="operator", pause=0))


def test_nobody_is_enrolled_a_second_time_under_the_new_index(
    database: Database, with_keys: Renewed, shared_settings: Settings
) -> None:
    with pytest.raises(holders.AlreadyEnrolled):
        people.enrolled(with_keys(), shared_settings, marie())


def test_an_ins_c_under_the_old_index_is_known_to_whoever_enrols(
    database: Database, with_keys: Renewed, shared_settings: Settings
) -> None:
    nir = "2770166828427"
    number = str(ins_c.compute("Marie Christine", "770131", nir))
    with database.writing() as session:  # as a former INS-C of somebody
        owner = session.scalars(select(Holder.id)).first()
        index = database.keyring.blind_index("holder_ins_c.value", number)
        session.add(HolderInsC(holder_id=owner, value=number, value_index=index, created_at=1))
    with pytest.raises(holders.AlreadyEnrolled):
        people.enrolled(with_keys(), shared_settings, marie(nir=nir))


@pytest.mark.parametrize("first", ["k1", "k2"])
def test_of_two_agents_under_different_index_keys_one_enrols(
    first: str, shared_database: Database, shared_settings: Settings, with_keys: Renewed
) -> None:
    """One process has the new key in front, the other still behind the old one."""
    people.cnam(shared_database)
    old = shared_settings.index_keys.get_secret_value()
    agents = [with_keys(), with_keys(index=f"{old},{NEW['index']}")]
    together = threading.Barrier(2)

    def enrol(database: Database) -> str:
        together.wait(30)
        try:
            people.enrolled(database, shared_settings, marie())
        except holders.AlreadyEnrolled:
            return "refused"
        return "enrolled"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(enrol, agents if first == "k2" else reversed(agents)))
    assert answers == ["enrolled", "refused"]
    with shared_database.reading() as session:
        assert len(session.scalars(select(Holder.id)).all()) == 1
