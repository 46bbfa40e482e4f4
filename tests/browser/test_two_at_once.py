"""Two tabs, two applications, the back button, a reload, cookies gone: nobody is stranded."""

import re

import pytest

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_applications_in_two_tabs_do_not_disturb_each_other(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person, other = demonstration.person(), visitor.another_tab()
    visitor.goes_to(demonstration.portal)
    other.goes_to(demonstration.appointments)
    other.gives_password(person)
    visitor.gives_password(person)
    visitor.sees("Saisissez le code")
    other.agrees()
    other.sees("Mes prochains rendez-vous")
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("Bonjour")
    other.page.reload()
    other.sees("Mes prochains rendez-vous")


def test_the_portal_in_two_tabs_ends_well_in_both(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person, other = demonstration.person(), visitor.another_tab()
    visitor.goes_to(demonstration.portal)
    other.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.sees("Saisissez le code")
    other.gives_password(person)
    # Within the half minute a second code is not sent, and the first stays good.
    other.is_told("Un code vient d’être envoyé")
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("Bonjour")
    other.page.reload()
    other.at(re.compile(re.escape(demonstration.portal)))
    other.sees("Bonjour")


def test_a_form_sent_twice_counts_once(visitor: Visitor, demonstration: Demonstration) -> None:
    visitor.is_signed_in(demonstration.person())
    visitor.goes_to(demonstration.portal)
    visitor.sees("Ce que l’application saura de vous")
    other = visitor.another_tab()
    other.opens(visitor.page.url)
    other.sees("Ce que l’application saura de vous")
    visitor.agrees()
    visitor.sees("Bonjour")
    other.presses("Accepter et continuer")
    other.sees("C’est déjà fait")
    other.follows("Continuer vers Portail patient du DMP")
    other.sees("Bonjour")


def test_a_double_click_ends_on_a_useful_page(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.is_signed_in(demonstration.person())
    visitor.goes_to(demonstration.portal)
    visitor.sees("Ce que l’application saura de vous")
    visitor.page.get_by_role("button", name="Accepter et continuer").dblclick()
    # Which of the two answers the browser shows is its own choice.
    useful = visitor.page.get_by_role("heading", name=re.compile("^(Bonjour|C’est déjà fait)"))
    useful.wait_for()
    visitor.opens(demonstration.portal)
    if visitor.page.get_by_role("link", name="Se connecter").count():
        visitor.follows("Se connecter")
    visitor.sees("Bonjour")


def test_the_back_button_and_a_reload_lead_to_the_step_that_is_open(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.gives_password(person)
    visitor.sees("Saisissez le code")
    visitor.page.reload()
    visitor.sees("Saisissez le code")
    visitor.page.go_back()
    visitor.sees("Saisissez le code")
    visitor.gives_code(person.mail)
    visitor.sees("Ce que l’application saura de vous")
    visitor.page.go_back()
    visitor.sees("Ce que l’application saura de vous")
    visitor.agrees()
    visitor.sees("Bonjour")
    visitor.page.go_back()
    visitor.sees("C’est déjà fait")


def test_cookies_that_vanish_half_way_lead_back_to_the_application(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    visitor.rests()
    visitor.context.clear_cookies()
    visitor.gives_password(person)
    visitor.sees("Ce formulaire n’est plus valable")
    visitor.follows("Revenir à la page")
    visitor.sees("Votre connexion est à reprendre")
    visitor.follows("Revenir à Portail patient du DMP")
    visitor.sees("Votre dossier, où que vous soyez")


def test_a_journey_that_took_too_long_goes_back_to_the_application(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.goes_to(demonstration.portal)
    visitor.sees("Se connecter")
    visitor.rests()
    demonstration.let_interaction_expire(visitor.page.url)
    visitor.gives_password(demonstration.person())
    visitor.at(re.compile(re.escape(f"{demonstration.portal}/callback") + ".*error="))
    visitor.reads("Réessayer")

    visitor.opens("/activation")
    visitor.sees("Activer votre compte")
    demonstration.let_interaction_expire(visitor.page.url)
    visitor.page.reload()
    visitor.sees("Cette page a expiré")


def test_a_passkey_that_nobody_asked_for_does_not_disturb_who_is_typing(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    visitor.goes_to(demonstration.portal)
    visitor.rests()
    address = visitor.page.url
    visitor.page.route(
        "**/passkey/options",
        lambda route: route.fulfill(status=303, headers={"Location": address}),
    )
    visitor.page.reload()
    visitor.field("Identifiant de connexion").fill("1234")
    visitor.rests()
    assert visitor.page.url == address
    assert visitor.field("Identifiant de connexion").input_value() == "1234"
