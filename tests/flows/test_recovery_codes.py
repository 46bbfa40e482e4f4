"""Recovery codes: ten lines on paper, each good once, replaced all together."""

import pytest
from flask import Flask

from idp.config import Settings
from idp.crypto import Keyring, new_secret
from idp.db import Database
from idp.factors import ways
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.passkeys import make_recovery_codes
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
def codes(home: Browser) -> list[str]:
    return make_recovery_codes(home)


def at_the_code(app: Flask, person: Person) -> Browser:
    """Another browser, before a recovery code is asked for."""
    browser = Browser(app)
    browser.get("/sign-in")
    browser.give_password(person)
    browser.get(browser.page.path.replace("/second-factor", "/recovery-code"))
    return browser


def test_ten_are_shown_once_on_a_page_of_their_own(home: Browser, codes: list[str]) -> None:
    assert len(set(codes)) == 10
    page = home.get("/account/recovery-codes")
    assert "Il vous en reste 10" in page.text
    assert not any(code in page.text for code in codes)


def test_a_code_signs_in_once_however_it_is_typed(
    app: Flask, person: Person, codes: list[str], factory: Factory, database: Database
) -> None:
    first, second = at_the_code(app, person), at_the_code(app, person)
    assert first.submit(code=f" {codes[3].lower().replace('-', ' ')} ").path == "/account"
    assert "code de secours" in first.page.text
    assert "Il vous en reste 9" in first.get("/account/factors").text
    assert factory.messages()[-1]["context"]["what"] == "recovery_code_used"
    assert "ou a déjà servi" in second.submit(code=codes[3]).text
    assert second.submit(code=codes[4]).path == "/account"
    outcomes = [outcome for _, outcome in events(database, "recovery_code.verified")]
    assert outcomes == ["success", "wrong_code", "success"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_new_set_voids_the_old_one(
    app: Flask, home: Browser, person: Person, codes: list[str], factory: Factory
) -> None:
    fresh = make_recovery_codes(home)
    browser = at_the_code(app, person)
    assert browser.submit(code=codes[0]).status == 400
    assert browser.submit(code=fresh[0]).path == "/account"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_codes_of_somebody_else_open_nothing(
    app: Flask, codes: list[str], factory: Factory
) -> None:
    other, own = factory.person(), Browser(app)
    sign_in(own, factory, other)
    make_recovery_codes(own)
    assert at_the_code(app, other).submit(code=codes[0]).status == 400


def test_none_of_them_is_in_the_database(codes: list[str], database: Database) -> None:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM recovery_code").all()
    assert len(rows) == 10
    written = repr(rows)
    assert not any(code in written or code.replace("-", "") in written for code in codes)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_paper_outlives_keys(
    app: Flask, person: Person, codes: list[str], database: Database, settings: Settings
) -> None:
    keys = (settings.sealing_keys, settings.index_keys)
    sealing, index = (each.get_secret_value() for each in keys)
    database.keyring = Keyring(sealing, f"k2:{new_secret()}", index)
    assert at_the_code(app, person).submit(code=codes[0]).path == "/account"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_codes_do_not_count_as_a_second_factor_that_stays(
    home: Browser, codes: list[str], person: Person, database: Database
) -> None:
    with database.writing() as session:
        session.delete(account_of(database, person).channels[0])
        session.flush()
        with pytest.raises(ways.LastWay):
            ways.keep_one(session, person.account_id)
