"""No form is taken from another site."""

import re

import pytest
from flask import Flask

from idp.db import Database
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.walks import account_of, begin_activation, events, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# The protocol and the API know their callers otherwise.
PAGES = ("/account", "/admin", "/cancel", "/emergency", "/interaction", "/not-me", "/recovery")


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


def refused(browser: Browser, address: str, data: dict[str, str]) -> bool:
    """Without a token, with a wrong one, and with one of another browser."""
    pages = [
        browser.post(address, data={**data, **token})
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "wrong"}, {"csrf_token": "é" * 99})
    ]
    return all(
        page.status == 400 and "Ce formulaire n’est plus valable" in page.text for page in pages
    )


def test_the_password_form(browser: Browser, person: Person, database: Database) -> None:
    browser.get("/sign-in")
    typed = {"identifier": person.identifier, "password": person.password}
    assert refused(browser, browser.page.path, typed)
    assert events(database, "password.verified") == []


def test_the_new_password_form(browser: Browser, factory: Factory, database: Database) -> None:
    person = factory.person(activated=False)
    begin_activation(browser, person)
    page = browser.page.path
    assert refused(browser, page, {"new_password": "x" * 20, "new_password_again": "x" * 20})
    assert refused(browser, f"{page}/check", {"new_password": "x" * 20})
    assert account_of(database, person).password_hash is None


def test_the_forms_of_the_code(
    browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    browser.get("/sign-in")
    browser.give_password(person)
    page = browser.page.path
    assert refused(browser, page, {"code": factory.last_code()})
    assert refused(browser, f"{page}/send", {"channel": "mail"})
    assert events(database, "code.verified") == []
    assert len(events(database, "code.sent")) == 1


def test_the_consent_form(browser: Browser, factory: Factory, person: Person) -> None:
    sign_in(browser, factory, person)
    browser.authorize(factory.client(), scope="openid ins_c")
    form = browser.forms()[0][1]
    del form["csrf_token"]
    assert refused(browser, browser.page.path, form | {"decision": "accept"})


def test_the_forms_of_the_account(
    browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    sign_in(browser, factory, person)
    assert refused(browser, "/account/sign-out", {})
    assert refused(browser, "/account/applications/1/withdraw", {"decision": "withdraw"})
    assert events(database, "session.ended") == []


def test_every_address_of_a_page_that_takes_a_post(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    """Whatever it does, and whoever is signed in: without the page's token nothing happens."""
    sign_in(browser, factory, person)
    before = events(database)
    pages = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.rule.startswith(PAGES)
    ]
    assert len(pages) > 50
    for rule in pages:
        address = re.sub(r"<any\((\w+).*?\):\w+>", r"\1", rule.rule)
        address = re.sub(r"<int:\w+>", "1", address)
        address = re.sub(r"<\w+>", "A" * 22, address)
        page = browser.post(address)
        assert page.status == 400, address
        assert "Ce formulaire n’est plus valable" in page.text, address
    assert events(database) == before
    assert browser.get("/account").path == "/account"


def test_the_refusals_button_leads_somewhere(
    browser: Browser, factory: Factory, person: Person
) -> None:
    sign_in(browser, factory, person)
    for address in ("/account/sign-out", "/account/applications/1/withdraw"):
        browser.post(address)
        assert f'id="back" href="{address}"' in browser.page.text
        assert browser.get(address).status == 200


def test_a_token_of_another_browser_is_refused(
    browser: Browser, factory: Factory, person: Person
) -> None:
    other = Browser(browser.client.application)
    other.get("/sign-in")
    token = other.forms()[0][1]["csrf_token"]
    browser.get("/sign-in")
    browser.submit(identifier=person.identifier, password=person.password, csrf_token=token)
    assert browser.page.status == 400
