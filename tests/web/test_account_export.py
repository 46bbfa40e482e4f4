"""The copy of one's data: everything, made by the worker, for its owner alone, for a day."""

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from idp.config import Settings
from idp.db import Database
from idp.directory import data_exports, purge
from idp.models import DataExport
from tests.browser_client import ISSUER, Browser
from tests.directory.expired import size
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_passkey, add_totp
from tests.walks import events, sign_in

DAY = 86_400


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    sign_in(browser, factory, person)
    return browser


def ask(browser: Browser) -> None:
    browser.get("/account/export")
    browser.submit()
    assert "en préparation" in browser.page.text


def taken(browser: Browser, wanted: str) -> bytes:
    answer = browser.client.get(f"/account/export/{wanted}", base_url=ISSUER)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="mes-donnees.{wanted}"'
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data()


def copy(browser: Browser, database: Database, settings: Settings) -> dict[str, Any]:
    ask(browser)
    assert data_exports.make_due(database, settings) == 1
    return dict(json.loads(taken(browser, "json")))


def test_it_says_everything(
    home: Browser, person: Person, factory: Factory, database: Database, settings: Settings
) -> None:
    portal = factory.client(client_name="Portail patient")
    home.authorize(portal, scope="openid ins_c")
    home.submit(decision="accept")
    assert home.tokens(portal).status_code == 200
    add_passkey(home, name="Mon téléphone")
    secret = add_totp(home)
    data = copy(home, database, settings)
    assert data["account"]["login_identifier"] == person.identifier
    assert data["identity"]["birth_name"] == "MARTIN"
    assert data["identity"]["nir"].startswith("2770166828")
    assert len(data["identity"]["ins_c_history"]) == 1
    assert [each["value"] for each in data["channels"]] == [person.mail]
    assert data["ways"]["passkeys"][0]["name"] == "Mon téléphone"
    assert data["ways"]["totp"]["since"]
    assert [each["name"] for each in data["applications"]] == ["Portail patient"]
    assert data["applications"][0]["sub"]
    assert {"session.opened", "consent.given", "export.asked"} <= {
        each["act"] for each in data["accesses"]
    }
    text = json.dumps(data)
    assert secret not in text
    assert "argon2" not in text


def test_the_pdf_says_the_same_and_is_accessible(
    home: Browser, database: Database, settings: Settings
) -> None:
    copy(home, database, settings)
    pdf = PdfReader(io.BytesIO(taken(home, "pdf")))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    for said in ("MARTIN", "MARIE", "2770166828", "La trace des accès", "Session ouverte"):
        assert said in text, said
    assert pdf.metadata.title == "Mes données"
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"] == "fr"


def test_its_owner_is_told_when_it_is_ready(
    home: Browser, person: Person, factory: Factory, database: Database, settings: Settings
) -> None:
    copy(home, database, settings)
    told = [each for each in factory.messages() if each["kind"] == "account-notice"]
    assert [(each["recipient"], each["context"]["event"]) for each in told] == [
        (person.mail, "export_ready")
    ]
    assert "Votre copie est prête." in home.get("/account/export").text


def test_nobody_else_has_it(
    app: Flask, home: Browser, factory: Factory, database: Database, settings: Settings
) -> None:
    copy(home, database, settings)
    other = Browser(app)
    sign_in(other, factory, factory.person(mail="autre@exemple.fr"))
    assert other.get("/account/export/json").path == "/account/export"
    assert Browser(app).get("/account/export/json").path.endswith("/password")


def test_a_second_factor_that_is_not_fresh_is_asked_for_again(
    home: Browser, database: Database, settings: Settings, clock: HeldClock
) -> None:
    copy(home, database, settings)
    clock.advance(301)
    assert home.get("/account/export/json").path.endswith("/code")


def test_it_is_gone_after_a_day(
    app: Flask,
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    settings: Settings,
    clock: HeldClock,
) -> None:
    copy(home, database, settings)
    clock.advance(DAY)
    later = Browser(app)
    sign_in(later, factory, person)
    assert later.get("/account/export/json").path == "/account/export"
    assert "Préparer une copie" in later.page.text
    purge.purge(database, settings)
    assert size(database, DataExport) == 0


def test_it_lies_there_sealed(
    home: Browser, database: Database, settings: Settings, person: Person
) -> None:
    copy(home, database, settings)
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT content FROM data_export").scalar_one()
    assert b"MARTIN" not in bytes(row)
    assert person.identifier.encode() not in bytes(row)


def test_it_is_made_once_and_each_taking_is_in_the_trail(
    home: Browser, database: Database, settings: Settings
) -> None:
    home.get("/account/export")
    form = home.forms()[0][1]
    for _ in range(2):
        home.post("/account/export", data=form)
    assert data_exports.make_due(database, settings) == 1
    assert data_exports.make_due(database, settings) == 0
    taken(home, "json")
    taken(home, "pdf")
    assert len(events(database, "export.made")) == 1
    assert len(events(database, "export.taken")) == 2


def test_so_many_are_made_in_a_day(home: Browser, database: Database, settings: Settings) -> None:
    """Each is work, and a message to every channel: also for who sends the form again and again."""
    home.get("/account/export")
    form = home.forms()[0][1]
    for _ in range(settings.exports_per_day):
        home.post("/account/export", data=form)
        assert "en préparation" in home.page.text
        assert data_exports.make_due(database, settings) == 1
    home.post("/account/export", data=form)
    assert "Vous pourrez en demander une autre dans" in home.page.text
    assert data_exports.make_due(database, settings) == 0
    assert taken(home, "json"), "the last one is still there"


def test_what_a_worker_left_is_made_by_another(
    home: Browser, database: Database, settings: Settings, clock: HeldClock
) -> None:
    ask(home)
    data_exports._claim(database)
    assert data_exports.make_due(database, settings) == 0
    clock.advance(data_exports.LEASE)
    assert data_exports.make_due(database, settings) == 1
