"""Whatever anybody sends to any address, in any form, header or cookie: an answer in words, at
once, no trace, and nothing is changed by what was refused (attacks.md, line 37)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.db import Base
from idp.oidc import server
from tests.fuzz import client, message, mutations
from tests.fuzz.examination import Examination
from tests.fuzz.oracles import LEFT_BY_A_REFUSAL
from tests.fuzz.seeds import pages, protocol
from tests.fuzz.world import World
from tests.held_clock import HeldClock

CORPUS = Path(__file__).parent / "corpus"
INPUTS = 5_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with HeldClock().drive():
        made = World(tmp_path_factory.mktemp("fuzz"))
        yield made
        made.close()


@pytest.fixture(scope="module")
def examination(world: World) -> Examination:
    return Examination(world)


def test_every_address_is_among_the_seeds(world: World) -> None:
    adapter = world.app.url_map.bind("localhost:8000")
    reached: set[object] = set()
    for seed in protocol(world.app) + pages(world.app):
        sent = message.environ(message.filled(seed, world.values))
        method, path = sent["REQUEST_METHOD"], sent["PATH_INFO"]
        reached.add((path, method))
        if adapter.test(path, method):
            reached.add((adapter.match(path, method, return_rule=True)[0].rule, method))
    wanted: set[object] = {
        (rule.rule, method)
        for rule in world.app.url_map.iter_rules()
        for method in rule.methods or ()
        if method != "OPTIONS"
    }
    endpoints = server.endpoints(world.app.extensions["idp"].provider)
    wanted |= {(path, method) for path, (methods, _) in endpoints.items() for method in methods}
    assert wanted - reached == set()


def test_right_requests_are_answered_and_most_are_not_refused(
    world: World, examination: Examination
) -> None:
    answers = [examination.examine(seed) for seed in protocol(world.app) + pages(world.app)]
    assert sum(answer.status < 400 for answer in answers) > 0.8 * len(answers)


def test_whatever_the_right_requests_have_changed_is_taken_back(world: World) -> None:
    world.restore()
    before, touched = contents(world), set()
    for seed in protocol(world.app) + pages(world.app):
        client.send(world.app.wsgi_app, message.environ(message.filled(seed, world.values)))
        touched |= world.changes.since()
    assert len(touched) > 40
    assert contents(world) != before
    world.restore()
    assert contents(world) == before


def contents(world: World) -> list[str]:
    """Every table's every row."""
    with closing(sqlite3.connect(world.settings.var / "idp.db")) as connection:
        return list(connection.iterdump())


def test_what_a_refusal_may_leave_behind_is_in_the_database() -> None:
    columns = {str(column) for table in Base.metadata.sorted_tables for column in table.columns}
    rows = {f"{sign}{table}" for table in Base.metadata.tables for sign in "+-"}
    assert LEFT_BY_A_REFUSAL.keys() <= columns | rows


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_what_was_found_once_stays_mended(path: Path, examination: Examination) -> None:
    examination.examine(path.read_bytes())


@pytest.mark.slow
def test_a_right_request_spoilt_in_a_few_places(world: World, examination: Examination) -> None:
    # Pages take longer: most inputs go where most damage would be done.
    right = st.one_of(
        *[st.sampled_from(protocol(world.app))] * 5, st.sampled_from(pages(world.app))
    )

    @settings(max_examples=INPUTS, deadline=None, derandomize=True, database=None)
    @given(
        seed=right,
        changes=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4),
    )
    def spoil(seed: bytes, changes: list[int]) -> None:
        for change in changes:
            seed = mutations.mutated(seed, Random(change), world.forged)
        examination.examine(seed)

    before = examination.inputs
    spoil()
    assert examination.inputs - before >= INPUTS
