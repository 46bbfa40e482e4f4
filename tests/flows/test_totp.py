"""The authenticator application: believed after its first code, each step good once (RFC 6238)."""

import pytest
from flask import Flask

from idp.db import Database
from idp.factors.totp import STEP
from idp.models import Totp
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_totp, begin_totp, shown, waiting_secret
from tests.walks import account_of, events, sign_in


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    """A browser in which the person has just signed in."""
    sign_in(browser, factory, person)
    return browser


@pytest.fixture
def secret(home: Browser, clock: HeldClock) -> str:
    """The application's, whose code of this moment is not used up."""
    made = add_totp(home)
    clock.advance(STEP)
    return made


def at_the_code(app: Flask, person: Person) -> Browser:
    """Another browser, before the application's code is asked for."""
    browser = Browser(app)
    browser.get("/sign-in")
    browser.give_password(person)
    browser.get(browser.page.path.replace("/second-factor", "/totp"))
    return browser


def test_the_code_of_the_application_signs_in(
    app: Flask, home: Browser, person: Person, secret: str, factory: Factory
) -> None:
    browser = at_the_code(app, person)
    sent = len(factory.messages())
    assert browser.submit(code=shown(secret)).path == "/account"
    assert "code de l’application" in browser.page.text
    assert len(factory.messages()) == sent


def test_a_code_is_used_once_also_by_another_browser(
    app: Flask, person: Person, secret: str, database: Database
) -> None:
    first, second = at_the_code(app, person), at_the_code(app, person)
    code = shown(secret)
    assert first.submit(code=code).path == "/account"
    assert "Ce code a déjà servi" in second.submit(code=code).text
    assert events(database, "totp.verified")[-1] == ("totp.verified", "code_used")


def test_a_step_before_a_used_one_is_used_up_too(app: Flask, person: Person, secret: str) -> None:
    first, second = at_the_code(app, person), at_the_code(app, person)
    first.submit(code=shown(secret, 1))
    assert "Ce code a déjà servi" in second.submit(code=shown(secret)).text


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (1, True), (2, False)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_clock_may_be_off_by_one_step(
    app: Flask, person: Person, secret: str, clock: HeldClock, steps: int, accepted: bool
) -> None:
    clock.advance(5 * STEP)
    page = at_the_code(app, person).submit(code=shown(secret, steps))
    assert (page.path == "/account") is accepted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_wrong_codes_cost_tries_together_with_those_that_are_sent(
    app: Flask, person: Person, secret: str, factory: Factory
) -> None:
    browser = at_the_code(app, person)
    wrong = f"{(int(shown(secret)) + 1) % 10**6:06}"
    for left in (4, 3, 2):
        assert f"{left} essais" in browser.submit(code=wrong).text
    browser.get(browser.page.path.replace("/totp", "/second-factor"))
    browser.submit(form=0, channel="mail")
    sent = f"{(int(factory.last_code()) + 1) % 10**6:06}"
    for _ in range(2):
        browser.submit(code=sent)
    browser.get(browser.page.path.replace("/code", "/totp"))
    assert "Il faut attendre" in browser.submit(code=shown(secret)).text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_its_first_code_an_application_proves_nothing(
    app: Flask, home: Browser, person: Person
) -> None:
    begin_totp(home)
    secret = waiting_secret(home)
    assert 'src="data:image/svg+xml' in home.page.text
    assert "n’est pas le bon" in home.submit(code="000000").text
    browser = Browser(app)
    browser.get("/sign-in")
    browser.give_password(person)
    assert browser.page.path.endswith("/code")
    browser.get(browser.page.path.replace("/code", "/totp"))
    assert browser.submit(code=shown(secret)).status == 400


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_secret_nobody_confirmed_is_forgotten(home: Browser, clock: HeldClock) -> None:
    begin_totp(home)
    secret, path = waiting_secret(home), home.page.path
    home.get(path)
    assert waiting_secret(home) == secret
    home.submit(code="000000")
    clock.advance(290)
    for _ in range(6):
        home.get("/account")
        clock.advance(290)
    assert "data:image" not in home.get(path).text


def test_the_secret_is_sealed(home: Browser, secret: str, database: Database) -> None:
    with database.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT secret FROM totp").scalar_one()
    assert secret.encode() not in bytes(stored)
    with database.reading() as session:
        assert session.query(Totp).one().secret == secret


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_holder_is_told_when_it_comes_and_when_it_goes(
    home: Browser, secret: str, factory: Factory, database: Database
) -> None:
    home.get("/account/totp/remove")
    assert "est retirée" in home.submit().text
    changes = [each["context"].get("what") for each in factory.messages()]
    assert changes[-2:] == ["totp_added", "totp_removed"]
    assert events(database, "totp.removed") == [("totp.removed", "success")]


def test_the_last_second_factor_stays(
    home: Browser, secret: str, person: Person, database: Database
) -> None:
    with database.writing() as session:
        session.delete(account_of(database, person).channels[0])
    home.get("/account/totp/remove")
    assert "C’est votre dernier moyen de connexion" in home.submit().text
    assert events(database, "totp.removed") == []
    with database.reading() as session:
        assert session.query(Totp).count() == 1
