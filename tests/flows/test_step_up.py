"""More is asked only when more is needed."""

import json

import pytest
from flask import Flask

from idp.config import LEVELS
from idp.crypto import b64decode
from tests.browser_client import Browser
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.walks import sign_in

PASSWORD, MFA = LEVELS[:2]


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def appointments(factory: Factory) -> App:
    """An application that an operator lets be content with the password."""
    return factory.client(minimum_acr=PASSWORD)


@pytest.fixture
def signed_in(browser: Browser, factory: Factory, person: Person, appointments: App) -> Browser:
    """A browser in which the person is signed in with the password, and has consented."""
    browser.sign_in(appointments, person, factory)
    assert browser.page.is_outside
    return browser


def told(browser: Browser, app: App) -> dict:
    token = browser.tokens(app).json["id_token"]
    return json.loads(b64decode(token.split(".")[1]))


def test_an_application_content_with_the_password_gets_no_code_sent(
    signed_in: Browser, factory: Factory, appointments: App
) -> None:
    assert [each["kind"] for each in factory.messages()] == ["security-notice"]
    claims = told(signed_in, appointments)
    assert (claims["acr"], claims["amr"]) == (PASSWORD, ["pwd"])


def test_a_step_up_asks_for_the_code_alone(
    signed_in: Browser, factory: Factory, appointments: App
) -> None:
    signed_in.authorize(appointments, acr_values=MFA)
    assert signed_in.page.path.endswith("/code")
    assert "L’application demande de vérifier" in signed_in.page.text
    signed_in.give_code(factory)
    assert signed_in.page.is_outside
    claims = told(signed_in, appointments)
    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "otp", "mfa"])


def test_another_application_asks_only_for_what_is_missing(
    signed_in: Browser, factory: Factory
) -> None:
    portal = factory.client()
    signed_in.authorize(portal)
    assert signed_in.page.path.endswith("/code")
    signed_in.give_code(factory)
    assert signed_in.page.path.endswith("/consent")


def test_after_the_code_nothing_more_is_asked(
    signed_in: Browser, factory: Factory, appointments: App
) -> None:
    signed_in.authorize(appointments, acr_values=MFA)
    signed_in.give_code(factory)
    assert signed_in.authorize(appointments, acr_values=MFA).is_outside


def test_a_session_that_is_too_old_for_the_application_proves_both_again(
    browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    portal = factory.client()
    browser.sign_in(portal, person, factory)
    clock.advance(301)
    browser.authorize(portal, max_age="300")
    assert browser.page.path.endswith("/password")
    assert "saisissez de nouveau votre mot de passe" in browser.page.text
    browser.give_password(person)
    assert browser.page.path.endswith("/code")
    browser.give_code(factory)
    assert browser.page.is_outside
    assert told(browser, portal)["auth_time"] == int(clock.now)


def test_a_young_session_is_young_enough(
    browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    portal = factory.client()
    browser.sign_in(portal, person, factory)
    clock.advance(300)
    assert browser.authorize(portal, max_age="300").is_outside


def test_the_level_is_lost_with_the_session(
    app: Flask, browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    sign_in(browser, factory, person)
    clock.advance(1801)
    browser.authorize(factory.client())
    assert browser.page.path.endswith("/password")


def test_the_identifier_of_who_is_asked_again_is_filled_in(
    signed_in: Browser, person: Person, appointments: App
) -> None:
    signed_in.authorize(appointments, prompt="login")
    shown = signed_in.forms()[0][1]["identifier"]
    assert shown.replace(" ", "") == person.identifier


def test_somebody_else_may_answer_a_login_prompt(
    signed_in: Browser, factory: Factory, appointments: App
) -> None:
    other = factory.person(mail="autre@exemple.fr")
    before = told(signed_in, appointments)["sub"]
    signed_in.authorize(appointments, prompt="login")
    signed_in.give_password(other)
    assert signed_in.page.path.endswith("/consent")
    signed_in.submit(decision="accept")
    assert told(signed_in, appointments)["sub"] != before
