"""French first; English by the browser's preference or by the switch."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor
from tests.factories import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _identify(visitor: Visitor, person: Person) -> None:
    """In English: password, then code."""
    visitor.sees("Sign in")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    visitor.field("Login identifier").fill(person.identifier)
    visitor.field("Password").fill(person.password)
    visitor.presses("Continue")
    visitor.sees("Enter the code received by e-mail")
    visitor.field("6-digit code").fill(visitor.demonstration.inbox.code(str(person.mail)))
    visitor.presses("Confirm")


def test_a_browser_that_prefers_english_gets_english(
    visit: Visit, demonstration: Demonstration
) -> None:
    visitor = visit(locale="en-GB")
    visitor.opens("/account")
    _identify(visitor, demonstration.person())
    visitor.sees("My account")
    visitor.follows("See my data")
    visitor.sees("My data")


def test_the_switch_stays_until_it_is_switched_back(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    visitor.follows("English")
    _identify(visitor, demonstration.person())
    visitor.sees("What the application will know about you")
    visitor.follows("Français")
    visitor.agrees()
    visitor.sees("Bonjour")
