"""From the letter to the record: what is printed on the sheet, typed into the pages."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.letter import Letter
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHOSEN = "six pommes vertes sur un vélo bleu"


def _begin(visitor: Visitor, letter: Letter) -> None:
    """As far as the new password."""
    visitor.sees("Activer votre compte")
    visitor.field("Identifiant de connexion").fill(letter.identifier)
    visitor.field("Mot de passe initial").fill(letter.password)
    visitor.presses("Continuer")
    visitor.sees("Choisir votre mot de passe")


def _choose(visitor: Visitor, password: str, again: str | None = None) -> None:
    visitor.field("Nouveau mot de passe").fill(password)
    visitor.field("Le même, une seconde fois").fill(again or password)
    visitor.presses("Continuer")


def test_the_letter_opens_the_account_and_the_portal(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    letter = demonstration.first_letter
    visitor.opens(f"/activation#{letter.identifier.replace(' ', '')}")
    expect(visitor.field("Identifiant de connexion")).to_have_value(letter.identifier)
    expect(visitor.field("Mot de passe initial")).to_be_focused()
    visitor.at(re.compile(r"/interaction/[\w-]{22}/password$"))
    visitor.field("Mot de passe initial").fill(letter.password.lower())
    visitor.presses("Continuer")
    visitor.sees("Choisir votre mot de passe")
    _choose(visitor, CHOSEN)
    visitor.sees("Où envoyer votre code")
    visitor.presses("Par SMS")
    visitor.sees("Confirmer votre téléphone")
    visitor.field("Code à 6 chiffres").fill(demonstration.inbox.code("+33639981242"))
    visitor.presses("Valider")
    visitor.sees("Votre compte est activé")
    visitor.follows("Aller à mon compte")
    visitor.sees("Mon compte")
    visitor.reads("Marie Christine", "Compte activé")
    visitor.follows("Voir mes données")
    visitor.sees("Mes données")
    visitor.reads(letter.ins_c, letter.identifier)

    visitor.goes_to(demonstration.portal)
    visitor.agrees()
    visitor.sees("Bonjour MARIE CHRISTINE MARTIN")
    visitor.finds("INS-C", letter.ins_c)
    visitor.follows("Voir mes documents")
    visitor.sees("Mes documents")
    visitor.follows("Ordonnance")
    visitor.sees("Ordonnance")
    visitor.reads("Paracétamol")


def test_the_letter_s_password_at_an_application_s_door_leads_to_the_application(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    letter = demonstration.enrol(mail="jeanne.moreau@exemple.fr")
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    visitor.field("Identifiant de connexion").fill(letter.identifier)
    visitor.field("Mot de passe").fill(letter.password)
    visitor.presses("Continuer")
    visitor.sees("Choisir votre mot de passe")
    _choose(visitor, CHOSEN)
    visitor.sees("Confirmer votre adresse de courriel")
    visitor.field("Code à 6 chiffres").fill(demonstration.inbox.code("jeanne.moreau@exemple.fr"))
    visitor.presses("Valider")
    visitor.sees("Votre compte est activé")
    visitor.follows("Continuer vers Portail patient du DMP")
    visitor.agrees()
    visitor.sees("Bonjour JEANNE MOREAU")

    visitor.context.clear_cookies()
    visitor.opens("/activation")
    visitor.sees("Activer votre compte")
    visitor.field("Identifiant de connexion").fill(letter.identifier)
    visitor.field("Mot de passe initial").fill(letter.password)
    visitor.presses("Continuer")
    visitor.is_told("Ce mot de passe initial a déjà servi")
    visitor.sees("Activer votre compte")


def test_a_password_is_looked_at_while_it_is_typed_and_refused_with_a_reason(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.opens("/activation")
    _begin(visitor, demonstration.enrol(mail="odile.moreau@exemple.fr"))
    rules = visitor.page.locator("[data-rule]")
    expect(rules).to_have_count(3)
    expect(visitor.page.locator(".fr-message--valid")).to_have_count(0)

    field = visitor.field("Nouveau mot de passe")
    field.press_sequentially("trop court")
    expect(visitor.page.locator("[data-rule=length]")).to_have_class(re.compile("--info"))
    expect(visitor.page.locator("[data-rule=traits]")).to_have_class(re.compile("--valid"))
    field.fill(CHOSEN)
    expect(visitor.page.locator(".fr-message--valid")).to_have_count(3)

    for password, reason in (
        ("trop court", "moins de 12 caractères"),
        ("Jeanne Moreau 1952", "Il est fait de votre nom"),
        ("qwertyuiop12", "pirates"),
        ("abcabcabcabc", "Il peut encore être deviné"),
    ):
        _choose(visitor, password)
        visitor.is_told("Ce mot de passe ne convient pas")
        visitor.reads(reason)
    visitor.sees("Choisir votre mot de passe")
    _choose(visitor, CHOSEN, again=CHOSEN + "s")
    visitor.is_told("Les deux saisies diffèrent")
    visitor.sees("Choisir votre mot de passe")


def test_who_leaves_half_way_begins_again_with_the_letter(
    visit: Visit, demonstration: Demonstration
) -> None:
    letter = demonstration.enrol(mail="lucie.moreau@exemple.fr")
    first = visit()
    first.opens("/activation")
    _begin(first, letter)
    _choose(first, "un autre que le bon, laissé là")
    first.sees("Confirmer votre adresse de courriel")
    first.page.get_by_text("Vous n’avez rien reçu").click()
    first.follows("Que faire")
    first.sees("Cette adresse n’est plus la vôtre")
    first.reads("le mot de passe de votre courrier reste valable")

    second = visit()
    second.opens("/activation")
    _begin(second, letter)
