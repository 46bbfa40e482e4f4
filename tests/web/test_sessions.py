"""The session in the browser: when it begins, changes its name, and ends."""

import pytest
from flask import Flask

from idp.config import LEVELS
from idp.db import Database
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import events, sign_in

MINUTE, HOUR = 60, 3600


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def signed_in(browser: Browser, factory: Factory, person: Person) -> Browser:
    sign_in(browser, factory, person)
    assert browser.page.path == "/account"
    return browser


def session_of(browser: Browser) -> str | None:
    cookie = browser.client.get_cookie("dmp-session")
    return cookie.value if cookie else None


def is_signed_in(app: Flask, token: str | None) -> bool:
    """Whether a browser that has this cookie alone comes in."""
    visitor = Browser(app)
    visitor.client.set_cookie("dmp-session", token or "")
    return visitor.get("/account").path == "/account"


def test_half_an_hour_without_a_request_ends_it(signed_in: Browser, clock: HeldClock) -> None:
    clock.advance(30 * MINUTE)
    assert signed_in.get("/account").path.endswith("/password")


def test_each_visit_begins_the_half_hour_again(signed_in: Browser, clock: HeldClock) -> None:
    for _ in range(4):
        clock.advance(30 * MINUTE - 1)
        assert signed_in.get("/account").path == "/account"


def test_a_visit_to_an_application_begins_it_again_too(
    signed_in: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    portal = factory.client()
    signed_in.authorize(portal)
    signed_in.submit(decision="accept")
    for _ in range(3):
        clock.advance(30 * MINUTE - 1)
        assert signed_in.authorize(portal).is_outside


def test_eight_hours_end_it_in_any_case(signed_in: Browser, clock: HeldClock) -> None:
    for _ in range(8 * HOUR // (20 * MINUTE) - 1):
        clock.advance(20 * MINUTE)
        assert signed_in.get("/account").path == "/account"
    clock.advance(20 * MINUTE)
    assert signed_in.get("/account").path.endswith("/password")


def test_login_and_step_up_each_give_a_new_cookie_and_the_old_ones_are_dead(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    browser.get("/sign-in")
    assert session_of(browser) is None
    browser.give_password(person)
    after_password = session_of(browser)
    browser.give_code(factory)
    after_code = session_of(browser)
    assert after_password != after_code
    assert not is_signed_in(app, after_password)
    assert is_signed_in(app, after_code)


def test_proving_the_password_again_gives_a_new_cookie(
    app: Flask, signed_in: Browser, factory: Factory, person: Person
) -> None:
    old = session_of(signed_in)
    signed_in.authorize(factory.client(), prompt="login")
    signed_in.give_password(person)
    assert session_of(signed_in) != old
    assert not is_signed_in(app, old)


def test_a_session_that_was_planted_is_not_the_victims(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    attacker = factory.person(mail="attaque@exemple.fr")
    trap = Browser(app)
    sign_in(trap, factory, attacker)
    planted = session_of(trap)
    browser.client.set_cookie("dmp-session", planted or "")
    browser.authorize(factory.client(), prompt="login")
    browser.give_password(person)
    assert session_of(browser) != planted
    assert not is_signed_in(app, planted)


@pytest.mark.parametrize("value", ["", "x", "A" * 43, "é", "A" * 4000, '"', "%00"])
def test_a_session_that_nobody_gave_is_none(browser: Browser, factory: Factory, value: str) -> None:
    browser.client.set_cookie("dmp-session", value)
    assert browser.get("/account").path.endswith("/password")
    assert browser.page.status == 200


def test_signing_out_ends_it_for_every_copy_of_the_cookie(
    app: Flask, signed_in: Browser, database: Database
) -> None:
    token = session_of(signed_in)
    signed_in.submit()
    assert signed_in.page.path == "/account/signed-out"
    assert "Vous êtes déconnecté" in signed_in.page.text
    assert session_of(signed_in) is None
    assert not is_signed_in(app, token)
    assert events(database, "session.ended") == [("session.ended", "success")]


def test_the_address_of_the_sign_out_button_can_be_reloaded(signed_in: Browser) -> None:
    assert signed_in.get("/account/sign-out").path == "/account"
    signed_in.submit()
    assert signed_in.get(signed_in.page.path + "?lang=en").status == 200
    assert signed_in.get("/account/sign-out").path.endswith("/password")


def test_somebody_elses_login_ends_the_session_that_was_there(
    app: Flask, signed_in: Browser, factory: Factory, database: Database
) -> None:
    old = session_of(signed_in)
    signed_in.authorize(factory.client(), prompt="login")
    signed_in.give_password(factory.person(mail="autre@exemple.fr"))
    assert not is_signed_in(app, old)
    assert events(database, "session.ended") == [("session.ended", "success")]


def test_two_browsers_are_two_sessions(
    app: Flask, signed_in: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    clock.advance(30)
    other = Browser(app)
    sign_in(other, factory, person)
    signed_in.submit()
    assert other.get("/account").path == "/account"


def test_the_account_needs_the_second_level(
    browser: Browser, factory: Factory, person: Person
) -> None:
    application = factory.client(minimum_acr=LEVELS[0])
    browser.sign_in(application, person, factory)
    for page in ("", "/identity", "/applications", "/not-me"):
        assert browser.get(f"/account{page}").path.endswith("/code")
