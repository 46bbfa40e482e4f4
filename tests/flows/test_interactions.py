"""Each request is a journey of its own, and none ends in a dead end."""

from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.models import Grant
from tests.browser_client import Browser, authorization_query
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.walks import sign_in

HALF_AN_HOUR = 1800


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def portal(factory: Factory) -> App:
    return factory.client(client_name="Portail patient")


def grants(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Grant)).all())


def journey(address: str) -> str:
    return address.rpartition("/")[0]


def test_two_tabs_of_two_applications_each_come_home(
    browser: Browser, factory: Factory, person: Person, portal: App
) -> None:
    other = factory.client(redirect_uris=["https://other.example/back"])
    browser.authorize(portal, state="one")
    first = browser.page.path
    browser.authorize(other, state="two")
    second = browser.page.path
    browser.give_password(person)
    browser.give_code(factory)
    browser.submit(decision="accept")
    assert browser.page.address.startswith("https://other.example/back?")
    assert browser.page.parameters["state"] == "two"

    # The first tab: what was proved in the second is not asked again.
    browser.get(first)
    assert browser.page.path == f"{journey(first)}/consent"
    browser.submit(decision="accept")
    assert browser.page.address.startswith("https://app.example/callback?")
    assert browser.page.parameters["state"] == "one"
    assert first != second


def test_two_tabs_of_one_application_each_come_home(
    browser: Browser, factory: Factory, person: Person, portal: App
) -> None:
    browser.authorize(portal, state="one")
    first, form = browser.page.path, browser.forms()[0]
    browser.authorize(portal, state="two")
    browser.give_password(person)
    browser.give_code(factory)
    browser.submit(decision="accept")
    assert browser.page.parameters["state"] == "two"
    browser.post(first, data=form[1] | {"identifier": person.identifier, "password": "x"})
    assert browser.page.is_outside
    assert browser.page.parameters["state"] == "one"


def test_a_reload_of_a_step_shows_it_again(browser: Browser, person: Person, portal: App) -> None:
    browser.authorize(portal)
    before = browser.page.path
    assert browser.get(before).path == before
    assert browser.page.status == 200


def test_the_back_button_leads_to_the_open_step(
    browser: Browser, factory: Factory, person: Person, portal: App
) -> None:
    browser.authorize(portal)
    password = browser.page.path
    browser.give_password(person)
    code = browser.page.path
    assert browser.get(password).path == code
    browser.give_code(factory)
    consent = browser.page.path
    assert browser.get(code).path == consent
    assert browser.get(password).path == consent


def test_a_form_sent_twice_is_counted_once(
    browser: Browser, factory: Factory, person: Person, portal: App, database: Database
) -> None:
    browser.authorize(portal)
    browser.give_password(person)
    browser.give_code(factory)
    address, form = browser.page.path, browser.forms()[0][1]
    browser.submit(decision="accept")
    assert browser.page.is_outside
    browser.post(address, data=form | {"decision": "accept"})
    assert browser.page.status == 200
    assert "C’est déjà fait" in browser.page.text
    assert "Continuer vers Portail patient" in browser.page.text
    assert 'href="https://app.example"' in browser.page.text
    assert grants(database) == 1


def test_the_back_button_after_the_end_shows_the_way_on(
    browser: Browser, factory: Factory, person: Person, portal: App, database: Database
) -> None:
    browser.authorize(portal)
    start = journey(browser.page.path)
    browser.give_password(person)
    browser.give_code(factory)
    browser.submit(decision="accept")
    for step in ("", "/password", "/code", "/consent", "/activated", "/not-mine"):
        browser.get(start + step)
        assert browser.page.status == 200
        assert "C’est déjà fait" in browser.page.text
    assert grants(database) == 1


def test_an_expired_request_goes_back_as_an_oauth_error(
    browser: Browser, person: Person, portal: App, clock: HeldClock
) -> None:
    browser.authorize(portal)
    clock.advance(HALF_AN_HOUR)
    browser.give_password(person)
    assert browser.page.is_outside
    assert browser.page.parameters == {
        "error": "access_denied",
        "error_description": "the interaction has expired",
        "state": "the-state",
        "iss": "http://localhost:8000",
    }


