"""Signing out signs out: here, at the provider, and for the next who sits down."""

import pytest

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_signing_out_of_the_portal_signs_out_at_the_provider(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.signs_in(demonstration.portal, demonstration.person())
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")
    visitor.reads("Votre session est fermée ici et au Dossier Médical Partagé")
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    visitor.opens("/account")
    visitor.sees("Se connecter")


def test_signing_out_on_the_account_page_signs_out(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.signs_in(demonstration.portal, demonstration.person())
    visitor.opens("/account")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")
    visitor.follows("Se connecter à mon compte")
    visitor.sees("Se connecter")


def test_a_link_that_nobody_vouches_for_asks_before_it_signs_out(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.signs_in(demonstration.portal, demonstration.person())
    visitor.opens("/logout")
    visitor.sees("Se déconnecter")
    visitor.presses("Rester connecté")
    visitor.sees("Mon compte")
    visitor.opens("/logout")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")


def test_who_does_not_recognise_an_access_is_told_what_to_do(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person, password="ce n’est pas le mien")
    visitor.gives_password(person)
    visitor.gives_code(person.mail)
    visitor.opens("/account")
    visitor.sees("Mon compte")
    visitor.reads("Tentative refusée, mot de passe erroné", "Session en cours")
    visitor.page.get_by_role("link", name="Ce n’était pas moi").first.click()
    visitor.sees("Ce n’était pas vous")
