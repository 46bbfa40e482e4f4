"""An agent enrols a file of people: looks at it first, watches, and fetches the letters once."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import letter
from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.test_console import enters
from tests.browser.visitor import CHOSEN, Visitor
from tests.imports.people_file import person, written

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 60_000  # milliseconds for the worker and two letters
MAIL = "paul.perrault@exemple.example"


def chooses(agent: Visitor, content: bytes) -> None:
    file = {"name": "titulaires.csv", "mimeType": "text/csv", "buffer": content}
    agent.page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    agent.presses("Vérifier le fichier")


def saves(agent: Visitor, folder: Path) -> Path:
    with agent.page.expect_download() as download:
        agent.presses("Télécharger 2 courriers (PDF)")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def test_an_agent_enrols_a_file_and_a_holder_activates_with_a_page_of_the_letters(
    visit: Visit, demonstration: Demonstration, tmp_path: Path
) -> None:
    agent = visit()
    enters(agent, demonstration.factory.operator("enrolment_agent"))
    agent.follows("Titulaires")
    agent.follows("Enrôler par fichier")
    agent.sees("Enrôler par fichier")
    chooses(agent, b"nom;nir\nx;y")
    agent.is_told("Des colonnes sont inconnues", "comme dans le fichier modèle")
    agent.sees("Enrôler par fichier")
    chooses(
        agent,
        written(
            person(701, nom_naissance="Perrault", prenoms="Paul", courriel=MAIL),
            person(702, sexe="x", code_insee_naissance="1804"),
            person(703, nir="1,61028E+12"),
            person(704),
        ),
    )
    agent.sees("Vérification du fichier")
    agent.reads("2 personnes peuvent être enrôlées", "2 lignes sont à corriger", "l’a arrondi")
    agent.presses("Enrôler 2 personnes")
    # By the page itself, without being loaded anew.
    expect(agent.page.locator("#progress")).to_contain_text(
        "2 personnes enrôlées", timeout=PATIENCE
    )
    agent.sees("Enrôlement terminé")
    agent.reads("une seule fois", "Si le téléchargement échoue")
    file = saves(agent, tmp_path)
    agent.follows("Le téléchargement est fait")
    agent.reads("Faire de nouveaux courriers", re.compile("Remis le .* à Camille Durand"))
    holder = visit()
    holder.opens("/activation")
    holder.types_letter(letter.read(file))
    holder.chooses(CHOSEN)
    holder.confirms(MAIL)


def test_a_file_is_paused_and_cancelled_without_javascript_and_in_english(
    visit: Visit, demonstration: Demonstration
) -> None:
    agent = visit(java_script_enabled=False)
    enters(agent, demonstration.factory.operator("enrolment_agent"))
    agent.opens("/admin/imports?lang=en")
    agent.sees("Enrol by file")
    people = [person(number) for number in range(710, 750)]
    file = {"name": "holders.csv", "mimeType": "text/csv", "buffer": written(*people)}
    agent.page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    agent.presses("Check the file")
    agent.sees("The file, checked")
    agent.presses("Enrol 40 people")
    agent.sees("Enrolment under way")
    agent.follows("Refresh")
    agent.presses("Pause")
    agent.sees("Enrolment paused")
    agent.presses("Cancel what is left")
    agent.reads("Cancelled: what was left is not enrolled")
