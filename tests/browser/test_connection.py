"""From the portal and back: password, code by mail or SMS, consent."""

import pytest

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_code_by_mail_opens_the_portal(visitor: Visitor, demonstration: Demonstration) -> None:
    person = demonstration.person()
    visitor.opens(demonstration.portal)
    visitor.sees("Votre dossier, où que vous soyez")
    visitor.follows("Se connecter")
    visitor.gives_password(person)
    visitor.sees("Saisissez le code reçu par courriel")
    visitor.does_not_read(str(person.mail))
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("Bonjour MARIE CHRISTINE MARTIN")
    visitor.finds("Niveau atteint", "Deux étapes")


def test_who_has_two_channels_chooses_and_a_code_by_sms_opens_the_portal(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person(mobile=True)
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.sees("Où envoyer votre code")
    visitor.does_not_read(str(person.mail))
    visitor.presses("Par SMS")
    visitor.sees("Saisissez le code reçu par SMS")
    visitor.gives_code(person.mobile)
    visitor.agrees()
    visitor.sees("Bonjour MARIE CHRISTINE MARTIN")
    visitor.finds("Par quels moyens", "reçu par SMS")
    assert not demonstration.inbox.has_code(str(person.mail))


def test_a_code_that_does_not_come_can_be_had_by_the_other_channel(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person(mobile=True)
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.presses("Par courriel")
    visitor.sees("Saisissez le code reçu par courriel")
    again = visitor.page.get_by_role("button", name="Renvoyer un code")
    assert again.get_attribute("aria-disabled") == "true"
    visitor.page.get_by_text("Vous n’avez rien reçu").click()
    visitor.presses("Recevez le code par SMS")
    visitor.is_told("Un code vient d’être envoyé")
    demonstration.let_time_pass(30, person)
    visitor.presses("Recevez le code par SMS")
    visitor.gives_code(person.mobile)
    visitor.sees("Ce que l’application saura de vous")


def test_whose_address_is_no_longer_theirs_is_told_what_to_do(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.page.get_by_text("Vous n’avez rien reçu").click()
    visitor.follows("Que faire")
    visitor.sees("Cette adresse n’est plus la vôtre")
    visitor.follows("Revenir à la saisie du code")
    visitor.gives_code(person.mail)
    visitor.sees("Ce que l’application saura de vous")


def test_mistakes_are_said_beside_the_field_and_in_a_summary(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.presses("Continuer")
    visitor.is_told("Il y a 2 points à corriger")
    visitor.sees("Se connecter")
    mistyped = person.identifier[:-1] + str((int(person.identifier[-1]) + 1) % 10)
    visitor.gives_password(person, identifier=mistyped)
    visitor.is_told("L’identifiant est mal tapé")
    visitor.reads("Un chiffre semble mal tapé")
    visitor.gives_password(person, password="ce n’est pas le mien")
    visitor.is_told("L’identifiant ou le mot de passe n’est pas le bon")
    visitor.gives_password(person)
    visitor.sees("Saisissez le code")
    wrong = str((int(demonstration.inbox.code(str(person.mail))) + 1) % 1_000_000).zfill(6)
    visitor.field("Code à 6 chiffres").fill(wrong)
    visitor.presses("Valider")
    visitor.is_told("Ce code n’est pas le bon", "Il vous reste 4 essais")
    visitor.sees("Saisissez le code")


def test_a_code_may_be_pasted_with_its_space(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.sees("Saisissez le code")
    code = demonstration.inbox.code(str(person.mail))
    field = visitor.field("Code à 6 chiffres")
    assert field.get_attribute("autocomplete") == "one-time-code"
    visitor.page.keyboard.insert_text(f" {code[:3]} {code[3:]} ")
    assert field.input_value() == f"{code[:3]} {code[3:]}"
    visitor.page.keyboard.press("Enter")
    visitor.sees("Ce que l’application saura de vous")
