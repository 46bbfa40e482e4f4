"""What an application is told of how somebody signed in is what happened, whichever way it was."""

import json

import pytest
from flask import Flask

from idp.crypto import b64decode
from idp.oidc.levels import MFA
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_totp, make_recovery_codes, shown
from tests.recoveries import MOBILE, NEW, begin, to_new_password
from tests.walks import choose_password, signed_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile=MOBILE)


def told(browser: Browser, factory: Factory) -> tuple[str, list[str], int]:
    """`acr`, `amr` and `auth_time` of the ID token."""
    portal = factory.client()
    browser.authorize(portal)
    browser.submit(decision="accept")
    token = (browser.tokens(portal).json or {})["id_token"]
    claims = json.loads(b64decode(token.split(".")[1]))
    return claims["acr"], claims["amr"], claims["auth_time"]


def at_second_factor(app: Flask, person: Person, way: str, password: str | None = None) -> Browser:
    browser = Browser(app)
    browser.get("/sign-in")
    browser.give_password(person, password)
    browser.get(browser.page.path.replace("/second-factor", f"/{way}"))
    return browser


def test_an_authenticator_application(
    app: Flask, factory: Factory, person: Person, clock: HeldClock
) -> None:
    secret = add_totp(signed_in(app, factory, person))
    clock.advance(60)
    browser = at_second_factor(app, person, "totp")
    browser.submit(code=shown(secret))
    assert told(browser, factory) == (MFA, ["pwd", "otp", "mfa"], int(clock.now))


def test_a_recovery_code(app: Flask, factory: Factory, person: Person, clock: HeldClock) -> None:
    codes = make_recovery_codes(signed_in(app, factory, person))
    browser = at_second_factor(app, person, "recovery-code")
    browser.submit(code=codes[0])
    assert told(browser, factory) == (MFA, ["pwd", "otp", "mfa"], int(clock.now))


def test_a_recovery_proves_nothing_of_the_connection_that_follows(
    app: Flask, factory: Factory, person: Person, clock: HeldClock
) -> None:
    """Neither its codes nor its other factor stand in for those of the sign-in."""
    secret = add_totp(signed_in(app, factory, person))
    clock.advance(60)
    browser = Browser(app)
    to_new_password(browser, *begin(app, factory, person))
    browser.submit(code=shown(secret))
    choose_password(browser, NEW)
    clock.advance(60)
    browser.get("/sign-in")
    browser.give_password(person, NEW)
    assert browser.page.path.endswith("/second-factor")
    assert browser.get("/account").path.endswith("/second-factor")
    browser.get(browser.page.path.replace("/second-factor", "/totp"))
    browser.submit(code=shown(secret))
    assert told(browser, factory) == (MFA, ["pwd", "otp", "mfa"], int(clock.now))
