"""The way to a page that wants a fresh second factor leads to that page of ours, or home."""

from urllib.parse import quote

import pytest

from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


def confirmed(browser: Browser, factory: Factory, clock: HeldClock, wanted: str) -> str:
    """Where one is after the code; the page that asked said so in its address."""
    clock.advance(301)
    browser.get(f"/confirm?to={quote(wanted)}")
    page = browser.give_code(factory)
    assert not page.is_outside
    return page.path


def test_it_leads_to_the_page_that_asked(
    browser: Browser, factory: Factory, clock: HeldClock, person: Person
) -> None:
    sign_in(browser, factory, person)
    for page in ("/account/password", "/account/channels/mail/new", "/account/totp/new"):
        assert confirmed(browser, factory, clock, page) == page


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/account",
        "//evil.example/account",
        "/account//evil.example",
        "/account/../../evil",
        "/account\\@evil.example",
        "/account@evil.example",
        "/accounts",
        "/account/password?next=//evil.example",
        "/account/password\n",
        "/account/%2e%2e/logout",
        "/logout",
        "/admin",
        "javascript:alert(1)",
        "",
    ],
)
def test_it_leads_nowhere_else(
    browser: Browser, factory: Factory, clock: HeldClock, person: Person, wanted: str
) -> None:
    sign_in(browser, factory, person)
    assert confirmed(browser, factory, clock, wanted) == "/account"
