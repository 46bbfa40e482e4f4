"""The ways back in, the emergency, and "this was not me"."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import CHOSEN, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _types_code(visitor: Visitor, code: str) -> None:
    visitor.sees("Saisissez le code")
    visitor.field("Code à 6 chiffres").fill(code)


def test_a_lost_password_is_replaced_on_another_device_and_the_application_waits(
    visit: Visit, demonstration: Demonstration
) -> None:
    person, telephone = demonstration.person(mobile=True), visit()
    visitor = visit()
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    visitor.follows("Mot de passe ou identifiant oublié")
    visitor.sees("Mot de passe ou identifiant oublié")
    visitor.follows("J’ai oublié mon mot de passe")
    visitor.sees("Choisir un nouveau mot de passe")
    visitor.field("Identifiant de connexion").fill("1234")
    visitor.presses("Continuer")
    visitor.is_told("L’identifiant est mal tapé")
    visitor.field("Identifiant de connexion").fill(person.identifier)
    visitor.presses("Continuer")
    visitor.sees("Regardez vos messages")

    code = demonstration.inbox.code(str(person.mobile))
    telephone.opens(demonstration.inbox.link(str(person.mail), "/recovery/link/"))
    _types_code(telephone, f"{(int(code) + 1) % 1_000_000:06}")
    telephone.presses("Valider")
    telephone.is_told("Ce code n’est pas le bon")
    _types_code(telephone, code)
    telephone.presses("Valider")
    telephone.chooses(CHOSEN)
    telephone.sees("Votre mot de passe est changé")
    demonstration.inbox.text(str(person.mail), "le mot de passe a été changé")

    visitor.follows("Revenir à la connexion")
    visitor.gives_password(person, password=CHOSEN)
    visitor.sees("Où envoyer votre code")
    visitor.presses("Par SMS")
    visitor.gives_code(person.mobile)
    visitor.agrees()
    visitor.sees("Bonjour")


def test_a_recovery_needs_no_script(visit: Visit, demonstration: Demonstration) -> None:
    visitor, person = visit(java_script_enabled=False), demonstration.person(mobile=True)
    visitor.opens("/forgotten")
    visitor.follows("J’ai oublié mon mot de passe")
    visitor.field("Identifiant de connexion").fill(person.identifier)
    visitor.presses("Continuer")
    visitor.sees("Regardez vos messages")
    code = demonstration.inbox.code(str(person.mobile))
    visitor.opens(demonstration.inbox.link(str(person.mail), "/recovery/link/"))
    _types_code(visitor, code)
    visitor.presses("Valider")
    visitor.chooses(CHOSEN)
    visitor.sees("Votre mot de passe est changé")


def test_an_authenticator_application_is_asked_for_too(
    visit: Visit, demonstration: Demonstration
) -> None:
    """And who has it no longer is told whom to call."""
    home, person = visit(), demonstration.person(mobile=True)
    home.is_signed_in(person)
    home.opens("/account/recovery-codes")
    home.page.locator("main form button").last.click()
    codes = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", home.main.inner_text())
    visitor = visit()
    visitor.opens("/recovery/password")
    visitor.field("Identifiant de connexion").fill(person.identifier)
    visitor.presses("Continuer")
    visitor.sees("Regardez vos messages")
    code = demonstration.inbox.code(str(person.mobile))
    visitor.opens(demonstration.inbox.link(str(person.mail), "/recovery/link/"))
    _types_code(visitor, code)
    visitor.presses("Valider")
    visitor.sees("Confirmez que c’est bien vous")
    visitor.reads("09 00 00 00 00")
    visitor.field("Code de secours").fill(codes[0])
    visitor.presses("Valider")
    visitor.chooses(CHOSEN)
    visitor.sees("Votre mot de passe est changé")


def test_a_lost_identifier_arrives_by_mail(visitor: Visitor, demonstration: Demonstration) -> None:
    person = demonstration.person()
    visitor.opens("/forgotten")
    visitor.follows("J’ai oublié mon identifiant")
    visitor.sees("Retrouver votre identifiant")
    visitor.field("Adresse de courriel ou numéro de mobile").fill("marie")
    visitor.presses("Continuer")
    visitor.is_told("Saisissez une adresse de courriel ou un numéro de mobile")
    visitor.field("Adresse de courriel ou numéro de mobile").fill(str(person.mail))
    visitor.presses("Continuer")
    visitor.sees("Regardez vos messages")
    text = demonstration.inbox.text(str(person.mail), "identifiant de connexion")
    assert person.identifier in re.sub(r"\s", "", text)


def test_an_emergency_blocks_the_account(visitor: Visitor, demonstration: Demonstration) -> None:
    person = demonstration.person()
    visitor.opens("/forgotten")
    visitor.follows("Bloquer mon compte en urgence")
    visitor.sees("Bloquer mon compte en urgence")
    visitor.field("Identifiant de connexion").fill(person.identifier)
    visitor.presses("Recevoir un code")
    _types_code(visitor, demonstration.inbox.code(str(person.mail)))
    visitor.presses("Bloquer mon compte")
    visitor.sees("Votre compte est bloqué")
    visitor.reads("nouveau courrier")
    visitor.opens("/sign-in")
    visitor.gives_password(person)
    visitor.is_told("Votre compte est bloqué")


def test_this_was_not_me_blocks_who_is_signed_in(
    visit: Visit, demonstration: Demonstration
) -> None:
    thief, owner, person = visit(), visit(), demonstration.person()
    thief.opens("/account")
    thief.gives_password(person)
    thief.gives_code(person.mail)
    thief.sees("Mon compte")
    owner.opens(demonstration.inbox.link(str(person.mail), "/not-me/"))
    owner.sees("Ce n’était pas vous")
    owner.presses("Bloquer mon compte")
    owner.sees("Votre compte est bloqué")
    thief.opens("/account")
    thief.sees("Se connecter")


def test_the_ways_back_are_in_english_too(visit: Visit, demonstration: Demonstration) -> None:
    visitor, person = visit(locale="en-GB"), demonstration.person(mobile=True)
    visitor.opens("/forgotten")
    visitor.sees("Forgotten password or login identifier")
    visitor.follows("I have forgotten my password")
    visitor.sees("Choose a new password")
    visitor.field("Login identifier").fill(person.identifier)
    visitor.presses("Continue")
    visitor.sees("Look at your messages")
    demonstration.inbox.text(str(person.mail), "You, or somebody who knows your identifier")
    visitor.opens("/emergency")
    visitor.sees("Block my account in an emergency")
    visitor.field("Login identifier").fill(person.identifier)
    visitor.presses("Receive a code")
    visitor.sees("Type the code received")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
