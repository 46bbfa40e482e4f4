"""What the holder is told of, and the link that says "this was not me"."""

import re
from typing import Any

import pytest
from flask import Flask

from idp.db import Database
from idp.directory import holders
from idp.factors import notices
from tests.browser_client import Browser, token_request
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import account_of, activate, events, sign_in

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile="+33612345678")


def told(factory: Factory, what: str) -> list[dict[str, Any]]:
    notes = [each for each in factory.messages() if each["kind"] == "security-notice"]
    return [each for each in notes if each["context"]["what"] == what]


def link_of(factory: Factory) -> str:
    """The address in the newest notice that has one."""
    tokens = [each.get("context", {}).get("token") for each in factory.messages()]
    return f"/not-me/{next(token for token in reversed(tokens) if token)}"


@sqlite_only
def test_a_connection_from_a_new_device_is_told_by_every_channel_and_only_once(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    browser.get("/sign-in")
    browser.give_password(person)
    notes = told(factory, notices.NEW_DEVICE)
    assert {each["recipient"] for each in notes} == {person.mail, person.mobile}
    browser.client.delete_cookie("dmp-session")
    browser.get("/sign-in")
    browser.give_password(person)
    assert len(told(factory, notices.NEW_DEVICE)) == 2
    other = Browser(app)
    other.get("/sign-in")
    other.give_password(person)
    assert len(told(factory, notices.NEW_DEVICE)) == 4


@sqlite_only
def test_the_browser_of_the_activation_is_no_new_device(browser: Browser, factory: Factory) -> None:
    person = factory.person(activated=False)
    activate(browser, factory, person)
    assert not told(factory, notices.NEW_DEVICE)
    assert browser.get(link_of(factory)).status == 200


@sqlite_only
def test_a_new_letter_which_ends_the_password_is_told_by_every_channel(
    app: Flask, browser: Browser, factory: Factory, database: Database, person: Person
) -> None:
    """Whoever has it sent to read it first is stopped by its addressee."""
    settings = app.extensions["idp"].provider.settings
    holders.reletter(database, settings, person.identifier, actor="operator")
    notes = told(factory, notices.NEW_LETTER)
    assert {each["recipient"] for each in notes} == {person.mail, person.mobile}
    browser.get(link_of(factory))
    browser.submit()
    assert account_of(database, person).state == "blocked"


@sqlite_only
def test_a_change_is_told_to_the_old_channel_and_to_the_new_one(
    factory: Factory, database: Database, person: Person
) -> None:
    with database.writing() as session:
        notices.tell(
            session,
            person.account_id,
            notices.CHANNEL_CHANGED,
            also=[("mail", "ancienne@exemple.fr"), ("mail", str(person.mail))],
        )
    recipients = [each["recipient"] for each in told(factory, notices.CHANNEL_CHANGED)]
    assert sorted(recipients) == ["+33612345678", "ancienne@exemple.fr", "m.martin@exemple.fr"]


@sqlite_only
def test_looking_at_the_link_changes_nothing(
    app: Flask, browser: Browser, factory: Factory, database: Database
) -> None:
    """A mail scanner follows links."""
    person = factory.person()
    sign_in(browser, factory, person)
    link, scanner = link_of(factory), app.test_client()
    for _ in range(3):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
    assert scanner.post(link).status_code == 400  # it has no form of ours
    assert account_of(database, person).state == "active"
    assert browser.get("/account").path == "/account"


def test_the_link_blocks_the_account_once_and_says_what_happens_next(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    client = factory.client()
    browser.authorize(client, scope="openid offline_access", prompt="consent")
    browser.give_password(person)
    browser.submit(channel="mail")
    browser.give_code(factory)
    browser.submit(decision="accept")
    refresh = (browser.tokens(client).json or {})["refresh_token"]
    link, elsewhere = link_of(factory), Browser(app)
    elsewhere.get(link)
    page = elsewhere.submit()
    assert "Votre compte est bloqué" in page.text
    assert "nouveau courrier" in page.text
    assert account_of(database, person).state == "blocked"
    assert browser.get("/account").path.endswith("/password")
    again = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert token_request(app, client, again).status_code == 400
    assert events(database, "account.blocked") == [("account.blocked", "success")]
    notes = told(factory, notices.ACCOUNT_BLOCKED)
    assert {each["recipient"] for each in notes} == {person.mail, person.mobile}
    assert not any(each["context"]["token"] for each in notes)
    assert "Votre compte est bloqué" in elsewhere.get(link).text
    assert len(events(database, "account.blocked")) == 1


@sqlite_only
def test_a_link_is_good_for_days_and_not_for_ever(
    browser: Browser, factory: Factory, person: Person, clock: HeldClock, database: Database
) -> None:
    browser.get("/sign-in")
    browser.give_password(person)
    link = link_of(factory)
    clock.advance(notices.LINK_LIFETIME - 1)
    assert browser.get(link).status == 200
    clock.advance(1)
    late = browser.submit()
    assert late.status == 410
    assert "Ce lien ne sert plus" in late.text
    assert account_of(database, person).state == "active"


@sqlite_only
def test_an_address_that_is_no_link_says_so(browser: Browser) -> None:
    for token in ("A" * 22, "x", "%ED%A0%80", "é" * 300):
        assert browser.get(f"/not-me/{token}").status == 404


@sqlite_only
def test_nothing_at_rest_gives_the_link_away(
    browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    browser.get("/sign-in")
    browser.give_password(person)
    token = link_of(factory).rpartition("/")[2]
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", token)
    with database.engine.connect() as connection:
        for query in ("SELECT * FROM link", "SELECT * FROM message", "SELECT * FROM audit_event"):
            assert token not in repr(connection.exec_driver_sql(query).all())
