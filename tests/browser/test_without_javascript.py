"""Scripts make things easier; nothing needs them."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import CHOSEN

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_connection_needs_no_script(visit: Visit, demonstration: Demonstration) -> None:
    visitor, person = visit(java_script_enabled=False), demonstration.person(mobile=True)
    visitor.goes_to(demonstration.portal)
    expect(visitor.page.get_by_role("button", name="Afficher")).to_have_count(0)
    visitor.gives_password(person)
    visitor.presses("Par courriel")
    visitor.sees("Saisissez le code")
    visitor.field("Code à 6 chiffres").fill("12")
    visitor.presses("Valider")
    visitor.is_told("Saisissez les six chiffres du code")
    demonstration.inbox.code(str(person.mail))
    demonstration.let_time_pass(30, person)
    visitor.presses("Renvoyer un code")
    visitor.sees("Saisissez le code")
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("Bonjour")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")


def test_an_activation_needs_no_script(visit: Visit, demonstration: Demonstration) -> None:
    visitor = visit(java_script_enabled=False)
    letter = demonstration.enrol(mail="sans.script@exemple.fr")
    visitor.opens("/activation")
    visitor.types_letter(letter)
    visitor.chooses("court")
    visitor.is_told("Ce mot de passe ne convient pas")
    visitor.chooses(CHOSEN)
    visitor.confirms("sans.script@exemple.fr")
    visitor.follows("Aller à mon compte")
    visitor.sees("Mon compte")
