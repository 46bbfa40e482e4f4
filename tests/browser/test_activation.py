"""From the letter to the record: what is printed on the sheet, typed into the pages."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import CHOSEN, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARIE_S_MOBILE = "+33639981242"


def test_the_letter_opens_the_account_and_the_portal(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    letter = demonstration.first_letter
    visitor.opens(f"/activation#{letter.identifier.replace(' ', '')}")
    expect(visitor.field("Identifiant de connexion")).to_have_value(letter.identifier)
    expect(visitor.field("Mot de passe initial")).to_be_focused()
    visitor.at(re.compile(r"/interaction/[\w-]{22}/password$"))
    visitor.types_letter(letter)
    visitor.chooses(CHOSEN)
    visitor.sees("Où envoyer votre code")
    visitor.presses("Par SMS")
    visitor.confirms(MARIE_S_MOBILE)
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
    visitor.field("Mot de passe").fill(letter.password.lower().replace("-", " "))
    visitor.presses("Continuer")
    visitor.chooses(CHOSEN)
    visitor.confirms("jeanne.moreau@exemple.fr")
    visitor.follows("Continuer vers Portail patient du DMP")
    visitor.agrees()
    visitor.sees("Bonjour JEANNE MOREAU")

    visitor.context.clear_cookies()
    visitor.opens("/activation")
    visitor.types_letter(letter)
    visitor.is_told("Ce mot de passe initial a déjà servi")
    visitor.sees("Activer votre compte")


def test_a_password_is_looked_at_while_it_is_typed(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.opens("/activation")
    visitor.types_letter(demonstration.enrol(mail="odile.moreau@exemple.fr"))
    visitor.sees("Choisir votre mot de passe")
    kept = visitor.page.locator(".fr-message--valid")
    expect(visitor.page.locator("[data-rule]")).to_have_count(3)
    expect(kept).to_have_count(0)
    field = visitor.field("Nouveau mot de passe")
    field.press_sequentially("trop court")
    expect(visitor.page.locator("[data-rule=length]")).to_have_class(re.compile("--info"))
    expect(visitor.page.locator("[data-rule=traits]")).to_have_class(re.compile("--valid"))
    field.fill(CHOSEN)
    expect(kept).to_have_count(3)


def test_a_password_that_does_not_do_is_refused_with_the_reason(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.opens("/activation")
    visitor.types_letter(demonstration.enrol(mail="irma.moreau@exemple.fr"))
    for password, reason in (
        ("trop court", "moins de 12 caractères"),
        ("Jeanne Moreau 1952", "Il est fait de votre nom"),
        ("qwertyuiop12", "pirates"),
        ("abcabcabcabc", "Il peut encore être deviné"),
    ):
        visitor.chooses(password)
        visitor.is_told("Ce mot de passe ne convient pas")
        visitor.reads(reason)
    visitor.chooses(CHOSEN, again=CHOSEN + "s")
    visitor.is_told("Les deux saisies diffèrent")
    visitor.sees("Choisir votre mot de passe")


def test_who_leaves_half_way_begins_again_with_the_letter(
    visit: Visit, demonstration: Demonstration
) -> None:
    letter = demonstration.enrol(mail="lucie.moreau@exemple.fr")
    first = visit()
    first.opens("/activation")
    first.types_letter(letter)
    first.chooses("un autre que le bon, laissé là")
    first.sees("Confirmer votre adresse de courriel")
    first.page.get_by_text("Vous n’avez rien reçu").click()
    first.follows("Que faire")
    first.sees("Cette adresse n’est plus la vôtre")
    first.reads("le mot de passe de votre courrier reste valable")

    second = visit()
    second.opens("/activation")
    second.types_letter(letter)
    second.sees("Choisir votre mot de passe")
