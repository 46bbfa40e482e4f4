"""Operators and holders: an agent enrols one who activates with the letter; the help desk takes a
call."""

from pathlib import Path

import pytest

from tests.browser import letter
from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.test_console import enters
from tests.browser.visitor import CHOSEN, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAIL = "philippe.bernard@exemple.example"
NEW = "nouvelle.adresse@exemple.example"


def saves(visitor: Visitor, folder: Path) -> letter.Letter:
    """The letter that the page hands over, read as its reader has it."""
    with visitor.page.expect_download() as download:
        visitor.follows("Enregistrer le courrier")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return letter.read(file)


def test_an_agent_enrols_a_holder_who_activates_with_what_the_letter_says(
    visit: Visit, demonstration: Demonstration, tmp_path: Path
) -> None:
    agent = visit()
    enters(agent, demonstration.factory.operator("enrolment_agent"))
    agent.follows("Titulaires")
    agent.sees("Titulaires")
    agent.follows("Enrôler un titulaire")
    agent.sees("Enrôler un titulaire")
    types_philippe(agent)
    agent.presses("Enrôler et faire le courrier")
    agent.is_told("un code doit arriver quelque part")
    agent.field("Adresse électronique").fill(MAIL)
    agent.presses("Enrôler et faire le courrier")
    agent.sees("Enrôlé")
    received = saves(agent, tmp_path)
    holder = visit()
    holder.opens("/activation")
    holder.types_letter(received)
    holder.chooses(CHOSEN)
    holder.confirms(MAIL)
    agent.follows("Voir le titulaire")
    agent.sees("Monsieur Philippe BERNARD")
    agent.reads("Actif", "Compte activé")
    agent.follows("Voir son numéro de sécurité sociale")
    agent.sees("Numéros de Philippe BERNARD")
    agent.reads(received.ins_c)
    agent.follows("Philippe BERNARD")
    is_corrected(agent)


def types_philippe(agent: Visitor) -> None:
    agent.field("Nom de naissance").fill("Bernard")
    agent.field("Prénoms").fill("Philippe, Jean")
    agent.field("Date de naissance").fill("17/02/1961")
    agent.page.locator("label[for=sex-M]").click()
    agent.field("Lieu de naissance").fill("Bourges")
    agent.field("Code INSEE du lieu de naissance").fill("18033")
    agent.field("Numéro de sécurité sociale").fill("1 61 02 75 754 288")
    agent.field("Adresse postale").fill("12 rue des Tilleuls\n18000 BOURGES")


def is_corrected(agent: Visitor) -> None:
    agent.follows("Corriger ses traits")
    agent.sees("Corriger les traits")
    agent.field("Prénoms").fill("Filip")
    agent.page.locator("label[for=motive-civil-registry]").click()
    agent.presses("Corriger")
    agent.sees("Monsieur Filip BERNARD")
    agent.reads("L’INS-C a été recalculé")
    agent.follows("Fermer")
    agent.sees("Fermer le compte")
    agent.follows("Le laisser ouvert")


def test_the_help_desk_takes_a_call(
    visit: Visit, demonstration: Demonstration, tmp_path: Path
) -> None:
    """Who lost both the mailbox and the password: found by name and birth date, a new address after
    a proof of identity, then a new letter."""
    _namesake, person = demonstration.person(), demonstration.person()
    desk = visit()
    enters(desk, demonstration.factory.operator("help_desk"))
    desk.follows("Titulaires")
    desk.field("Ou un nom").fill("Martin")
    desk.presses("Rechercher")
    desk.is_told("Écrivez-la JJ/MM/AAAA")
    desk.field("Avec la date de naissance").fill("31/01/1977")
    desk.presses("Rechercher")
    desk.sees("Titulaires")
    desk.page.locator(f'a[href$="{person.identifier}"]').click()
    desk.sees("Madame Marie MARTIN")
    desk.does_not_read(str(person.mail), "numéro de sécurité sociale")
    desk.follows("Changer un moyen de contact")
    desk.sees("Changer un moyen de contact")
    desk.page.locator("label[for=kind-mail]").click()
    desk.field("Nouvelle adresse ou nouveau numéro").fill(NEW)
    desk.page.get_by_role("button", name="Changer", exact=True).click()
    desk.is_told("Sans elle, rien ne change")
    desk.sees("Changer un moyen de contact")
    desk.page.locator("label[for=proof-call-back]").click()
    desk.page.locator("label[for=motive-lost]").click()
    desk.page.get_by_role("button", name="Changer", exact=True).click()
    desk.sees("Madame Marie MARTIN")
    desk.reads("L’ancien et le nouveau en sont avertis", "Pas encore confirmé", "perdu ou volé")
    for address in (person.mail, NEW):
        demonstration.inbox.wait_for_notice(str(address), "changé")
    desk.follows("Nouveau courrier")
    desk.sees("Faire un nouveau courrier")
    desk.page.locator("label[for=motive-lost-password]").click()
    desk.presses("Faire le courrier")
    desk.sees("Le nouveau courrier est prêt")
    holder = visit()
    holder.opens("/activation")
    holder.types_letter(saves(desk, tmp_path))
    holder.chooses(CHOSEN)
    holder.confirms(NEW)
    desk.follows("Voir le titulaire")
    is_blocked_and_unblocked(desk)


def is_blocked_and_unblocked(desk: Visitor) -> None:
    desk.follows("Bloquer")
    desk.sees("Bloquer le compte")
    desk.presses("Bloquer le compte")
    desk.is_told("Choisissez-le.")
    desk.sees("Bloquer le compte")
    desk.page.locator("label[for=motive-holder-request]").click()
    desk.presses("Bloquer le compte")
    desk.sees("Madame Marie MARTIN")
    desk.follows("Débloquer")
    desk.sees("Débloquer le compte")
    desk.page.locator("label[for=motive-identity-proved]").click()
    desk.presses("Débloquer le compte")
    desk.sees("Madame Marie MARTIN")
    desk.reads("de nouveau ouvert")


def test_an_account_is_closed_and_kept_after_all(
    visit: Visit, demonstration: Demonstration
) -> None:
    person, owner = demonstration.person(), visit()
    enters(owner, demonstration.factory.operator("owner"))
    owner.opens(f"/admin/holders/{person.identifier}")
    owner.follows("Fermer")
    owner.sees("Fermer le compte")
    owner.page.locator("label[for=motive-deceased]").click()
    owner.presses("Fermer le compte")
    owner.sees("Madame Marie MARTIN")
    owner.reads("Ce compte sera fermé pour toujours", "Motif\u00a0: décès.")
    demonstration.inbox.wait_for_notice(str(person.mail), "sera fermé pour de bon")
    owner.follows("Garder le compte")
    owner.sees("Garder le compte")
    owner.page.locator("label[for=motive-closed-in-error]").click()
    owner.presses("Garder le compte")
    owner.sees("Madame Marie MARTIN")
    owner.reads("Le compte reste", "Fermeture annulée")
    demonstration.inbox.wait_for_notice(str(person.mail), "reste ouvert")
