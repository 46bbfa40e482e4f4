"""Somebody blocks the own account: by the identifier and a code."""

import pytest
from flask import Flask

from idp.db import Database
from idp.identity import login_identifier
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.recoveries import MOBILE, ask_for_block, look_up, other, sent, words
from tests.walks import account_of, events

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile=MOBILE)


def code_of(factory: Factory) -> str:
    return str(sent(factory, "emergency-code")[-1]["context"]["code"])


def test_identifier_and_code_block_the_account(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    ask_for_block(browser, person.identifier)
    assert look_up(app) == 1
    codes = sent(factory, "emergency-code")
    assert {each["recipient"] for each in codes} == {person.mail, MOBILE}
    assert len({each["context"]["code"] for each in codes}) == 1
    page = browser.submit(code=code_of(factory))
    assert "Votre compte est bloqué" in page.text
    assert "nouveau courrier" in page.text
    assert account_of(database, person).state == "blocked"
    told = sent(factory, "security-notice")
    assert [each["context"]["what"] for each in told] == ["account_blocked"] * 2
    assert events(database, "account.blocked") == [("account.blocked", "success")]
    browser.get("/sign-in")
    assert "bloqué" in browser.give_password(person).text


@sqlite_only
def test_a_blocked_account_is_not_recovered_without_a_letter(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    ask_for_block(browser, person.identifier)
    look_up(app)
    browser.submit(code=code_of(factory))
    browser.get("/recovery/password")
    browser.submit(identifier=person.identifier)
    look_up(app)
    assert not sent(factory, "recovery")
    assert {each["recipient"] for each in sent(factory, "recovery-by-letter")} == {
        person.mail,
        MOBILE,
    }
    assert account_of(database, person).state == "blocked"


@sqlite_only
def test_a_wrong_code_blocks_nobody_and_is_counted_for_the_identifier(
    app: Flask, factory: Factory, person: Person, database: Database
) -> None:
    """The same for one that does not exist, to the word."""
    said: dict[str, list[str]] = {}
    for identifier in (person.identifier, login_identifier.generate()):
        pages = said.setdefault(identifier, [])
        for _ in range(2):
            browser = Browser(app)
            pages.append(words(ask_for_block(browser, identifier)))
            look_up(app)
            wrong = other(code_of(factory))
            pages += [words(browser.submit(code=wrong)) for _ in range(3)]
    known, unknown = said.values()
    assert known == unknown
    assert "Il faut attendre" in known[-1]
    assert account_of(database, person).state == "active"


@sqlite_only
def test_the_page_is_good_in_the_browser_that_asked_and_once(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    page = ask_for_block(browser, person.identifier)
    look_up(app)
    assert Browser(app).get(page.path).status == 410
    browser.submit(code=code_of(factory))
    assert browser.get(page.path).status == 410
    assert browser.get("/emergency/" + "A" * 22).status == 410
