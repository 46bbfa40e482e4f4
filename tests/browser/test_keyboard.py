"""The keyboard alone is enough, and one always sees where one is."""

from itertools import pairwise

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
# All that the Tab key can stop at, and for each: what it is, how far down, whether one sees it.
STOPS = "a[href], button, input:not([type=hidden]), select, [tabindex='0']"
WHERE = """elements => elements.filter(e => e.checkVisibility() && !e.disabled).map(e => {
    const box = e.getBoundingClientRect()
    return [e.outerHTML.slice(0, 120), Math.round((box.top + scrollY) / 24),
            box.width > 1 && box.height > 1 && box.left >= 0 && box.bottom + scrollY > 0]
})"""
FEWEST_STOPS = 6
BESIDE = 4  # rows of 24 pixels: a button stands at the middle of what it is about
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


# The holder's own space.

# From which page, by which link, to which; together they reach every page that a holder finds
# there with channels alone.
DOORS = (
    ("/account", "Voir mes moyens de connexion", "Mes moyens de connexion"),
    ("/account", "Voir mes moyens de contact", "Mes moyens de contact"),
    ("/account", "Voir mes appareils connectés", "Mes appareils connectés"),
    ("/account", "Voir et retirer", "Mes applications"),
    ("/account", "Voir mes données", "Mes données"),
    ("/account", "En prendre une copie", "Copie de mes données"),
    ("/account", "Tous les accès, avec filtre et téléchargement", "Tous les accès"),
    ("/account/accesses", "Ce n’était pas moi", "Ce n’était pas vous"),
    ("/account/not-me", "Bloquer mon compte en urgence", "Bloquer mon compte en urgence"),
    ("/account/identity", "Fermer mon compte", "Fermer mon compte"),
    ("/account/close", "Garder mon compte", "Mon compte"),
    ("/account/applications", "Retirer", "Retirer votre accord"),
    ("/account/factors", "Ajouter une clé d’accès", "Ajouter une clé d’accès"),
    ("/account/factors", "Ajouter une application", "Ajouter une application d’authentification"),
    ("/account/factors", "En créer", "Codes de secours"),
    ("/account/factors", "Changer mon mot de passe", "Changer mon mot de passe"),
    ("/account/factors", "Changer d’adresse ou de numéro", "Mes moyens de contact"),
    ("/account/channels", "Changer d’adresse", "Changer d’adresse"),
    ("/account/channels", "Retirer le numéro", "Retirer le numéro"),
    ("/account/channels/sms/remove", "Ne rien changer", "Mes moyens de contact"),
    ("/account/sessions", "Mon compte", "Mon compte"),
)


@pytest.fixture
def home(visitor: Visitor, demonstration: Demonstration) -> Visitor:
    """Signed in, with an application that knows the person."""
    person = demonstration.person(mobile=True)
    visitor.is_signed_in_at(demonstration.portal, person)
    visitor.sees("Bonjour")
    return visitor


def _link(visitor: Visitor, name: str) -> Locator:
    return visitor.main.get_by_role("link", name=name).first


def _button(visitor: Visitor, name: str) -> Locator:
    return visitor.main.get_by_role("button", name=name).first


def test_the_keyboard_alone_opens_every_page_of_the_space(home: Visitor) -> None:
    for page, link, heading in DOORS:
        home.opens(page)
        _tab_to(home, _link(home, link))
        home.page.keyboard.press("Enter")
        expect(home.page.get_by_role("heading", level=1)).to_contain_text(heading)


def test_the_tab_key_stops_at_all_there_is_in_the_order_in_which_one_reads(home: Visitor) -> None:
    """On each page of the space: each stop is seen, further down than the one before, and no trap.
    The three doors of the first page are read one after the other."""
    for page in sorted({page for page, _link, _heading in DOORS} | {"/account/password"}):
        home.opens(page)
        every = [name for name, _row, _seen in home.page.locator(STOPS).evaluate_all(WHERE)]
        assert len(every) >= FEWEST_STOPS, page
        reached, rows = [], []
        for _ in every:
            home.page.keyboard.press("Tab")
            focused = home.page.locator("*:focus")
            assert focused.evaluate(RING), (page, focused.evaluate("e => e.outerHTML"))
            ((name, row, is_seen),) = focused.evaluate_all(WHERE)
            assert is_seen, (page, name)
            reached.append(name)
            rows.append(row)
        assert reached == every, page
        upwards = [later < earlier - BESIDE for earlier, later in pairwise(rows)]
        assert page == "/account" or not any(upwards), (page, rows, reached)


def test_the_keyboard_alone_changes_confirms_and_thinks_better_of_it(
    home: Visitor, demonstration: Demonstration
) -> None:
    """A form with a mistake, a code, a question that is confirmed, and the goodbye."""
    keyboard = home.page.keyboard
    home.opens("/account/channels")
    _press(home, _link(home, "Changer d’adresse"))
    home.sees("Changer d’adresse")
    _tab_to(home, home.field("Nouvelle adresse électronique"))
    keyboard.type("rien")
    keyboard.press("Enter")
    home.is_told("Cette adresse ne se lit pas")
    _tab_to(home, home.field("Nouvelle adresse électronique"))
    keyboard.press("Control+A")
    keyboard.type("clavier@exemple.fr")
    keyboard.press("Enter")
    home.sees("Confirmez votre nouvelle adresse")
    _tab_to(home, home.field("Code à 6 chiffres"))
    keyboard.type(demonstration.inbox.code("clavier@exemple.fr"))
    keyboard.press("Enter")
    home.sees("Mes moyens de contact")
    _press(home, _button(home, "Annuler ce changement"))
    home.reads("Le changement est annulé.")
    home.opens("/account/applications")
    _press(home, _link(home, "Retirer"))
    home.sees("Retirer votre accord")
    _press(home, _button(home, "Retirer mon accord"))
    home.sees("Mes applications")
    home.reads("ne peut plus rien demander sur vous")
    home.opens("/account/recovery-codes")
    _press(home, _button(home, "Créer"))
    home.sees("Vos codes de secours")
    _press(home, _link(home, "C’est fait"))
    home.sees("Mes moyens de connexion")
    home.opens("/account/accesses")
    _tab_to(home, home.field("Événements"))
    keyboard.press("ArrowDown")
    _press(home, _button(home, "Filtrer"))
    home.sees("Tous les accès")
    expect(home.field("Événements")).to_have_value("connections")
    home.opens("/account")
    _press(home, _button(home, "Se déconnecter"))
    home.sees("Vous êtes déconnecté")


def _press(visitor: Visitor, target: Locator) -> None:
    _tab_to(visitor, target)
    visitor.page.keyboard.press("Enter")


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
