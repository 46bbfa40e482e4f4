"""`idp clients apply`: files are what is wanted, applied as often as one likes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from idp.db import Database
from idp.directory import clients
from idp.models import AuditEvent, ClientChange, RegisteredBy
from tests.cli.conftest import Run

Told = Callable[..., Any]
Put = Callable[..., None]

pytestmark = pytest.mark.usefixtures("database")

TOML = """
client_id = "imagerie"
client_name = "Imagerie"
redirect_uris = ["https://imagerie.example/retour"]
"""
PORTAL = {
    "client_id": "portail",
    "client_name": "Portail",
    "redirect_uris": ["https://portail.example/retour"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "clients"
    made.mkdir()
    (made / ".note").write_text("not looked at")
    return made


@pytest.fixture
def put(folder: Path) -> Put:
    def write(name: str, content: Any) -> None:
        text = content if isinstance(content, str) else json.dumps(content, indent=2)
        (folder / name).write_text(text)

    return write


def written(database: Database) -> tuple[int, int]:
    """How many events of the trail and entries of the history there are."""
    with database.reading() as session:
        events = session.scalars(select(AuditEvent.id)).all()
        return len(events), len(session.scalars(select(ClientChange.id)).all())


def test_files_are_applied_once_and_change_nothing_the_second_time(
    run: Run, put: Put, folder: Path, database: Database
) -> None:
    put("a.toml", TOML)
    put("b.json", PORTAL)
    first = run("clients", "apply", str(folder))
    assert first.exit_code == 0, first.output
    assert "a.toml  imagerie  created" in first.output
    assert first.output.count("client_secret") == 2
    before = written(database)
    again = run("clients", "apply", str(folder))
    assert again.output == "a.toml  imagerie  unchanged\nb.json  portail  unchanged\n"
    assert written(database) == before


def test_a_change_shows_its_difference_and_a_dry_run_writes_nothing(
    run: Run, put: Put, folder: Path, database: Database
) -> None:
    put("b.json", PORTAL)
    run("clients", "apply", str(folder))
    put("b.json", PORTAL | {"client_name": "Portail santé", "publisher": "la Cnam"})
    before = written(database)
    shown = run("clients", "apply", str(folder), "--dry-run")
    assert shown.output == (
        "b.json  portail  would be changed\n"
        '    client_name: "Portail" → "Portail santé"\n'
        '    publisher: nothing → "la Cnam"\n'
    )
    assert written(database) == before
    assert "portail  changed" in run("clients", "apply", str(folder)).output
    with database.reading() as session:
        assert clients.find(session, "portail").client_name == "Portail santé"


def test_every_problem_of_every_file_is_told_with_its_line_and_nothing_is_done(
    run: Run, told: Told, put: Put, folder: Path
) -> None:
    put("a.toml", TOML + 'colour = "blue"\n')
    put("b.json", PORTAL)
    put("c.json", PORTAL | {"client_id": "c", "client_secret": "x", "minimum_acr": "none"})
    result = run("clients", "apply", str(folder))
    assert result.exit_code == 1
    assert "a.toml:5: colour: there is no such member" in result.stderr
    assert "c.json:7: client_secret: there is no such member" in result.stderr
    assert "c.json:8: minimum_acr: is not one of" in result.stderr
    assert told("clients", "list") == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("x.yaml", "client_id: x", "x.yaml: is neither .json nor .toml"),
        ("x.toml", "client_id = ", "x.toml: Invalid value (at end of document)"),
        ("x.json", "{", "x.json: Expecting property name"),
        ("x.json", '{"client_id": "a", "client_id": "b"}', "x.json: a member is there twice"),
        ("x.json", "[]", "x.json: client_id: is missing"),
        ("x.json", {"client_name": "X"}, "x.json: client_id: is missing"),
        ("x.json", "[" * 100_000, "x.json: "),
    ],
)
def test_what_cannot_be_read_is_told_by_its_file(
    run: Run, put: Put, folder: Path, name: str, content: Any, complaint: str
) -> None:
    put(name, content)
    result = run("clients", "apply", str(folder))
    assert result.exit_code == 1
    assert complaint in result.stderr


def test_two_files_of_one_application_are_refused(run: Run, put: Put, folder: Path) -> None:
    put("a.json", PORTAL)
    put("b.json", PORTAL)
    result = run("clients", "apply", str(folder))
    assert "b.json:2: client_id: is that of a.json already" in result.stderr


def test_what_no_file_names_is_disabled_only_when_asked(
    run: Run, told: Told, put: Put, folder: Path
) -> None:
    put("a.toml", TOML)
    put("b.json", PORTAL)
    run("clients", "apply", str(folder))
    (folder / "b.json").unlink()
    run("clients", "apply", str(folder))
    assert {one["state"] for one in told("clients", "list")} == {"enabled"}
    dry = run("clients", "apply", str(folder), "--disable-missing", "--dry-run")
    assert "portail  would be disabled: no file names it" in dry.output
    run("clients", "apply", str(folder), "--disable-missing")
    states = {one["client_id"]: one["state"] for one in told("clients", "list")}
    assert states == {"imagerie": "enabled", "portail": "disabled"}
    # What an operator has disabled, a file does not enable again.
    put("b.json", PORTAL)
    assert "unchanged (and is disabled)" in run("clients", "apply", str(folder)).output


def test_a_file_does_not_take_the_place_of_a_registrants_application(
    run: Run, put: Put, folder: Path, database: Database
) -> None:
    put("b.json", PORTAL)
    run("clients", "apply", str(folder))
    with database.writing() as session:
        clients.find(session, "portail").registered_by = RegisteredBy.REGISTRANT
    result = run("clients", "apply", str(folder))
    assert "registered itself" in result.stderr


def test_what_is_exported_is_what_is_there(
    run: Run, put: Put, folder: Path, tmp_path: Path
) -> None:
    put("a.toml", TOML)
    put("b.json", PORTAL | {"scope": "openid ins", "minimum_acr": "phr"})
    secrets = [
        line.split()[1]
        for line in run("clients", "apply", str(folder)).output.splitlines()
        if "client_secret" in line
    ]
    copies = tmp_path / "copies"
    assert run("clients", "export", str(copies)).exit_code == 0
    assert sorted(path.name for path in copies.iterdir()) == ["imagerie.json", "portail.json"]
    again = run("clients", "apply", str(copies))
    assert again.output.count("unchanged") == 2
    assert len(secrets) == 2
    for copy in copies.iterdir():
        assert not any(secret in copy.read_text() for secret in secrets)


def test_an_application_is_made_an_operator(run: Run, told: Told, put: Put, folder: Path) -> None:
    machine = {"client_id": "robot", "client_name": "Robot", "grant_types": ["client_credentials"]}
    put("r.json", machine | {"scope": "admin:clients:read"})
    assert run("clients", "apply", str(folder)).exit_code == 0
    run("organisations", "create", "--name", "Cpam", "--city", "Bourges", "--address", "B")
    made = run(
        *("operators", "create-machine", "--client", "robot", "--name", "Robot 1"),
        *("--role", "auditor", "--organisation", "Cpam"),
    )
    assert made.exit_code == 0, made.output
    (listed,) = told("operators", "list")
    assert (listed["name"], listed["roles"]) == ("Robot 1", ["auditor"])
    refused = run("operators", "renew", listed["login_identifier"])
    assert "A machine has no password" in refused.stderr
