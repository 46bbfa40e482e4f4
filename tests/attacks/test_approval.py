"""Line 7: an approval that is given in another browser than the one that began."""

import pytest
from flask import Flask

from idp.db import Database
from tests.browser_client import Browser
from tests.factories import App, Factory, Person
from tests.walks import events, sign_in


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def app_of_the_thief(factory: Factory) -> App:
    return factory.client(client_name="Une application")


@pytest.fixture
def at_consent(
    browser: Browser, factory: Factory, person: Person, app_of_the_thief: App
) -> Browser:
    """Who began the request stands before the consent page, signed in."""
    browser.authorize(app_of_the_thief)
    browser.give_password(person)
    browser.give_code(factory)
    assert browser.page.path.endswith("/consent")
    return browser


def test_line_07_an_approval_without_the_initiating_cookie(
    app: Flask, at_consent: Browser, database: Database
) -> None:
    action, form = at_consent.forms()[0]
    elsewhere = Browser(app)
    for cookie in at_consent.client._cookies.values():
        if cookie.key != "dmp-browser":
            elsewhere.client.set_cookie(cookie.key, cookie.value, path=cookie.path)
    elsewhere.post(action or at_consent.page.address, form | {"decision": "accept"})
    assert elsewhere.page.status == 400
    assert events(database, "consent.given") == []
    assert events(database, "authorization.granted") == []


def test_line_07_an_approval_that_a_victim_is_led_to(
    app: Flask, at_consent: Browser, factory: Factory, database: Database
) -> None:
    """The thief sends the address of a request of the thief's own to somebody who is signed in."""
    victim = Browser(app)
    sign_in(victim, factory, factory.person(mail="victime@exemple.fr"))
    assert victim.get(at_consent.page.path).status == 400
    victim.post(at_consent.page.path, {"decision": "accept"})
    assert victim.page.status == 400
    assert events(database, "consent.given") == []


def test_line_07_the_one_who_began_may_approve(at_consent: Browser, database: Database) -> None:
    at_consent.submit(decision="accept")
    assert at_consent.page.is_outside
    assert events(database, "authorization.granted") == [("authorization.granted", "success")]
