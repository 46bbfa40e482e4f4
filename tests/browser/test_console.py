"""Operators before the console: the first owner, and an application that people then sign in to."""

import re

import pytest
from playwright.sync_api import expect

from idp.identity import initial_password
from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.visitor import CHOSEN, Visitor
from tests.factories import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWNER = "camille@cnam.example"


def enters(visitor: Visitor, operator: Person) -> None:
    visitor.is_signed_in(operator)
    visitor.opens("/admin")
    visitor.sees("Administration")


def signs_in(visitor: Visitor, operator: Person) -> None:
    visitor.opens("/admin")
    visitor.gives_password(operator)
    visitor.gives_code(operator.mail)
    visitor.sees("Administration")


def test_the_first_owner_comes_from_the_command_line_to_the_console(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    told = demonstration.first_owner(OWNER)
    visitor.opens("/admin")
    visitor.sees("Se connecter")
    visitor.reads("Administration du service, réservée aux opérateurs.")
    visitor.field("Identifiant de connexion").fill(told["login_identifier"])
    visitor.field("Mot de passe").fill(initial_password.display(told["initial_password"]))
    visitor.presses("Continuer")
    visitor.chooses(CHOSEN)
    visitor.confirms(OWNER)
    visitor.follows("Aller à l’administration")
    visitor.sees("Administration")
    visitor.reads("Camille Durand", "propriétaire")
    visitor.follows("Opérateurs")
    visitor.sees("Opérateurs")
    visitor.follows("Créer un opérateur")
    visitor.sees("Créer un opérateur")
    visitor.field("Prénom et nom").fill("Sacha Petit")
    visitor.field("Adresse électronique").fill("sacha@cnam.example")
    visitor.page.locator("label[for=roles-auditor]").click()
    visitor.page.get_by_role("button", name="Créer", exact=True).click()
    visitor.sees("À remettre en main propre")
    visitor.follows("Voir l’opérateur")
    visitor.sees("Sacha Petit")
    visitor.page.get_by_role("navigation", name="Administration").get_by_text("Clés").click()
    visitor.sees("Clés de signature")
    visitor.page.get_by_role("link", name=re.compile("^Retirer RS256")).click()
    visitor.sees("Retirer cette clé")
    visitor.reads("Applications qui ont inscrit RS256")
    visitor.presses("Se déconnecter")
    visitor.sees("Vous êtes déconnecté")


def test_an_application_is_registered_and_a_real_client_signs_in_to_it(
    visit: Visit, demonstration: Demonstration
) -> None:
    port = demonstration.free_port()
    operator = visit()
    signs_in(operator, demonstration.factory.operator("client_administrator"))
    client_id, secret = registers(operator, f"http://127.0.0.1:{port}/callback")
    holder, person = visit(), demonstration.person()
    with demonstration.application(port, client_id, secret) as address:
        holder.goes_to(address)
        holder.reads("Imagerie Nord")
        holder.gives_password(person)
        holder.gives_code(person.mail)
        holder.agrees()
        holder.at(f"{address}/")
    operator.follows("Voir l’application")
    operator.sees("Imagerie Nord")
    expect(operator.main).to_contain_text(re.compile("^.*Active", re.DOTALL))


def registers(visitor: Visitor, callback: str) -> tuple[str, str]:
    visitor.follows("Applications")
    visitor.sees("Applications")
    visitor.follows("Enregistrer une application")
    visitor.sees("Enregistrer une application")
    visitor.field("Nom affiché aux titulaires").fill("Imagerie Nord")
    uris = visitor.page.get_by_label("Adresses de retour", exact=True)
    uris.fill(f"{callback}\nhttp://imagerie-nord.example/retour")
    judged = visitor.page.locator("#addresses li")
    expect(judged.nth(0)).to_contain_text("Valide")
    expect(judged.nth(1)).to_contain_text("HTTPS attendu")
    visitor.presses("Enregistrer")
    visitor.is_told("Adresses de retour", "HTTPS attendu")
    uris.fill(callback)
    for scope in ("email", "dmp:documents"):
        visitor.page.locator(f'[name="scope-{scope}"]').select_option("asked")
    visitor.presses("Enregistrer")
    visitor.sees("Application enregistrée")
    return tuple(visitor.page.locator(f"#client-{part}").inner_text() for part in ("id", "secret"))


def test_a_connection_is_tried_and_a_secret_replaced(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    enters(visitor, demonstration.factory.operator("owner"))
    person = demonstration.person()
    visitor.opens("/admin/applications/portail-patient")
    visitor.sees("Portail patient")
    visitor.follows("Essayer une connexion")
    visitor.sees("Essayer une connexion")
    visitor.presses("Commencer l’essai")
    visitor.gives_password(person)
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("L’essai a abouti")
    visitor.reads("MARTIN", "urn:dmp:acr:mfa")
    visitor.follows("Revenir à l’application")
    visitor.follows("Copier la configuration")
    visitor.sees("Configuration de")
    visitor.opens("/admin/applications/portail-patient/secret")
    visitor.sees("Donner un nouveau secret")
    visitor.follows("Garder l’ancien")
    visitor.follows("Désactiver")
    visitor.sees("Désactiver")
    visitor.follows("La laisser active")
    visitor.follows("Modifier")
    visitor.sees("Modifier")
    visitor.page.get_by_role("link", name="English").click()
    visitor.sees("Change")


def test_a_machine_is_made_and_its_page_says_what_it_may(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    enters(visitor, demonstration.factory.operator("owner"))
    visitor.follows("Opérateurs")
    visitor.sees("Opérateurs")
    visitor.follows("Créer une machine")
    visitor.sees("Créer une machine")
    visitor.presses("Créer la machine")
    visitor.is_told("Saisissez un nom.", "Choisissez au moins un rôle.")
    visitor.field("Nom").fill("Déploiement de l’imagerie médicale des hôpitaux du Cher")
    visitor.page.locator("label[for=roles-client_administrator]").click()
    visitor.presses("Créer la machine")
    visitor.sees("Machine créée")
    visitor.reads("client_secret", "grant_type=client_credentials")
    visitor.follows("Voir la machine")
    visitor.sees("Déploiement de l’imagerie médicale")
    visitor.reads("admin:clients:manage")
    visitor.follows("Suspendre")
    visitor.sees("Désactiver")
    visitor.page.get_by_role("navigation", name="Administration").get_by_text("Clés").click()
    visitor.sees("Clés de signature")
    visitor.page.get_by_role("link", name="Remplacer avant l’heure ES256").click()
    visitor.sees("Remplacer la clé ES256")
    visitor.reads("Ce que cela change")


def test_the_form_does_without_javascript(visit: Visit, demonstration: Demonstration) -> None:
    visitor = visit(java_script_enabled=False)
    signs_in(visitor, demonstration.factory.operator("client_administrator"))
    visitor.opens("/admin/new-application")
    visitor.field("Nom affiché aux titulaires").fill("Sans script")
    visitor.page.get_by_label("Adresses de retour", exact=True).fill("http://sans.example/retour")
    visitor.presses("Enregistrer")
    expect(visitor.page.locator("#addresses li")).to_contain_text("HTTPS attendu")
    visitor.page.get_by_label("Adresses de retour", exact=True).fill("https://sans.example/retour")
    visitor.presses("Enregistrer")
    visitor.sees("Application enregistrée")


def test_a_tampered_row_is_named_by_the_verification(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    enters(visitor, demonstration.factory.operator("auditor"))
    visitor.page.get_by_role("link", name="Trace", exact=True).click()
    visitor.sees("Trace")
    visitor.reads("Camille Durand", "Connexion")
    visitor.follows("Vérifier la trace")
    visitor.sees("Vérifier la trace")
    visitor.presses("Vérifier maintenant")
    expect(visitor.main).to_contain_text("La trace est intacte")
    with demonstration.tampered_trail() as seal:
        visitor.presses("Vérifier maintenant")
        expect(visitor.main).to_contain_text("La trace est rompue au maillon")
        expect(visitor.main).to_contain_text(f"Sceau {seal}")
        visitor.reads("Un événement a été modifié, ou le sceau lui-même.")
        visitor.page.get_by_role("link", name="English").click()
        visitor.sees("Verify the trail")
        visitor.follows("← Trail")
        visitor.sees("Trail")
