"""Stretches of a journey that many tests walk, and looks at what they left behind."""

from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.models import Account, AuditEvent
from tests.browser_client import Browser, Page
from tests.factories import Factory, Person

CHOSEN = "six pommes vertes sur un velo bleu"
WRONG = "ce n’est pas le bon mot de passe"


def begin_activation(browser: Browser, person: Person) -> Page:
    """With the letter in hand: to the page where a new password is chosen."""
    browser.get("/activation")
    return browser.give_password(person)


def choose_password(browser: Browser, password: str = CHOSEN, again: str | None = None) -> Page:
    return browser.submit(new_password=password, new_password_again=again or password)


def activate(browser: Browser, factory: Factory, person: Person) -> Page:
    """The whole way, to "your account is activated"; CHOSEN is the password then."""
    begin_activation(browser, person)
    choose_password(browser)
    if asks_where_to_send(browser):
        browser.submit(channel="mail")
    return browser.give_code(factory)


def asks_where_to_send(browser: Browser) -> bool:
    """Whether the page asks where to send the code."""
    return 'id="channel-mail"' in browser.page.text


def sign_in(browser: Browser, factory: Factory, person: Person) -> Page:
    """To one's own account, with both factors; the code by mail, where it is asked."""
    browser.get("/sign-in")
    browser.give_password(person)
    if asks_where_to_send(browser):
        browser.submit(channel="mail")
    return browser.give_code(factory)


def signed_in(app: Flask, factory: Factory, person: Person) -> Browser:
    """Another browser, in one's own account."""
    browser = Browser(app)
    sign_in(browser, factory, person)
    return browser


def fail_password(browser: Browser, identifier: str, times: int = 1) -> Page:
    """On the password page: so many wrong tries."""
    for _ in range(times):
        browser.submit(identifier=identifier, password=WRONG)
    return browser.page


def fail_code(browser: Browser, factory: Factory, times: int = 1) -> Page:
    """On the code page: so many tries with a code that is not the one sent."""
    wrong = f"{(int(factory.last_code()) + 1) % 1_000_000:06}"
    for _ in range(times):
        browser.submit(code=wrong)
    return browser.page


def events(database: Database, act: str | None = None) -> list[tuple[str, str]]:
    """(act, outcome) of the trail, oldest first."""
    with database.reading() as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        return [(row.act, row.outcome) for row in rows if act in {None, row.act}]


def account_of(database: Database, person: Person) -> Account:
    """As it is now, with its channels; detached."""
    with database.reading() as session:
        account = session.get_one(Account, person.account_id)
        assert account.channels is not None
        return account
