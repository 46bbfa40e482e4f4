import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.db import Database
from tests.cli.conftest import Run

Told = Callable[..., Any]
Document = Callable[..., str]

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """A registration file; returns its path."""

    def write(**members: Any) -> str:
        values = {
            "client_id": "portail",
            "client_name": "Portail",
            "redirect_uris": ["https://portail.example/callback"],
        }
        file = tmp_path / "client.json"
        file.write_text(json.dumps(values | members))
        return str(file)

    return write


def test_registering_tells_the_secret_once(run: Run, told: Told, document: Document) -> None:
    answer = told("clients", "register", "--from", document())
    assert answer["client_id"] == "portail"
    assert len(answer["client_secret"]) == 43
    again = told("clients", "register", "--from", document(), "--update")
    assert again == {"client_id": "portail"}
    assert answer["client_secret"] not in run("clients", "list").output


def test_registering_twice_is_refused_in_one_sentence(run: Run, document: Document) -> None:
    run("clients", "register", "--from", document())
    result = run("clients", "register", "--from", document())
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_every_problem_of_a_document_is_a_line(run: Run, document: Document) -> None:
    result = run("clients", "register", "--from", document(colour="blue", scope="all"))
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"client_id": }'])
def test_what_is_not_json_is_said_in_words(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    result = run("clients", "register", "--from", str(file))
    assert result.exit_code == 1
    assert "is not JSON" in result.stderr


def test_the_list_has_every_application(run: Run, told: Told, document: Document) -> None:
    assert run("clients", "list").stdout == "No application is registered.\n"
    run("clients", "register", "--from", document())
    assert "portail  enabled  Portail" in run("clients", "list").stdout
    assert [client["client_id"] for client in told("clients", "list")] == ["portail"]


def test_a_new_secret_is_another(told: Told, document: Document) -> None:
    first = told("clients", "register", "--from", document())["client_secret"]
    assert told("clients", "rotate-secret", "portail")["client_secret"] != first


def test_an_application_is_disabled_and_enabled(run: Run, told: Told, document: Document) -> None:
    run("clients", "register", "--from", document())
    assert run("clients", "disable", "portail").exit_code == 0
    assert told("clients", "list")[0]["state"] == "disabled"
    assert run("clients", "enable", "portail").exit_code == 0
    assert run("clients", "disable", "personne").stderr == "There is no application personne.\n"


@pytest.mark.parametrize("package", ["record_api", "portal", "appointments"])
def test_the_demonstrations_own_files_are_registered(run: Run, package: str) -> None:
    clients = Path(__file__).parents[2] / "clients"
    resource = str(clients / "record_api" / "resource.json")
    assert run("resources", "register", "--from", resource).exit_code == 0
    if package != "record_api":
        result = run("clients", "register", "--from", str(clients / package / "client.json"))
        assert result.exit_code == 0, result.output


def test_a_resource_is_registered_and_replaced(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "resource.json"
    file.write_text('{"identifier": "https://a.example", "name": "A", "scopes": {"a": "Lire"}}')
    assert "https://a.example (a)" in run("resources", "register", "--from", str(file)).stdout
    assert run("resources", "register", "--from", str(file)).exit_code == 1
    assert run("resources", "register", "--from", str(file), "--update").exit_code == 0


def test_an_organisation_is_created_once(run: Run, database: Database) -> None:
    arguments = ("--name", "Cnam du Cher", "--city", "Bourges", "--address", "18000 BOURGES")
    assert run("organisations", "create", *arguments).exit_code == 0
    assert "already" in run("organisations", "create", *arguments).stderr
    assert run("organisations", "create").exit_code == 1


def test_keys_are_made_once(run: Run) -> None:
    assert [line.split()[0] for line in run("keys", "ensure").stdout.splitlines()] == [
        "ES256",
        "RS256",
        "PS256",
        "EdDSA",
    ]
    assert run("keys", "ensure").stdout == "Every signing key is there.\n"


def test_an_initial_access_token_is_shown_once_and_taken_back(run: Run, told: Told) -> None:
    assert run("initial-tokens", "list").stdout == "There is no initial access token.\n"
    made = told("initial-tokens", "make", "--name", "Éditeur", "--days", "3", "--uses", "2")
    assert len(made["token"]) == 43
    listed = run("initial-tokens", "list")
    assert f"{made['id']}  Éditeur  2  " in listed.stdout
    assert made["token"] not in listed.stdout
    assert run("initial-tokens", "revoke", str(made["id"])).exit_code == 0
    assert told("initial-tokens", "list") == []
    assert "There is no" in run("initial-tokens", "revoke", str(made["id"])).stderr


@pytest.mark.parametrize("wrong", [("--days", "0"), ("--uses", "0"), ("--days", "x")])
def test_a_token_for_ever_or_for_nothing_is_refused(run: Run, wrong: tuple[str, str]) -> None:
    assert run("initial-tokens", "make", "--name", "x", *wrong).exit_code == 2


def test_an_operators_sector_is_fetched_too(run: Run, document: Document) -> None:
    refused = run(
        "clients", "register", "--from",
        document(sector_identifier_uri="https://127.0.0.1:1/sector"),
    )  # fmt: skip
    assert refused.exit_code == 1
    assert "sector_identifier_uri: cannot be fetched, its address is private" in refused.stderr
