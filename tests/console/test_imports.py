"""A file of holders before the console: sent, looked at, confirmed, its letters fetched once."""

import io
import re

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from idp.config import DAY, Settings
from idp.db import Database
from idp.directory import import_work
from idp.directory.import_file import COLUMNS
from idp.models import Account, AccountState
from tests.browser_client import ISSUER, Browser, Page
from tests.console.conftest import SignIn
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.imports.people_file import crowd, person, written
from tests.walks import events

ELSEWHERE = "Cpam de la Nièvre"


@pytest.fixture
def agent(console: SignIn) -> Browser:
    return console("enrolment_agent")


def send(browser: Browser, content: bytes, **values: str) -> Page:
    browser.get("/admin/imports")
    present = form(browser, "/admin/imports")
    file = (io.BytesIO(content), "titulaires.csv")
    return browser.post("/admin/imports", data=present | {"file": file} | values)


def form(browser: Browser, action: str) -> dict[str, str]:
    return next(values for where, values in browser.forms() if where == action)


def press(browser: Browser, act: str) -> Page:
    action = f"{browser.page.path}/{act}"
    return browser.post(action, data=form(browser, action))


def fetch(browser: Browser) -> bytes:
    action = f"{browser.page.path}/letters"
    answer = browser.client.post(action, data=form(browser, action), base_url=ISSUER)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data()


def work(database: Database, settings: Settings) -> None:
    for _ in range(20):
        import_work.advance(database, settings)


def test_a_file_goes_from_the_preview_to_the_letters(
    agent: Browser, database: Database, settings: Settings
) -> None:
    page = send(agent, written(person(1), person(2, sexe="x"), person(3)))
    assert "2 personnes peuvent être enrôlées" in page.text
    assert "1 ligne est à corriger" in page.text
    assert "<code>sexe</code> Écrivez F ou M." in page.text
    address = page.path
    assert "Enrôlement en cours" in press(agent, "confirm").text
    assert '<progress id="bar" class="bar" value="0" max="2">' in agent.page.text
    work(database, settings)
    agent.get(address)
    assert "2 personnes enrôlées" in agent.page.text
    assert len(re.findall(r'href="/admin/holders/\d{12}"', agent.page.text)) == 2
    letters = PdfReader(io.BytesIO(fetch(agent)))
    assert len(letters.pages) == 2
    agent.get(address)
    assert "Remis le 22 novembre 2026" in agent.page.text
    assert "Faire de nouveaux courriers" in agent.page.text


def test_letters_are_not_fetched_twice_and_new_ones_are_made(
    agent: Browser, database: Database, settings: Settings
) -> None:
    address = send(agent, crowd(1)).path
    press(agent, "confirm")
    work(database, settings)
    agent.get(address)
    values = form(agent, f"{address}/letters")
    assert fetch(agent).startswith(b"%PDF")
    assert "ont déjà été remis" in agent.post(f"{address}/letters", data=values).text
    press(agent, "new-letters")
    work(database, settings)
    agent.get(address)
    assert fetch(agent).startswith(b"%PDF")
    assert len(events(database, "import.letters_taken")) == 2


def test_where_nobody_needs_a_new_letter_the_page_says_so(
    agent: Browser, database: Database, settings: Settings
) -> None:
    address = send(agent, crowd(1)).path
    press(agent, "confirm")
    work(database, settings)
    agent.get(address)
    fetch(agent)
    agent.get(address)
    with database.writing() as session:
        for account in session.scalars(select(Account).where(Account.holder_id.is_not(None))):
            account.state = AccountState.BLOCKED
    press(agent, "new-letters")
    work(database, settings)
    assert "Aucun n’est à remettre" in agent.get(address).text


def test_letters_are_for_who_imported_and_the_refusal_is_in_the_trail(
    agent: Browser, console: SignIn, database: Database, settings: Settings
) -> None:
    address = send(agent, crowd(1)).path
    press(agent, "confirm")
    work(database, settings)
    colleague = console("enrolment_agent")
    page = colleague.get(address)
    assert "1 courrier attend Camille Durand" in page.text
    assert "Télécharger 1 courrier" not in page.text
    token = colleague.forms()[0][1]["csrf_token"]
    page = colleague.post(f"{address}/letters", data={"csrf_token": token})
    assert page.status == 403
    assert "pour qui a importé le fichier" in page.text
    agent.get(address)
    assert fetch(agent).startswith(b"%PDF")


def test_a_colleague_makes_new_letters_of_those_that_expired(
    agent: Browser,
    app: Flask,
    factory: Factory,
    database: Database,
    settings: Settings,
    clock: HeldClock,
) -> None:
    from tests.console.conftest import enter

    address = send(agent, crowd(1)).path
    press(agent, "confirm")
    work(database, settings)
    clock.advance(settings.letters_days * DAY)
    work(database, settings)
    colleague = Browser(app)
    enter(colleague, factory.operator("enrolment_agent"), factory)
    assert "Personne ne les a téléchargés" in colleague.get(address).text
    press(colleague, "new-letters")
    work(database, settings)
    colleague.get(address)
    assert fetch(colleague).startswith(b"%PDF")


