"""An application that was content with less asks for more, and only for what is missing."""

import re

import pytest

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEN_MINUTES = 600


def test_the_appointments_are_content_with_the_password_and_the_record_asks_for_the_code_only(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.appointments)
    visitor.gives_password(person)
    visitor.agrees()
    visitor.sees("Mes prochains rendez-vous")
    visitor.finds("Niveau atteint", "Mot de passe seul")
    assert not demonstration.inbox.has_code(str(person.mail))

    visitor.follows("Voir mon dossier")
    visitor.gives_code(person.mail)
    visitor.sees("Ce que l’application saura de vous")
    visitor.reads("L’application demande plus que la dernière fois")
    visitor.presses("Accepter et continuer")
    visitor.at(f"{demonstration.appointments}/documents")
    visitor.sees("Mon dossier")
    visitor.opens(demonstration.appointments)
    visitor.finds("Niveau atteint", "Deux étapes")
    visitor.reads("Vous avez ouvert votre dossier à cette application")


def test_a_sensitive_document_asks_again_for_proofs_that_are_too_old(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.is_signed_in_at(demonstration.portal, person)
    demonstration.let_time_pass(TEN_MINUTES, person)
    visitor.opens(f"{demonstration.portal}/tokens")
    visitor.presses("Renouveler maintenant")
    visitor.sees("Ce que disent les jetons")

    visitor.opens(f"{demonstration.portal}/documents")
    visitor.sees("Mes documents")
    visitor.follows("Compte rendu de consultation en psychiatrie")
    visitor.at(re.compile(re.escape(demonstration.provider)))
    visitor.reads("L’application demande que vous veniez de vous identifier")
    visitor.gives_password(person)
    visitor.gives_code(person.mail)
    visitor.sees("Compte rendu de consultation en psychiatrie")
    visitor.reads("troubles du sommeil")


def test_another_application_asks_only_for_what_is_missing(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.signs_in(demonstration.appointments, person)
    visitor.goes_to(demonstration.portal)
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("Bonjour")
