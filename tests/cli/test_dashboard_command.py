"""`idp dashboard`."""

from collections.abc import Callable
from typing import Any

from idp import audit
from idp.db import Database
from tests.cli.conftest import Run
from tests.directory.expired import seal


def test_the_figures_are_a_table_for_people_and_json_for_machines(
    run: Run, told: Callable[..., Any], database: Database
) -> None:
    with database.writing() as session:
        audit.record(session, "session.opened", actor="holder")
        audit.record(session, "password.verified", actor="holder", outcome="wrong_password")
    seal(database)
    printed = run("dashboard", "--period", "7d").stdout.splitlines()
    assert printed[0].split() == [
        "when", "connections", "failures", "tokens", "messages", "median", "95", "%",
    ]  # fmt: skip
    assert printed[7].split()[1:] == ["1", "1", "0", "0", "–", "–"]
    assert "failures     wrong_password 1" in printed
    document = told("dashboard", "--period", "7d")
    assert document["connections"]["lines"][0]["counts"] == [0, 0, 0, 0, 0, 0, 1]


def test_a_period_or_an_application_that_is_none_is_refused(run: Run, database: Database) -> None:
    assert run("dashboard", "--since", "2026-11-02", "--until", "2026-11-01").exit_code == 1
    assert run("dashboard", "--since", "yesterday").exit_code == 1
    assert run("dashboard", "--application", "none").exit_code == 1
