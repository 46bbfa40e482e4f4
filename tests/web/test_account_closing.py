"""The account closed by its holder: everything is cut at once, a month to think better of it, then
for good, with nothing left of the person but a trail that still holds."""

import html
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from idp.config import Settings
from idp.db import Base, Database
from idp.directory import accounts, closing, holders
from idp.models import Account, AccountState, AuditEvent, Channel, Holder, HolderInsC, Passkey, Totp
from tests.browser_client import Browser, token_request
from tests.directory.expired import seal, size, verified
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_passkey, add_totp
from tests.walks import account_of, events, sign_in, signed_in

DAY = 86_400


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    sign_in(browser, factory, person)
    return browser


@pytest.fixture
def portal(factory: Factory) -> App:
    return factory.client(client_name="Portail patient")


@pytest.fixture
def a_month_later(clock: HeldClock, database: Database, settings: Settings) -> Callable[[], int]:
    def pass_by() -> int:
        clock.advance(30 * DAY)
        return closing.close_due(database, settings)

    return pass_by


def close(browser: Browser) -> str:
    browser.get("/account/close")
    browser.submit()
    return html.unescape(browser.page.text).replace("\u00a0", " ")


def told(factory: Factory) -> list[str]:
    found = [each for each in factory.messages() if each["kind"] == "account-notice"]
    return [each["context"]["event"] for each in found if "context" in each]


def test_the_wish_cuts_everything_at_once_and_says_until_when(
    app: Flask, home: Browser, person: Person, portal: App, factory: Factory, database: Database
) -> None:
    home.authorize(portal, scope="openid offline_access")
    home.submit(decision="accept")
    tokens = dict(home.tokens(portal).json or {})
    assert "22 décembre 2026" in close(home)
    assert home.get("/account").path.endswith("/password")
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (token_request(app, portal, refresh).json or {})["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert app.test_client().get("/userinfo", headers=bearer).status_code == 401
    assert told(factory) == ["closing_asked"]
    assert events(database, "closing.asked") == [("closing.asked", "success")]


def test_whoever_signs_in_is_asked_and_may_keep_it(
    app: Flask,
    home: Browser,
    person: Person,
    factory: Factory,
    clock: HeldClock,
    a_month_later: Callable[[], int],
) -> None:
    close(home)
    clock.advance(DAY)
    back = signed_in(app, factory, person)
    assert "Votre compte va être fermé" in back.page.text
    assert back.get("/account").path.endswith("/closing")
    assert back.submit(form=0).path == "/account"
    assert told(factory) == ["closing_asked", "closing_undone"]
    assert a_month_later() == 0


def test_an_application_waits_for_the_answer(
    app: Flask, home: Browser, person: Person, portal: App, factory: Factory, clock: HeldClock
) -> None:
    close(home)
    clock.advance(DAY)
    back = Browser(app)
    back.sign_in(portal, person, factory)
    assert back.page.path.endswith("/closing")
    silent = Browser(app)
    silent.client = back.client
    assert silent.authorize(portal, prompt="none").parameters["error"] == "interaction_required"
    back.get("/account")
    back.authorize(portal)
    back.submit(form=0)
    assert back.page.path.endswith("/consent")


def test_whoever_stays_with_the_wish_is_out_again(
    app: Flask, home: Browser, person: Person, portal: App, factory: Factory, clock: HeldClock
) -> None:
    close(home)
    clock.advance(DAY)
    back = Browser(app)
    back.sign_in(portal, person, factory)
    back.submit(form=1)
    assert back.page.parameters["error"] == "access_denied"
    assert back.get("/account").path.endswith("/password")


def test_after_a_month_it_is_closed_for_good(
    app: Flask,
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    a_month_later: Callable[[], int],
    portal: App,
) -> None:
    home.authorize(portal, scope="openid ins_c")
    home.submit(decision="accept")
    add_passkey(home)
    add_totp(home)
    close(home)
    assert a_month_later() == 1
    for model in (Holder, HolderInsC, Channel, Passkey, Totp):
        assert size(database, model) == 0, model
    account = account_of(database, person)
    assert (account.state, account.holder_id, account.password_hash) == ("closed", None, None)
    later = Browser(app)
    later.get("/sign-in")
    assert "n’est pas le bon" in later.give_password(person).text
    assert told(factory) == ["closed"]  # what waited besides is not sent any more


def test_the_trail_still_holds_and_names_nobody(
    home: Browser, person: Person, database: Database, a_month_later: Callable[[], int]
) -> None:
    close(home)
    a_month_later()
    seal(database)
    assert verified(database).broken is None
    with database.reading() as session:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.account_id == person.account_id)
        ).all()
    assert {"session.opened", "closing.asked", "account.closed"} <= {row.act for row in rows}
    assert not any("MARTIN" in str(row.detail) for row in rows)


