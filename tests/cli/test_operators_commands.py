"""`idp operators`, and what of applications it goes with."""

from collections.abc import Callable
from typing import Any

import pytest

from idp.db import Database
from idp.directory import clients, operators
from idp.factors.hashing import Hasher
from idp.identity import login_identifier
from idp.models import AuditEvent
from tests.cli.conftest import Run
from tests.directory.people import cnam

Told = Callable[..., Any]

CAMILLE = (
    "--name", "Camille Durand",
    "--role", "owner",
    "--organisation", "Cnam du Cher",
    "--mail", "camille@cnam.example",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _organisation(database: Database) -> None:
    cnam(database)


def test_the_first_owner_is_made_and_told_how_to_come_in(run: Run, database: Database) -> None:
    result = run("operators", "create", *CAMILLE)
    assert result.exit_code == 0
    assert "shown once" in result.stdout
    assert "/admin" in result.stdout
    with database.reading() as session:
        (operator,) = operators.list_all(session)
        assert (operator.name, operator.roles) == ("Camille Durand", ["owner"])
        assert login_identifier.display(operator.account.login_identifier) in result.stdout


def test_the_initial_password_is_kept_as_a_hash_alone(
    told: Told, context: Any, database: Database
) -> None:
    made = told("operators", "create", *CAMILLE)
    with database.reading() as session:
        account = operators.find(session, made["login_identifier"]).account
        hashed = account.initial_password_hash
    assert hashed is not None
    assert made["initial_password"] not in hashed
    assert Hasher(context.settings).verify(hashed, made["initial_password"])


def test_everything_that_is_missing_is_said_at_once(run: Run) -> None:
    result = run("operators", "create", "--organisation", "Cnam du Cher")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 3


def test_an_organisation_that_there_is_not_is_refused(run: Run) -> None:
    result = run("operators", "create", *CAMILLE[:4], "--organisation", "x", "--mail", "a@b.fr")
    assert result.exit_code == 1
    assert "idp organisations create" in result.stderr


def test_roles_are_given_and_taken(told: Told, run: Run) -> None:
    identifier = told("operators", "create", *CAMILLE)["login_identifier"]
    assert "owner, auditor" in run("operators", "grant", identifier, "auditor").stdout
    assert run("operators", "grant", identifier, "auditor").exit_code == 1
    assert "Roles: auditor" in run("operators", "revoke", identifier, "owner").stdout
    assert run("operators", "revoke", identifier, "owner").exit_code == 1
    assert "auditor" in run("operators", "list").stdout


def test_a_blocked_operator_needs_unblock_to_be_renewed(told: Told, run: Run) -> None:
    made = told("operators", "create", *CAMILLE)
    identifier = made["login_identifier"]
    assert run("operators", "block", identifier, "--motive", "left-service").exit_code == 0
    assert told("operators", "list")[0]["state"] == "blocked"
    assert "--unblock" in run("operators", "renew", identifier).stderr
    renewed = told("operators", "renew", identifier, "--unblock")
    assert renewed["initial_password"] != made["initial_password"]
    assert told("operators", "list")[0]["state"] == "awaiting_activation"


def test_a_holder_is_no_operator(run: Run) -> None:
    result = run("operators", "grant", "1234 5678 9012", "owner")
    assert result.exit_code == 1


def test_every_act_is_in_the_trail_without_the_name(
    told: Told, run: Run, database: Database
) -> None:
    identifier = told("operators", "create", *CAMILLE)["login_identifier"]
    run("operators", "grant", identifier, "auditor")
    with database.reading() as session:
        kept = session.query(AuditEvent).order_by(AuditEvent.id).all()
        acts = [(event.act, event.actor, event.actor_id) for event in kept]
        assert acts[-2:] == [
            ("operator.created", "operator", None),
            ("operator.granted", "operator", None),
        ]
        assert "Camille" not in str([event.detail for event in kept])


def test_an_application_is_registered_for_an_organisation_and_its_old_secret_held(
    told: Told, run: Run, database: Database, tmp_path: Any
) -> None:
    file = tmp_path / "client.json"
    file.write_text('{"client_name": "A", "redirect_uris": ["https://a.example/cb"]}')
    made = told("clients", "register", "--from", str(file), "--organisation", "Cnam du Cher")
    told("clients", "rotate-secret", made["client_id"], "--overlap", "3600")
    with database.reading() as session:
        client = clients.find(session, made["client_id"])
        assert client.organisation_id is not None
        assert client.previous_secret_hash is not None
