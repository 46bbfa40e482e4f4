"""The password changed in one's own account."""

import html

import pytest
from flask import Flask

from idp.db import Database
from idp.directory import accounts
from tests.browser_client import Browser, token_request
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import CHOSEN, WRONG, events, sign_in


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile=None)


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    sign_in(browser, factory, person)
    return browser


def change(browser: Browser, present: str, chosen: str = CHOSEN, again: str | None = None) -> str:
    """What the next page says."""
    browser.get("/account/password")
    browser.submit(
        present_password=present, new_password=chosen, new_password_again=again or chosen
    )
    return html.unescape(browser.page.text).replace("\u00a0", " ")


def test_the_new_one_signs_in_and_the_old_one_does_not(
    app: Flask, home: Browser, person: Person, factory: Factory, clock: HeldClock
) -> None:
    assert "Votre mot de passe est changé." in change(home, person.password)
    clock.advance(60)
    later = Browser(app)
    later.get("/sign-in")
    assert "n’est pas le bon" in later.give_password(person).text
    assert later.give_password(person, CHOSEN).path.endswith("/code")


def test_all_others_are_out_with_their_applications_and_this_one_stays(
    app: Flask, home: Browser, person: Person, factory: Factory, clock: HeldClock
) -> None:
    clock.advance(60)
    other, portal = Browser(app), factory.client()
    other.sign_in(portal, person, factory, scope="openid offline_access")
    tokens = dict(other.tokens(portal).json or {})
    change(home, person.password)
    assert home.get("/account").path == "/account"
    assert other.get("/account").path.endswith("/password")
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (token_request(app, portal, refresh).json or {})["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert app.test_client().get("/userinfo", headers=bearer).status_code == 401


def test_its_owner_is_told_by_every_channel(
    app: Flask, browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(mobile="+33612345678")
    sign_in(browser, factory, person)
    change(browser, person.password)
    told = [
        each["channel"]
        for each in factory.messages()
        if each.get("context", {}).get("what") == "password_changed"
    ]
    assert told == ["mail", "sms"]
    assert events(database, "password.changed") == [("password.changed", "success")]
    assert "Mot de passe changé" in browser.get("/account").text


@pytest.mark.parametrize(
    ("chosen", "again", "said"),
    [
        ("court", None, "Il compte moins de 12 caractères"),
        ("azertyuiopqsdf", None, "pirates"),
        ("martin31011977", None, "on y penserait en premier"),
        (CHOSEN, f"{CHOSEN}!", "Les deux saisies diffèrent"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_rules_are_those_of_the_activation(
    home: Browser, person: Person, chosen: str, again: str | None, said: str
) -> None:
    page = change(home, person.password, chosen, again)
    assert home.page.status == 400
    assert said in page or "peut encore être deviné" in page


def test_the_present_one_is_no_new_one(home: Browser, person: Person) -> None:
    assert "C’est votre mot de passe actuel" in change(home, person.password, person.password)


def test_the_present_one_is_asked_for_and_tries_count(
    home: Browser, person: Person, database: Database
) -> None:
    assert "Ce n’est pas votre mot de passe actuel" in change(home, WRONG)
    for _ in range(4):
        change(home, WRONG)
    assert "Il faut attendre avant de réessayer" in change(home, person.password)
    assert events(database, "password.changed") == []


def test_a_second_factor_that_is_not_fresh_is_asked_for_again(
    home: Browser, clock: HeldClock
) -> None:
    clock.advance(301)
    assert home.get("/account/password").path.endswith("/code")


def test_a_form_that_came_too_late_changes_nothing(
    home: Browser, person: Person, clock: HeldClock, database: Database
) -> None:
    home.get("/account/password")
    clock.advance(301)
    home.submit(present_password=person.password, new_password=CHOSEN, new_password_again=CHOSEN)
    assert home.page.path.endswith("/code")
    assert events(database, "password.changed") == []


def test_a_blocked_account_changes_nothing(
    home: Browser, person: Person, database: Database
) -> None:
    home.get("/account/password")
    with database.writing() as session:
        accounts.block(
            session, person.identifier, motive=accounts.Motive.HOLDER_REQUEST, actor="operator"
        )
    home.submit(present_password=person.password, new_password=CHOSEN, new_password_again=CHOSEN)
    assert home.page.path.endswith("/password")
    assert events(database, "password.changed") == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_learns_of_the_rules_while_one_types(home: Browser) -> None:
    home.get("/account/password")
    token = home.forms()[0][1]["csrf_token"]
    answer = home.client.post(
        "/account/password/check",
        data={"csrf_token": token, "new_password": CHOSEN},
        base_url="http://localhost:8000",
    )
    assert all(rule["ok"] for rule in (answer.json or {})["rules"])
