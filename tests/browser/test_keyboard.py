"""The keyboard alone is enough, and one always sees where one is."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_STOPS = 30  # of the Tab key, on the longest page
# A ring around what has the focus, or around the label that the design system draws for it.
RING = """element => [getComputedStyle(element),
    ...(element.labels?.[0] ? [getComputedStyle(element.labels[0], '::before')] : [])]
  .some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)"""
HAS_FOCUS = "element => element === document.activeElement"


def _tab_to(visitor: Visitor, target: Locator) -> None:
    """With the Tab key alone; wherever it stops, one sees it."""
    for _ in range(MOST_STOPS):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.locator("*:focus")
        assert focused.evaluate(RING), f"no ring around {focused.evaluate('e => e.outerHTML')}"
        if target.evaluate(HAS_FOCUS):
            return
    raise AssertionError("the Tab key does not lead there")


def test_the_keyboard_alone_leads_from_the_portal_and_back(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person, keyboard = demonstration.person(), visitor.page.keyboard
    visitor.opens(demonstration.portal)
    _tab_to(visitor, visitor.page.get_by_role("link", name="Se connecter"))
    keyboard.press("Enter")
    visitor.sees("Se connecter")
    _tab_to(visitor, visitor.field("Identifiant de connexion"))
    keyboard.type(person.identifier)
    _tab_to(visitor, visitor.field("Mot de passe"))
    keyboard.type(person.password)
    keyboard.press("Enter")
    visitor.sees("Saisissez le code")
    expect(visitor.field("Code à 6 chiffres")).to_be_focused()
    keyboard.type(demonstration.inbox.code(str(person.mail)))
    keyboard.press("Enter")
    visitor.sees("Ce que l’application saura de vous")
    _tab_to(visitor, visitor.page.get_by_role("checkbox").first)
    keyboard.press("Space")
    _tab_to(visitor, visitor.page.get_by_role("button", name="Accepter et continuer"))
    keyboard.press("Enter")
    visitor.sees("Bonjour")
    visitor.finds("Courriel", str(person.mail))


def test_after_a_mistake_the_keyboard_goes_from_the_summary_to_the_field(visitor: Visitor) -> None:
    visitor.opens("/sign-in")
    visitor.sees("Se connecter")
    _tab_to(visitor, visitor.page.get_by_role("button", name="Continuer"))
    visitor.page.keyboard.press("Enter")
    visitor.is_told("Il y a 2 points à corriger")
    assert visitor.page.locator("#errors").evaluate(RING)
    _tab_to(visitor, visitor.page.locator("#errors a").first)
    visitor.page.keyboard.press("Enter")
    expect(visitor.field("Identifiant de connexion")).to_be_focused()


def test_the_first_stop_skips_to_the_content(visitor: Visitor) -> None:
    visitor.opens("/sign-in")
    visitor.sees("Se connecter")
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_role("link", name="Contenu")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.main).to_be_focused()


def test_the_keyboard_alone_is_enough_in_the_console(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    """A call to the help desk: in, found, blocked with its motive, and out."""
    operator, person = demonstration.factory.operator("help_desk"), demonstration.person()
    keyboard, page = visitor.page.keyboard, visitor.page
    visitor.opens("/admin")
    _tab_to(visitor, visitor.field("Identifiant de connexion"))
    keyboard.type(operator.identifier)
    _tab_to(visitor, visitor.field("Mot de passe"))
    keyboard.type(operator.password)
    keyboard.press("Enter")
    visitor.sees("Saisissez le code")
    keyboard.type(demonstration.inbox.code(str(operator.mail)))
    keyboard.press("Enter")
    visitor.sees("Administration")
    doors = page.get_by_role("navigation", name="Administration")
    _tab_to(visitor, doors.get_by_role("link", name="Titulaires"))
    keyboard.press("Enter")
    visitor.sees("Titulaires")
    _tab_to(visitor, visitor.field("Identifiant, INS-C ou NIR"))
    keyboard.type(person.identifier)
    keyboard.press("Enter")
    visitor.sees("Madame Marie MARTIN")
    _tab_to(visitor, page.get_by_role("link", name="Bloquer"))
    keyboard.press("Enter")
    visitor.sees("Bloquer le compte")
    _tab_to(visitor, page.locator("[name=motive]").first)
    keyboard.press("Space")
    _tab_to(visitor, page.get_by_role("button", name="Bloquer le compte"))
    keyboard.press("Enter")
    visitor.sees("Madame Marie MARTIN")
    visitor.reads("Le compte est bloqué")
    _tab_to(visitor, page.get_by_role("button", name="Se déconnecter"))
    keyboard.press("Enter")
    visitor.sees("Vous êtes déconnecté")
