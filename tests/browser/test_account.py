"""The holder's space in Chromium: every page seen, each of its doors gone through once."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import CHOSEN, Visitor
from tests.factories import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKS, BETWEEN = 60, 500  # for what a worker makes; milliseconds


@pytest.fixture
def person(demonstration: Demonstration) -> Person:
    return demonstration.person(mobile=True)


@pytest.fixture
def home(visitor: Visitor, person: Person) -> Visitor:
    visitor.is_signed_in(person)
    visitor.opens("/account")
    return visitor


def signs_in(visitor: Visitor, person: Person, password: str | None = None) -> None:
    visitor.opens("/sign-in")
    visitor.gives_password(person, **({"password": password} if password else {}))
    visitor.sees("Où envoyer votre code")
    visitor.page.locator("[name=channel][value=mail]").click()
    visitor.gives_code(person.mail)


def test_who_one_is_and_where_one_is_signed_in(home: Visitor, visit: Visit, person: Person) -> None:
    home.sees("Mon compte")
    home.follows("Voir mes données")
    home.sees("Mes données")
    home.reads("Faire rectifier", "Cpam du Cher")
    home.demonstration.let_time_pass(60, person)  # a second code is not sent at once
    other = visit()
    signs_in(other, person)
    other.sees("Mon compte")
    home.opens("/account/sessions")
    home.sees("Mes appareils connectés")
    home.presses("Déconnecter tous les autres")
    home.reads("Un autre appareil est déconnecté.")
    other.opens("/account")
    other.sees("Se connecter")
    home.opens("/account")
    home.follows("Tous les accès, avec filtre et téléchargement")
    home.sees("Tous les accès")
    home.field("Événements").select_option("connections")
    home.presses("Filtrer")
    home.sees("Tous les accès")
    with home.page.expect_download() as kept:
        home.follows("Télécharger ces accès (CSV, pour un tableur)")
    assert kept.value.suggested_filename == "acces.csv"


def test_the_password_is_changed(home: Visitor, person: Person) -> None:
    home.follows("Voir mes moyens de connexion")
    home.sees("Mes moyens de connexion")
    home.follows("Changer mon mot de passe")
    home.sees("Changer mon mot de passe")
    home.field("Mot de passe actuel").fill(person.password)
    home.field("Nouveau mot de passe").fill("azerty")
    home.presses("Changer mon mot de passe")
    home.sees("Changer mon mot de passe")
    home.is_told("Ce mot de passe ne convient pas")
    home.field("Mot de passe actuel").fill(person.password)
    home.field("Nouveau mot de passe").fill(CHOSEN)
    expect(home.page.locator(".rule.fr-message--valid")).to_have_count(3)
    home.field("Le même, une seconde fois").fill(CHOSEN)
    home.presses("Changer mon mot de passe")
    home.sees("Mes moyens de connexion")
    home.reads("Votre mot de passe est changé.")


def test_an_address_is_changed_and_the_old_one_stops_it(
    home: Visitor, visit: Visit, person: Person, demonstration: Demonstration
) -> None:
    home.opens("/account/channels")
    home.sees("Mes moyens de contact")
    home.follows("Retirer le numéro")
    home.sees("Retirer le numéro")
    home.follows("Ne rien changer")
    home.follows("Changer d’adresse")
    home.sees("Changer d’adresse")
    home.field("Nouvelle adresse électronique").fill("rien")
    home.presses("Recevoir le code")
    home.sees("Changer d’adresse")
    home.is_told("Cette adresse ne se lit pas")
    home.field("Nouvelle adresse électronique").fill("nouvelle@exemple.fr")
    home.presses("Recevoir le code")
    home.sees("Confirmez votre nouvelle adresse")
    home.field("Code à 6 chiffres").fill(demonstration.inbox.code("nouvelle@exemple.fr"))
    home.presses("Valider")
    home.sees("Mes moyens de contact")
    home.reads("prendra le relais")
    reader = visit()
    reader.opens(demonstration.inbox.link(str(person.mail), "/cancel/"))
    reader.sees("Annuler ce changement")
    reader.presses("Annuler et tout déconnecter")
    reader.sees("Le changement est annulé")
    reader.opens(demonstration.inbox.link(str(person.mail), "/cancel/"))
    reader.sees("Ce lien ne sert plus")
    home.opens("/account")
    home.sees("Se connecter")


def test_a_copy_of_everything_is_made_and_taken(home: Visitor) -> None:
    home.opens("/account/export")
    home.sees("Copie de mes données")
    home.presses("Préparer une copie")
    home.reads("en préparation")
    for _ in range(LOOKS):
        if home.page.locator("#pdf").count():
            break
        home.page.wait_for_timeout(BETWEEN)
        home.opens("/account/export")
    home.reads("Votre copie est prête.")
    for name, file in (("PDF", "mes-donnees.pdf"), ("JSON", "mes-donnees.json")):
        with home.page.expect_download() as kept:
            home.follows(f"Télécharger le {name}")
        assert kept.value.suggested_filename == file


def test_the_account_is_closed_and_kept_after_all(home: Visitor, person: Person) -> None:
    home.opens("/account/close")
    home.sees("Fermer mon compte")
    home.presses("Fermer mon compte")
    home.sees("La fermeture est demandée")
    home.follows("Terminer")
    home.sees("Vous êtes déconnecté")
    home.demonstration.let_time_pass(60, person)
    signs_in(home, person)
    home.sees("Votre compte va être fermé")
    home.presses("Garder mon compte")
    home.sees("Mon compte")


def test_the_space_needs_no_javascript(visit: Visit, person: Person) -> None:
    plain = visit(java_script_enabled=False)
    signs_in(plain, person)
    plain.sees("Mon compte")
    plain.opens("/account/channels")
    plain.follows("Changer de numéro")
    plain.field("Nouveau numéro de mobile").fill("06 39 98 00 99")
    plain.presses("Recevoir le code")
    plain.sees("Confirmez votre nouveau numéro")
    plain.opens("/account/channels")
    plain.presses("Annuler ce changement")
    plain.reads("Le changement est annulé.")
    plain.opens("/account/accesses")
    plain.field("Période").select_option("7")
    plain.presses("Filtrer")
    plain.sees("Tous les accès")
