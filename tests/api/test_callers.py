"""Who may call the administration's API, and what a refusal says."""

import pytest
from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.directory import clients, machine_operators, operators
from idp.directory.machine_operators import Unfit
from idp.directory.operators import Motive
from idp.models import AuditEvent
from tests.api.conftest import Programs, acting
from tests.browser_client import ISSUER, Browser
from tests.console.conftest import (
    SignIn,
    console,  # noqa: F401 - a fixture
)
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CLIENTS = "/api/v1/clients"


def test_a_call_without_a_token_is_told_where_to_find_out_more(app: Flask) -> None:
    answer = app.test_client().get(CLIENTS, base_url=ISSUER)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert "error=" not in challenge  # RFC 6750, section 3.1
    metadata = f"{ISSUER}/.well-known/oauth-protected-resource/api"
    assert f'resource_metadata="{metadata}"' in challenge
    found = app.test_client().get(metadata.removeprefix(ISSUER), base_url=ISSUER).json or {}
    assert (found["resource"], found["authorization_servers"]) == (f"{ISSUER}/api", [ISSUER])


def test_the_cookie_of_the_console_opens_nothing(console: SignIn) -> None:  # noqa: F811
    browser: Browser = console("owner")
    assert browser.client.get(CLIENTS, base_url=ISSUER).status_code == 401
    assert browser.client.post(CLIENTS, json={}, base_url=ISSUER).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "x" * 9000])
def test_what_is_no_token_of_ours_is_refused(app: Flask, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    answer = app.test_client().get(CLIENTS, base_url=ISSUER, headers=headers)
    assert answer.status_code == 401


def test_a_token_for_another_api_is_refused(walk: Walk, program: Programs) -> None:
    walk.factory.resource()
    machine = walk.factory.machine(scope="documents")
    acting(walk.database, machine, "owner")
    other = program("owner")
    other.token = (walk.machine_token(machine).json or {})["access_token"]
    answer = other.call("GET", "/clients")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert f"resource={ISSUER}/api" in (answer.json or {})["detail"]


def test_a_persons_token_is_refused_whatever_its_scope(walk: Walk, program: Programs) -> None:
    client = walk.ready(scope="openid admin:clients:read")
    tokens = walk.tokens(client, scope="openid admin:clients:read")
    answer = program("owner")
    answer.token = tokens["access_token"]
    assert answer.call("GET", "/clients").status_code == 401


def test_the_scope_and_the_role_must_both_allow_it(program: Programs, database: Database) -> None:
    reader = program("owner", wanted="admin:clients:read")
    reader.get("/clients")
    refused = reader.call("POST", "/clients", {"client_name": "X"})
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert 'scope="admin:clients:manage"' in refused.headers["WWW-Authenticate"]
    auditor = program("auditor")
    auditor.get("/clients")
    assert auditor.post("/clients", {"client_name": "X"}, 403)["reason"] == "role"
    with database.reading() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "authority.refused")
        ).one()
        operator = machine_operators.of_client(session, auditor.client.client_id)
        assert operator is not None
        assert (event.actor_id, event.detail["verb"]) == (operator.account_id, "client.register")


def test_an_application_that_nobody_made_an_operator_is_refused(program: Programs) -> None:
    assert "create-machine" in program().get("/clients", 403)["detail"]


def test_a_blocked_machine_is_refused_at_once(program: Programs, database: Database) -> None:
    robot = program("owner")
    robot.get("/clients")
    with database.writing() as session:
        found = machine_operators.of_client(session, robot.client.client_id)
        assert found is not None
        typed = found.account.login_identifier
        operators.block(session, typed, motive=Motive.SUSPECTED_FRAUD, actor="operator")
    robot.get("/clients", 403)
    with database.writing() as session, pytest.raises(Unfit):
        machine_operators.create(
            session, robot.client.client_id, name="Robot", roles=["owner"],
            organisation="Cpam du Cher", actor="operator",
        )  # fmt: skip


def test_a_disabled_application_and_an_old_token_are_refused(
    program: Programs, database: Database, clock: HeldClock
) -> None:
    robot, other = program("owner"), program("owner")
    with database.writing() as session:
        clients.disable(session, robot.client.client_id, actor="operator")
    robot.get("/clients", 401)
    clock.advance(301)
    other.get("/clients", 401)


def test_who_administers_applications_cannot_take_a_machine_over(
    program: Programs, factory: Factory, database: Database
) -> None:
    """Whoever gave it a new secret would act with its roles."""
    with database.writing() as session:
        own = factory.organisation(session)
    machine = factory.machine(organisation_id=own)
    acting(database, machine, "owner")
    lesser = program("client_administrator")
    for act in ("secret", "disable", "enable"):
        answer = lesser.post(f"/clients/{machine.client_id}/{act}", {}, 403)
        assert answer["reason"] == "organisation"


@pytest.mark.parametrize(
    "unfit",
    [
        {"grant_types": ["authorization_code", "client_credentials"]},
        {"registered_by": "registrant"},
    ],
)
def test_an_application_of_people_or_of_nobody_acts_as_no_operator(
    factory: Factory, database: Database, unfit: dict[str, object]
) -> None:
    machine = factory.machine(**unfit)
    with pytest.raises(Unfit):
        acting(database, machine, "owner")


def test_a_machine_is_shown_in_the_console_and_has_no_password(
    console: SignIn,  # noqa: F811
    program: Programs,
    database: Database,
) -> None:
    robot, browser = program("auditor"), console("owner")
    with database.reading() as session:
        found = machine_operators.of_client(session, robot.client.client_id)
        assert found is not None
        identifier = found.account.login_identifier
    page = browser.get(f"/admin/operators/{identifier}")
    assert "Robot d’imagerie" in page.text
    assert 'id="renew"' not in page.text
    token = browser.forms()[0][1]["csrf_token"]
    answer = browser.post(f"/admin/operators/{identifier}/renew", data={"csrf_token": token})
    assert "Une machine n’a pas de mot de passe" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api", 404), ("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/clients", 405)],
)
def test_what_is_not_there_is_said_to_a_program(
    app: Flask, method: str, path: str, status: int
) -> None:
    answer = app.test_client().open(path, method=method, base_url=ISSUER)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert (answer.json or {})["status"] == status
    if status == 405:
        assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
