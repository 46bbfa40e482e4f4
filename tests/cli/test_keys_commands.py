import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from idp import clock
from idp.cli import main
from idp.cli.context import Context
from idp.config import DAY
from idp.crypto import new_secret
from idp.db import Database
from idp.directory.key_rotation import USABLE_AFTER
from tests.cli.conftest import Run
from tests.directory import people
from tests.held_clock import HeldClock

ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]

Told = Callable[..., Any]


@pytest.fixture
def held(database: Database, run: Run) -> Iterator[HeldClock]:
    """The clock stands still; each algorithm has a key."""
    hands = HeldClock()
    with hands.drive():
        assert run("keys", "ensure").exit_code == 0
        yield hands


def keys_of(told: Told, alg: str = "ES256") -> dict[str, dict[str, Any]]:
    """By their state."""
    return {key["state"]: key for key in told("keys", "list") if key["alg"] == alg}


def test_the_list_says_since_when_and_what_comes_next(
    run: Run, told: Told, held: HeldClock
) -> None:
    assert [key["alg"] for key in told("keys", "list")] == ALGORITHMS
    active = keys_of(told)["active"]
    assert active["since"] == clock.now()
    assert active["next_rotation"] == clock.now() + 90 * DAY
    printed = run("keys", "list").stdout.splitlines()
    assert printed[0].split("  ")[0] == "kid"
    assert f"{active['kid']}  ES256  active" in printed[1]
    assert "replaced 2027-02-20 13:32 UTC" in printed[1]
    assert (
        "ES256: the next key is published 2027-02-19 13:32 UTC, "
        "and signs from 2027-02-20 13:32 UTC on."
    ) in printed


def test_without_keys_the_list_says_how_to_make_them(run: Run, database: Database) -> None:
    assert "idp keys ensure" in run("keys", "list").stdout


def test_a_rotation_takes_two_steps_and_says_when(run: Run, told: Told, held: HeldClock) -> None:
    first = run("keys", "rotate", "--alg", "ES256")
    assert first.exit_code == 0
    assert "it can be used from 2026-11-22 13:38 UTC on" in first.stdout
    following = keys_of(told)["next"]["kid"]

    early = run("keys", "rotate", "--alg", "ES256")
    assert early.exit_code == 1
    assert "not for long enough" in early.stdout

    held.advance(USABLE_AFTER)
    late = run("keys", "rotate", "--alg", "ES256")
    assert (late.exit_code, late.stdout) == (0, f"ES256 {following} signs from now on.\n")
    assert keys_of(told)["active"]["kid"] == following


def test_without_an_algorithm_every_key_is_rotated(run: Run, told: Told, held: HeldClock) -> None:
    assert run("keys", "rotate").stdout.count("was made and is published") == len(ALGORITHMS)


def test_a_rotation_in_an_emergency_says_what_it_costs(
    run: Run, told: Told, held: HeldClock
) -> None:
    done = run("keys", "rotate", "--alg", "EdDSA", "--now")
    assert done.exit_code == 0
    assert "signs from now on. Verifiers that keep the published keys" in done.stdout
    assert set(keys_of(told, "EdDSA")) == {"active", "retired"}


def test_retiring_says_what_it_breaks_before_it_does_it(
    run: Run, told: Told, held: HeldClock
) -> None:
    kid = keys_of(told)["active"]["kid"]
    asked = run("keys", "retire", kid)
    assert asked.exit_code == 1
    assert "refused at once" in asked.stdout
    assert "--yes" in asked.stderr
    assert keys_of(told)["active"]["kid"] == kid

    done = run("keys", "retire", kid, "--yes")
    assert done.exit_code == 0
    successor = keys_of(told)["active"]["kid"]
    assert f"{kid} is gone." in done.stdout
    assert f"ES256 {successor} signs from now on." in done.stdout


def test_retiring_an_unknown_key_is_refused(run: Run, held: HeldClock) -> None:
    refused = run("keys", "retire", "nobody", "--yes")
    assert (refused.exit_code, refused.stderr) == (1, "There is no signing key nobody.\n")


# Sealing and index keys.


@pytest.fixture
def renewed(
    run: Run, context: Context, database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """The command line after new keys were put in front; somebody was enrolled before."""
    people.cnam(database)
    people.enrolled(database, context.settings)
    for name in ("SEALING", "INDEX"):
        old = os.environ[f"IDP_{name}_KEYS"]
        monkeypatch.setenv(f"IDP_{name}_KEYS", f"k2:{new_secret()},{old}")
    later = Context()

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, obj=later)

    yield invoke
    later.database.dispose()


def test_resealing_tells_progress_and_which_keys_may_go(renewed: Run) -> None:
    before = renewed("keys", "usage")
    assert before.exit_code == 0
    assert "may be taken out" not in before.stdout

    done = renewed("keys", "reseal", "--pause", "0")
    assert done.exit_code == 0, done.output
    assert "holder  0/1\nholder  1/1\n" in done.stdout
    assert "channel  2/2\n" in done.stdout
    for use, setting in (("sealing", "IDP_SEALING_KEYS"), ("index", "IDP_INDEX_KEYS")):
        line = f"No row needs the {use} key k1 any more: it may be taken out of {setting}."
        assert line in done.stdout
        assert line in renewed("keys", "usage").stdout


def test_usage_counts_the_rows_of_each_key(renewed: Run) -> None:
    lines = [line.split() for line in renewed("keys", "usage").stdout.splitlines()]
    assert ["sealing", "holder.nir", "k1", "1"] in lines
    assert ["sealing", "holder.nir", "k2", "0"] in lines
    assert ["index", "channel.value_index", "k1", "2"] in lines


def test_rows_whose_key_is_not_listed_are_an_alarm(
    renewed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDP_SEALING_KEYS", f"k3:{new_secret()}")
    alone = Context()
    found = CliRunner().invoke(main, ["keys", "usage"], obj=alone)
    assert found.exit_code == 1
    lines = [line.split(maxsplit=2) for line in found.stdout.splitlines()]
    assert ["sealing", "holder.nir", "not listed  1"] in lines
    stuck = CliRunner().invoke(main, ["keys", "reseal", "--pause", "0"], obj=alone)
    assert stuck.exit_code == 1
    assert "its key is not listed" in stuck.stderr
    alone.database.dispose()
