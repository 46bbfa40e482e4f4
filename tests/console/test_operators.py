"""Operators made and changed in the console."""

import re

import pytest
from flask import Flask

from idp.db import Database
from idp.directory import operators
from idp.models import AuditEvent
from tests.browser_client import Browser, Page
from tests.console.conftest import SignIn, enter, raw
from tests.factories import INITIAL_PASSWORD, Factory, Person
from tests.walks import choose_password

FORM = 1
NEW = {"name": "Sacha Petit", "mail": "sacha@cpam.example", "roles": "help_desk"}


@pytest.fixture
def owner(console: SignIn) -> Browser:
    return console("owner")


def create(browser: Browser, **values: str) -> Page:
    browser.get("/admin/operators/new")
    return browser.submit(FORM, **{"organisation": "Cpam du Cher"} | NEW | values)


def credentials(page: Page) -> Person:
    identifier, password = re.findall(r'<code class="copied__value" id="[^"]+">([^<]+)<', page.text)
    return Person(0, identifier, password, NEW["mail"], None)


def test_an_owner_makes_an_operator_who_comes_in(
    app: Flask, owner: Browser, factory: Factory
) -> None:
    person = credentials(create(owner))
    browser = Browser(app)
    browser.get("/admin")
    browser.give_password(person)
    choose_password(browser)
    browser.give_code(factory)
    page = browser.get("/admin")
    assert "Sacha Petit" in page.text
    assert "assistance" in page.text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "Saisissez un nom."),
        ({"mail": ""}, "un code doit arriver quelque part"),
        ({"mail": "nobody"}, "Écrivez-la en entier"),
        ({"roles": "emperor"}, "Choisissez au moins un rôle."),
    ],
)
def test_what_is_missing_is_asked_for(owner: Browser, values: dict[str, str], said: str) -> None:
    page = create(owner, **values)
    assert page.status == 400
    assert said in page.text


def test_a_role_counts_from_the_next_request_on(
    app: Flask, owner: Browser, factory: Factory
) -> None:
    colleague, browser = factory.operator("auditor"), Browser(app)
    enter(browser, colleague, factory)
    assert browser.get("/admin/keys").status == 200
    address = f"/admin/operators/{colleague.identifier}"
    act(owner, address, "revoke", role="auditor")
    assert browser.get("/admin/keys").status == 403
    act(owner, address, "grant", role="auditor")
    assert browser.get("/admin/keys").status == 200


def test_a_blocked_operator_is_out_at_once_and_comes_back_with_a_new_initial_password(
    app: Flask, owner: Browser, factory: Factory
) -> None:
    colleague, browser = factory.operator("auditor"), Browser(app)
    enter(browser, colleague, factory)
    address = f"/admin/operators/{colleague.identifier}"
    act(owner, address, "block", motive="left-service")
    assert browser.get("/admin").path.endswith("/password")
    assert "Votre compte est bloqué" in browser.give_password(colleague).text
    person = credentials(act(owner, address, "renew"))
    browser.get("/admin")
    assert browser.give_password(person).path.endswith("/new-password")


def test_the_trail_says_which_operator_did_it_and_from_where(
    owner: Browser, factory: Factory, database: Database
) -> None:
    colleague = factory.operator("auditor")
    owner.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    act(owner, f"/admin/operators/{colleague.identifier}", "grant", role="help_desk")
    with database.reading() as session:
        event = session.query(AuditEvent).filter_by(act="operator.granted").one()
        actor = operators.of_account(session, event.actor_id or 0)
    assert actor is not None
    assert actor.roles == ["owner"]
    assert (event.account_id, event.address) == (colleague.account_id, "192.0.2.7")
    assert event.detail["role"] == "help_desk"


def test_nobody_reads_a_name_or_an_initial_password_in_the_database(
    owner: Browser, database: Database
) -> None:
    create(owner)
    with database.engine.connect() as connection:
        for table in ("operator", "account", "audit_event", "channel"):
            written = str(connection.execute(raw(table)).all())
            assert "Sacha" not in written
            assert "sacha@" not in written
    assert INITIAL_PASSWORD not in owner.page.text


def act(browser: Browser, address: str, verb: str, **values: str) -> Page:
    browser.get(address)
    token = browser.forms()[0][1]["csrf_token"]
    return browser.post(f"{address}/{verb}", data=values | {"csrf_token": token})


def test_an_organisation_that_is_none_is_asked_for(owner: Browser) -> None:
    """Also one that no database could hold."""
    for nowhere in ("", "Nulle part", "Cpam\u0000"):
        page = create(owner, organisation=nowhere)
        assert page.status == 400
        assert "Choisissez-le dans la liste." in page.text


def test_each_problem_stands_beside_its_field(owner: Browser) -> None:
    page = create(owner, name=" ", mail="nobody", mobile="12", roles="emperor")
    for field in ("name", "mail", "mobile", "roles"):
        assert f'id="{field}-messages"' in page.text, field


def test_a_block_has_a_motive(owner: Browser, factory: Factory) -> None:
    address = f"/admin/operators/{factory.operator('auditor').identifier}"
    page = act(owner, address, "block", motive="why-not")
    assert page.status == 400
    assert 'id="motive-messages"' in page.text
    assert 'id="block"' in owner.get(address).text