def test_paused_resumed_and_cancelled(
    agent: Browser, database: Database, settings: Settings
) -> None:
    address = send(agent, crowd(2)).path
    press(agent, "confirm")
    assert "En pause" in press(agent, "pause").text
    work(database, settings)
    assert "0 lignes traitées sur 2" in agent.get(address).text
    assert "Enrôlement en cours" in press(agent, "resume").text
    assert "nous l’avons effacé" in press(agent, "cancel").text
    work(database, settings)
    page = agent.get(address)
    assert "0 personnes enrôlées" in page.text
    assert "2 lignes annulées." in page.text
    assert "Télécharger" not in page.text.replace("Télécharger le rapport", "")


def test_what_comes_too_late_is_told(agent: Browser) -> None:
    address = send(agent, crowd(1)).path
    values = form(agent, f"{address}/confirm")
    press(agent, "confirm")
    assert "ne le permet pas, ou plus" in agent.post(f"{address}/confirm", data=values).text


def test_the_same_file_again_is_told_before_it_is_confirmed(agent: Browser) -> None:
    first = send(agent, crowd(1)).path
    page = send(agent, crowd(1))
    assert "Le même fichier a déjà été envoyé" in page.text
    assert f'href="{first}"' in page.text


def test_errors_page_on_the_server_and_are_kept_while_paging(agent: Browser) -> None:
    wrong = [person(number, sexe="x") for number in range(60)]
    page = send(agent, written(*wrong, person(61)))
    assert page.text.count("Écrivez F ou M.") == 25
    assert "60 lignes" in page.text
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    page = agent.get(following[1].replace("&amp;", "&"))
    assert page.text.count("Écrivez F ou M.") == 25
    assert "61 lignes" in agent.get(f"{page.path}?only=all").text


def test_the_report_is_a_file_without_a_name_or_a_number(
    agent: Browser, database: Database, settings: Settings
) -> None:
    address = send(agent, written(person(1), person(2, sexe="=1+1"), person(3))).path
    press(agent, "confirm")
    work(database, settings)
    answer = agent.client.get(f"{address}/report?only=all", base_url=ISSUER)
    assert answer.mimetype == "text/csv"
    text = answer.get_data().decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == "Ligne;Issue;Identifiant de connexion;Ce qui ne va pas"
    assert re.fullmatch(r"2;Enrôlée;\d{4} \d{4} \d{4};", lines[1])
    assert lines[2] == "3;À corriger;;sexe: Écrivez F ou M."
    assert "Bernard" not in text
    assert "16102757" not in text
    only = agent.client.get(f"{address}/report?only=errors", base_url=ISSUER)
    assert len(only.get_data().decode().splitlines()) == 2


def test_the_model_is_downloaded(agent: Browser) -> None:
    answer = agent.client.get("/admin/imports/model", base_url=ISSUER)
    assert answer.headers["Content-Disposition"].endswith('"modele-titulaires.csv"')
    heading = answer.get_data().decode("utf-8-sig").splitlines()[0]
    assert heading.split(";") == [column.name for column in COLUMNS]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide"),
        (b"PK\x03\x04\0\0", "n’est pas du texte"),
        (b"nom;<xss>\nx;y", "Des colonnes sont inconnues\u00a0: nom, &lt;xss&gt;"),
        (b"x" * (1024 * 1024 + 1), "pèse plus de 1024 Ko"),
        (b";".join([b"c"] * 10_000), "plus de 60 colonnes"),
        (crowd(1).replace(b"Bernard", b'"Bernard'), "à partir de la ligne 2"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_file_stands_beside_it(
    agent: Browser, content: bytes, said: str
) -> None:
    page = send(agent, content)
    assert page.status == 400
    beside = re.search(r'id="file-messages">(.*?)</div>', page.text, re.DOTALL)
    assert beside
    assert said in beside[1]


def test_no_file_at_all_and_far_too_much_are_refused(agent: Browser) -> None:
    agent.get("/admin/imports")
    page = agent.post("/admin/imports", data=form(agent, "/admin/imports"))
    assert page.status == 400
    assert "Choisissez un fichier" in page.text
    assert send(agent, b"x" * 5_000_000).status == 413


def test_files_of_another_organisation_are_not_the_agents(console: SignIn, agent: Browser) -> None:
    stranger = console("enrolment_agent", organisation=ELSEWHERE)
    address = send(stranger, crowd(1)).path
    assert agent.get(address).status == 403
    assert address not in agent.get("/admin/imports").text
    assert send(agent, crowd(1), organisation=ELSEWHERE).status == 403
    assert console("owner").get(address).status == 200


@pytest.mark.parametrize("address", ["0", "1", "x", "99999999999999999999", "-1", "²"])
def test_an_import_that_is_none_is_not_found(agent: Browser, address: str) -> None:
    assert agent.get(f"/admin/imports/{address}").status == 404
