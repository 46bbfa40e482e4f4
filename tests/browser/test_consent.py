"""What an application may know: said with the very values, accepted in part, refused, withdrawn."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _reach_consent(visitor: Visitor, demonstration: Demonstration) -> str:
    """The mail address of who stands before the question."""
    person = demonstration.person()
    visitor.is_signed_in(person)
    visitor.goes_to(demonstration.portal)
    visitor.sees("Ce que l’application saura de vous")
    assert person.mail is not None
    return person.mail


def test_the_portal_does_not_learn_what_was_not_agreed(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    mail = _reach_consent(visitor, demonstration)
    visitor.reads("Portail patient du DMP", "la Cnam", "MARIE CHRISTINE MARTIN", mail)
    expect(visitor.page.get_by_role("checkbox")).to_have_count(2)
    visitor.presses("Accepter et continuer")
    visitor.sees("Bonjour")
    visitor.finds("Courriel", "non partagé")
    visitor.does_not_read(mail)


def test_the_portal_learns_what_was_agreed(visitor: Visitor, demonstration: Demonstration) -> None:
    mail = _reach_consent(visitor, demonstration)
    # The design system draws the box with its label, which is what a person clicks.
    visitor.page.locator("label", has_text="Votre adresse électronique").click()
    expect(visitor.page.get_by_role("checkbox", checked=True)).to_have_count(1)
    visitor.presses("Accepter et continuer")
    visitor.sees("Bonjour")
    visitor.finds("Courriel", mail)
    visitor.finds("Téléphone", "non partagé")


def test_a_refusal_is_told_by_the_portal_in_words(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    _reach_consent(visitor, demonstration)
    visitor.presses("Refuser")
    visitor.at(re.compile(re.escape(f"{demonstration.portal}/callback") + ".*error=access_denied"))
    visitor.sees("Vous avez refusé")
    visitor.reads("rien n’a été transmis", "access_denied")
    visitor.follows("Réessayer")
    visitor.agrees()
    visitor.sees("Bonjour")


def test_consent_is_asked_once(visitor: Visitor, demonstration: Demonstration) -> None:
    person = demonstration.person()
    visitor.is_signed_in_at(demonstration.portal, person)
    visitor.context.clear_cookies()
    demonstration.let_time_pass(60, person)
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.gives_code(person.mail)
    visitor.sees("Bonjour")


def test_what_is_withdrawn_on_the_account_page_is_asked_again(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.is_signed_in_at(demonstration.portal, demonstration.person())
    visitor.opens("/account")
    visitor.sees("Mon compte")
    visitor.reads("Une application connaît une partie de vos informations", "Accord donné")
    visitor.follows("Voir et retirer")
    visitor.sees("Mes applications")
    visitor.follows("Retirer Portail patient du DMP")
    visitor.sees("Retirer votre accord")
    visitor.presses("Retirer mon accord")
    visitor.reads("Portail patient du DMP ne peut plus rien demander sur vous")
    visitor.sees("Mes applications")

    visitor.opens(f"{demonstration.portal}/tokens")
    visitor.sees("Ce que disent les jetons")
    visitor.presses("Renouveler maintenant")
    visitor.agrees()
    visitor.at(f"{demonstration.portal}/")
