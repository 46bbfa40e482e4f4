"""The pages beside the journey: footers' links, errors, the applications' own, the inbox."""

import pytest
from playwright.sync_api import expect

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/", "Vo"),
        ("/privacy", "Données personnelles"),
        ("/terms", "Conditions d’utilisation"),
        ("/nowhere", "Page introuvable"),
        ("/callback?state=of-nobody", "Cette réponse n’est plus valable"),
    ],
)
def test_the_applications_have_the_same_pages(
    visitor: Visitor, demonstration: Demonstration, path: str, heading: str
) -> None:
    for application in (demonstration.portal, demonstration.appointments):
        visitor.opens(application + path)
        visitor.sees(heading)


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
