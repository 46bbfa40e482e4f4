"""Signing out signs out: here, at the provider, and for the next who sits down."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
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
    visitor.is_signed_in_at(demonstration.portal, demonstration.person())
    visitor.opens("/account")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")
    visitor.follows("Se connecter à mon compte")
    visitor.sees("Se connecter")


def test_a_link_that_nobody_vouches_for_asks_before_it_signs_out(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.is_signed_in_at(demonstration.portal, demonstration.person())
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


def signed_in_at_both(visitor: Visitor, demonstration: Demonstration) -> None:
    visitor.is_signed_in_at(demonstration.portal, demonstration.person())
    visitor.goes_to(demonstration.appointments)
    visitor.agrees()
    visitor.sees("Mes prochains rendez-vous")


def is_out(visitor: Visitor, application: str) -> None:
    visitor.opens(application)
    expect(visitor.page.get_by_role("link", name="Se connecter")).to_be_visible()


def test_signing_out_at_one_application_signs_out_of_the_other(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    signed_in_at_both(visitor, demonstration)
    visitor.opens(demonstration.portal)
    # The page's own clock stands still, so that it does not leave while it is looked at.
    visitor.page.clock.install()
    visitor.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    visitor.presses("Se déconnecter")
    visitor.reads("Mes rendez-vous", "prévenue", "Vous revenez à Portail patient du DMP")
    visitor.presses("Rester sur cette page")
    visitor.page.clock.run_for(60_000)
    visitor.page.clock.resume()
    visitor.sees("Vous êtes déconnecté")
    visitor.follows("Revenir à Portail patient du DMP")
    visitor.at(re.compile(f"{demonstration.portal}/logged-out"))
    is_out(visitor, demonstration.appointments)
    is_out(visitor, demonstration.portal)


def test_the_page_goes_back_by_itself_once_the_others_were_told(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    signed_in_at_both(visitor, demonstration)
    visitor.presses("Se déconnecter")
    visitor.at(re.compile(f"{demonstration.appointments}/logged-out"))
    is_out(visitor, demonstration.appointments)
    # It has no frame: its server is told, within seconds.
    tell = visitor.page.get_by_role("link", name="Se connecter")
    for _ in range(20):
        visitor.opens(demonstration.portal)
        if tell.is_visible():
            break
        visitor.page.wait_for_timeout(250)
    expect(tell).to_be_visible()


def test_signing_out_everywhere_needs_no_script(visit: Visit, demonstration: Demonstration) -> None:
    visitor = visit(java_script_enabled=False)
    signed_in_at_both(visitor, demonstration)
    visitor.opens(demonstration.portal)
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")
    visitor.reads("Mes rendez-vous")
    expect(visitor.page.get_by_role("button")).to_have_count(0)
    visitor.follows("Revenir à Portail patient du DMP")
    visitor.at(re.compile(f"{demonstration.portal}/logged-out"))
    is_out(visitor, demonstration.appointments)


def test_the_account_page_signs_out_of_every_application(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    signed_in_at_both(visitor, demonstration)
    visitor.opens("/account")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")
    visitor.reads("Portail patient du DMP", "Mes rendez-vous", "prévenue")
    is_out(visitor, demonstration.appointments)