def test_the_login_identifier_is_never_anybody_elses(
    home: Browser, person: Person, database: Database, a_month_later: Callable[[], int]
) -> None:
    close(home)
    a_month_later()
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(accounts.new(database.keyring, person.identifier, mail=None, mobile=None))


def test_the_person_can_be_enrolled_anew(
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    a_month_later: Callable[[], int],
) -> None:
    close(home)
    a_month_later()
    factory._count = 0  # the same NIR again
    again = factory.person()
    assert again.identifier != person.identifier
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 2


def test_one_that_was_blocked_meanwhile_waits(
    home: Browser, person: Person, database: Database, a_month_later: Callable[[], int]
) -> None:
    close(home)
    with database.writing() as session:
        motive = accounts.Motive.HOLDER_REQUEST
        accounts.block(session, person.identifier, motive=motive, actor="operator")
    assert a_month_later() == 0
    assert account_of(database, person).state == "blocked"


@pytest.mark.parametrize("reopened", ["by a letter", "from a block", "by a letter from a block"])
def test_who_gets_the_account_back_is_not_closed_out_of_it(
    app: Flask,
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    settings: Settings,
    a_month_later: Callable[[], int],
    reopened: str,
) -> None:
    """Whoever asked for the closing may have been the reason for the block; and the month may be
    over before the letter has arrived."""
    close(home)
    identifier, letter = person.identifier, "letter" in reopened
    if "block" in reopened:
        with database.writing() as session:
            motive = accounts.Motive.HOLDER_REQUEST
            accounts.block(session, identifier, motive=motive, actor="operator")
    if letter:
        unblock = "block" in reopened
        holders.reletter(database, settings, identifier, actor="operator", unblock=unblock)
    with database.writing() as session:
        if letter:  # it arrives, and is used
            session.get_one(Account, person.account_id).state = AccountState.ACTIVE
        else:
            proved = accounts.UnblockMotive.IDENTITY_PROVED
            accounts.unblock(session, identifier, motive=proved, actor="operator")
    assert a_month_later() == 0
    assert account_of(database, person).closes_at is None
    assert told(factory)[-1] == "closing_undone"


def test_a_second_factor_that_is_not_fresh_is_asked_for_again(
    home: Browser, clock: HeldClock, database: Database
) -> None:
    home.get("/account/close")
    clock.advance(301)
    home.submit()
    assert home.page.path.endswith("/code")
    assert events(database, "closing.asked") == []


def test_nothing_of_the_person_stays_in_any_table(
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    a_month_later: Callable[[], int],
) -> None:
    """Every table with a column that names an account is known here: a new one has to say what
    becomes of its rows."""
    kept = {"audit_event", "browser_session", "authorization_grant", "interaction", "message",
            "one_time_code", "operator"}  # fmt: skip
    owned = {model.__tablename__ for model in closing.OWNED}
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        if "account_id" in table.columns and table.name != "account"
    }
    assert naming == kept | owned
