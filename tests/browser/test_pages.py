"""Pages as different people have them: in English, without JavaScript, with the keyboard only;
and the pages beside the journey."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor
from tests.factories import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHOSEN = "six pommes vertes sur un vélo bleu"
MOST_STOPS = 30  # of the Tab key, on the longest page
# A ring around what has the focus, or around the label that the design system draws for it.
RING = """element => [getComputedStyle(element),
    ...(element.labels?.[0] ? [getComputedStyle(element.labels[0], '::before')] : [])]
  .some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)"""


def _sign_in_in_english(visitor: Visitor, person: Person, inbox_code: str) -> None:
    visitor.field("6-digit code").fill(inbox_code)
    visitor.presses("Confirm")


def _tab_to(visitor: Visitor, target: Locator) -> None:
    """With the Tab key alone; wherever it stops, one sees it."""
    for _ in range(MOST_STOPS):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.locator("*:focus")
        assert focused.evaluate(RING), f"no visible focus on {focused.evaluate('e => e.outerHTML')}"
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the Tab key does not lead there")


def test_the_keyboard_alone_leads_from_the_portal_and_back(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person, keyboard = demonstration.person(), visitor.page.keyboard
    button = visitor.page.get_by_role("button", name="Continuer")
    visitor.opens(demonstration.portal)
    _tab_to(visitor, visitor.page.get_by_role("link", name="Se connecter"))
    keyboard.press("Enter")
    visitor.sees("Se connecter")
    _tab_to(visitor, button)
    keyboard.press("Enter")
    visitor.is_told("Il y a 2 points à corriger")
    assert visitor.page.locator("#errors").evaluate(RING)
    _tab_to(visitor, visitor.page.locator("#errors a").first)
    keyboard.press("Enter")
    expect(visitor.field("Identifiant de connexion")).to_be_focused()
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


def test_the_first_stop_of_the_keyboard_skips_to_the_content(visitor: Visitor) -> None:
    visitor.opens("/sign-in")
    visitor.sees("Se connecter")
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_role("link", name="Contenu")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.main).to_be_focused()


def test_without_javascript_a_connection_is_whole(
    visit: Visit, demonstration: Demonstration
) -> None:
    visitor, person = visit(java_script_enabled=False), demonstration.person(mobile=True)
    visitor.goes_to(demonstration.portal)
    expect(visitor.page.get_by_role("button", name="Afficher")).to_have_count(0)
    visitor.gives_password(person)
    visitor.presses("Par courriel")
    visitor.sees("Saisissez le code")
    visitor.field("Code à 6 chiffres").fill("12")
    visitor.presses("Valider")
    visitor.is_told("Saisissez les six chiffres du code")
    demonstration.let_time_pass(30, person)
    visitor.presses("Renvoyer un code")
    demonstration.inbox.code(str(person.mail))
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("Bonjour")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")


def test_without_javascript_an_activation_is_whole(
    visit: Visit, demonstration: Demonstration
) -> None:
    visitor = visit(java_script_enabled=False)
    letter = demonstration.enrol(mail="sans.script@exemple.fr")
    visitor.opens("/activation")
    visitor.sees("Activer votre compte")
    visitor.field("Identifiant de connexion").fill(letter.identifier)
    visitor.field("Mot de passe initial").fill(letter.password)
    visitor.presses("Continuer")
    visitor.sees("Choisir votre mot de passe")
    for password in ("court", CHOSEN):
        visitor.field("Nouveau mot de passe").fill(password)
        visitor.field("Le même, une seconde fois").fill(password)
        visitor.presses("Continuer")
    visitor.sees("Confirmer votre adresse de courriel")
    visitor.field("Code à 6 chiffres").fill(demonstration.inbox.code("sans.script@exemple.fr"))
    visitor.presses("Valider")
    visitor.sees("Votre compte est activé")
    visitor.follows("Aller à mon compte")
    visitor.sees("Mon compte")


def test_a_browser_that_prefers_english_gets_english(
    visit: Visit, demonstration: Demonstration
) -> None:
    visitor, person = visit(locale="en-GB"), demonstration.person()
    visitor.opens("/account")
    visitor.sees("Sign in")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    visitor.field("Login identifier").fill(person.identifier)
    visitor.field("Password").fill(person.password)
    visitor.presses("Continue")
    visitor.sees("Enter the code received by e-mail")
    visitor.field("6-digit code").fill(demonstration.inbox.code(str(person.mail)))
    visitor.presses("Confirm")
    visitor.sees("My account")
    visitor.follows("See my data")
    visitor.sees("My data")


def test_the_switch_to_english_stays_until_the_end_of_the_journey(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    visitor.follows("English")
    visitor.sees("Sign in")
    visitor.field("Login identifier").fill(person.identifier)
    visitor.field("Password").fill(person.password)
    visitor.presses("Continue")
    visitor.sees("Enter the code received by e-mail")
    visitor.field("6-digit code").fill(demonstration.inbox.code(str(person.mail)))
    visitor.presses("Confirm")
    visitor.sees("What the application will know about you")
    visitor.follows("Français")
    visitor.agrees()
    visitor.sees("Bonjour")


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/legal/accessibility", "Accessibilité"),
        ("/legal/data-protection", "Données personnelles"),
        ("/legal/notice", "Mentions légales"),
        ("/forgotten", "Mot de passe ou identifiant oublié"),
        ("/nowhere", "Cette page n’existe pas"),
        ("/authorize", "Cette demande de connexion n’est pas valable"),
        ("/interaction/AAAAAAAAAAAAAAAAAAAAAA", "Votre connexion est à reprendre"),
    ],
)
def test_a_page_beside_the_journey_says_whom_to_call(
    visitor: Visitor, path: str, heading: str
) -> None:
    visitor.opens(path)
    visitor.sees(heading)
    expect(visitor.page.locator("#footer")).to_contain_text("09 00 00 00 00")


def test_the_applications_pages_are_in_order_too(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    for site in (demonstration.portal, demonstration.appointments):
        for path, heading in (
            ("/", re.compile("Votre dossier|Vos rendez-vous")),
            ("/privacy", "Données personnelles"),
            ("/terms", "Conditions d’utilisation"),
            ("/nowhere", ""),
        ):
            visitor.opens(site + path)
            expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(heading)
            visitor.sees("")


def test_the_inbox_shows_mails_messages_and_letters(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.sees("Saisissez le code")
    code = demonstration.inbox.code(str(person.mail))
    visitor.opens(demonstration.inbox.address)
    visitor.sees("Messages")
    visitor.reads(f"{code[:3]} {code[3:]}", str(person.mail))
    visitor.reads(demonstration.first_letter.file.name)