def test_an_expired_visit_of_ones_own_account_is_a_page_with_a_way_on(
    browser: Browser, person: Person, clock: HeldClock
) -> None:
    browser.get("/sign-in")
    clock.advance(HALF_AN_HOUR)
    browser.give_password(person)
    assert browser.page.status == 400
    assert "30 minutes" in browser.page.text
    assert 'href="/account"' in browser.page.text


def test_a_lost_cookie_is_a_page_with_the_way_back(
    browser: Browser, person: Person, portal: App
) -> None:
    browser.authorize(portal)
    step = browser.page.path
    browser.client.delete_cookie("dmp-browser")
    browser.get(step)
    assert browser.page.status == 400
    assert "Revenir à Portail patient" in browser.page.text
    assert "Autorisez les cookies" in browser.page.text


def test_a_form_sent_without_any_cookie_is_a_page_with_the_way_back(
    app: Flask, browser: Browser, person: Person, portal: App
) -> None:
    browser.authorize(portal)
    address, form = browser.forms()[0]
    bare = Browser(app)
    bare.post(address, data=form | {"identifier": person.identifier, "password": person.password})
    assert bare.page.status == 400
    assert "Ce formulaire n’est plus valable" in bare.page.text
    bare.get(address)
    assert "Revenir à Portail patient" in bare.page.text


def test_another_browser_cannot_take_a_journey_over(
    app: Flask, browser: Browser, factory: Factory, person: Person, portal: App
) -> None:
    browser.authorize(portal)
    browser.give_password(person)
    browser.give_code(factory)
    consent = browser.page.path
    thief = Browser(app)
    sign_in(thief, factory, factory.person(mail="voleur@exemple.fr"))
    thief.get(consent)
    assert thief.page.status == 400
    assert "un autre navigateur" in thief.page.text
    thief.client.set_cookie("dmp-browser", "A" * 22)
    assert thief.get(consent).status == 400


@pytest.mark.parametrize(
    "handle", ["x", "A" * 22, "A" * 5000, "%00", "é", "..%2f..", "A" * 21 + "!"]
)
def test_a_handle_that_nobody_gave_is_a_page(browser: Browser, handle: str) -> None:
    browser.get(f"/interaction/{handle}/password")
    assert browser.page.status == 404
    assert 'id="reference"' in browser.page.text


def test_a_request_posted_from_another_site_comes_without_cookies_and_is_served(
    app: Flask, browser: Browser, factory: Factory, person: Person, portal: App
) -> None:
    """SameSite=Lax: the POST has no cookie, the GET it is answered with has."""
    sign_in(browser, factory, person)
    foreign = app.test_client().post("/authorize", data=dict(_pairs(portal)))
    assert foreign.status_code == 303
    assert "Set-Cookie" not in foreign.headers
    browser.get(foreign.headers["Location"])
    assert browser.page.path.endswith("/consent")
    browser.submit(decision="accept")
    assert browser.page.parameters["state"] == "the-state"


def test_a_posted_request_belongs_to_the_browser_that_comes_first(
    app: Flask, browser: Browser, portal: App
) -> None:
    foreign = app.test_client().post("/authorize", data=dict(_pairs(portal)))
    browser.get(foreign.headers["Location"])
    assert browser.page.path.endswith("/password")
    late = Browser(app)
    late.get(foreign.headers["Location"])
    assert late.page.status == 400


def test_prompt_none_posted_is_answered_by_an_error(
    app: Flask, browser: Browser, portal: App
) -> None:
    foreign = app.test_client().post("/authorize", data=dict(_pairs(portal, prompt="none")))
    browser.get(foreign.headers["Location"])
    assert browser.page.is_outside
    assert browser.page.parameters["error"] == "login_required"


def test_signing_out_in_one_tab_asks_for_the_password_in_the_other(
    browser: Browser, factory: Factory, person: Person, portal: App
) -> None:
    sign_in(browser, factory, person)
    browser.authorize(portal)
    consent = browser.page.path
    browser.get("/account")
    browser.submit()
    browser.get(consent)
    assert browser.page.path.endswith("/password")


def test_signed_in_already_one_goes_straight_to_ones_account(
    browser: Browser, factory: Factory, person: Person
) -> None:
    sign_in(browser, factory, person)
    assert browser.get("/sign-in").path == "/account"


def _pairs(portal: App, **parameters: str) -> list[tuple[str, str]]:
    return parse_qsl(authorization_query(portal, **parameters))
