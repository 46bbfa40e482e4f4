"""Machines in the console: made with a secret shown once, given another, stopped."""

import pytest
from flask import Flask

from idp.db import Database
from idp.directory import machine_operators
from tests.browser_client import ISSUER, Browser, Page, token_request
from tests.console.conftest import SignIn, raw
from tests.factories import App, Factory

FORM = 1
NEW = {"name": "Robot d’imagerie", "roles": "client_administrator", "organisation": "Cpam du Cher"}


@pytest.fixture
def owner(console: SignIn) -> Browser:
    return console("owner")


def create(browser: Browser, **values: str) -> Page:
    browser.get("/admin/operators/new-machine")
    return browser.submit(FORM, **NEW | values)


def shown(page: Page) -> App:
    client_id, secret = (
        page.text.partition(f'id="{name}">')[2].partition("<")[0]
        for name in ("client-id", "client-secret")
    )
    return App(0, client_id, secret)


def calls(app: Flask, machine: App, path: str = "/clients") -> int:
    """The status of a call with a token of its own; that of the token where there is none."""
    asked = {"grant_type": "client_credentials", "resource": f"{ISSUER}/api"}
    answer = token_request(app, machine, asked)
    if answer.status_code != 200:
        return answer.status_code
    headers = {"Authorization": f"Bearer {(answer.json or {})['access_token']}"}
    url = f"/api/v1{path}"
    return app.test_client().get(url, headers=headers, base_url=ISSUER).status_code


def test_a_machine_is_made_and_calls_the_api_as_far_as_its_roles_reach(
    app: Flask, owner: Browser
) -> None:
    page = create(owner)
    machine = shown(page)
    assert "admin:clients:manage" in page.text
    assert "admin:holders" not in page.text
    assert calls(app, machine) == 200
    assert calls(app, machine, "/holders") == 403
    assert "Machine" in owner.get("/admin/operators").text


def test_its_secret_is_shown_once_and_kept_as_a_hash(owner: Browser, database: Database) -> None:
    machine = shown(create(owner))
    assert machine.secret
    assert machine.secret not in owner.get(f"/admin/applications/{machine.client_id}").text
    with database.reading() as session:
        for table in ("client", "client_change", "audit_event", "operator"):
            assert machine.secret not in str(session.execute(raw(table)).all())


def test_the_form_sent_twice_makes_one_machine(owner: Browser) -> None:
    owner.get("/admin/operators/new-machine")
    address, fields = owner.forms()[FORM]
    first = owner.post(address, data=fields | NEW)
    second = owner.post(address, data=fields | NEW)
    assert 'id="client-secret"' in first.text
    assert "Cette machine est déjà créée." in second.text
    assert 'id="client-secret"' not in second.text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"roles": "emperor"}, "roles"),
        ({"organisation": "\0"}, "organisation"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_made(
    owner: Browser, database: Database, values: dict[str, str], field: str
) -> None:
    page = create(owner, **values)
    assert page.status == 400
    assert f'id="{field}-messages"' in page.text
    with database.reading() as session:
        assert len(session.execute(raw("operator")).all()) == 1
        assert session.execute(raw("client")).all() == []


def test_its_secret_is_replaced_and_it_is_suspended_and_blocked_from_its_page(
    app: Flask, owner: Browser, database: Database
) -> None:
    machine = shown(create(owner))
    with database.reading() as session:
        found = machine_operators.of_client(session, machine.client_id)
        assert found is not None
        address = f"/admin/operators/{found.account.login_identifier}"
    its = f"/admin/applications/{machine.client_id}"
    page = owner.get(address)
    assert f'href="{its}/secret"' in page.text
    assert f'href="{its}/disable"' in page.text
    owner.get(f"{its}/secret")
    renewed = shown(owner.submit(FORM, overlap="0"))
    assert (calls(app, machine), calls(app, renewed)) == (401, 200)
    owner.get(f"{its}/disable")
    owner.submit(FORM)
    assert calls(app, renewed) == 401
    assert "Suspendue" in owner.get(address).text
    owner.post(f"{its}/enable", data={"csrf_token": owner.forms()[0][1]["csrf_token"]})
    assert calls(app, renewed) == 200
    assert "A quitté le service" not in owner.get(address).text
    owner.post(
        f"{address}/block",
        data={"csrf_token": owner.forms()[0][1]["csrf_token"], "motive": "not-needed"},
    )
    assert calls(app, renewed) == 403
    assert f'href="{its}/secret"' not in owner.get(address).text


def test_only_an_owner_makes_a_machine(console: SignIn) -> None:
    for role in ("client_administrator", "enrolment_agent", "help_desk", "auditor"):
        browser = console(role)
        assert browser.get("/admin/operators/new-machine").status == 403
        token = browser.forms()[0][1]["csrf_token"]
        sent = browser.post("/admin/operators/new-machine", data=NEW | {"csrf_token": token})
        assert sent.status == 403


def test_the_scopes_are_those_that_the_roles_have_a_use_for(factory: Factory) -> None:
    def scopes(*roles: str) -> set[str]:
        return {scope.removeprefix("admin:") for scope in machine_operators.scopes_for(roles)}

    assert scopes("auditor") == {"clients:read", "keys:read", "operators:read", "holders:read"}
    assert scopes("help_desk") == {"clients:read", "holders:read", "holders:manage"}
    assert scopes("client_administrator") == {"clients:read", "clients:manage", "keys:read"}
