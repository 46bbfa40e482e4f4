"""The professional's software with the real provider and the record API, by real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from clients.professional.app import create_app as create_professional
from clients.record_api.app import create_app as create_record_api
from clients.settings import ProfessionalSettings, RecordApiSettings
from idp import create_app
from idp.config import Settings
from idp.models import AuditEvent, HolderInsC
from tests.clients.served import Later, served
from tests.factories import Factory
from tests.held_clock import HeldClock

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RIGHT = {"birth_date": "31/01/1977", "purpose": "emergency"}


@dataclass
class Practice:
    software: Flask
    provider: Flask
    ins_c: str

    def looks_for(self, **typed: str) -> TestResponse:
        form = {"ins_c": self.ins_c} | RIGHT | typed
        return self.software.test_client().post("/patient", data=form)


@pytest.fixture
def practice(settings: Settings, clock: HeldClock) -> Iterator[Practice]:
    later, api = Later(), Later()
    with served(later) as issuer, served(api) as record:
        provider = later.app = create_app(settings.model_copy(update={"issuer": issuer}))
        parts = provider.extensions["idp"].provider
        factory = Factory(parts.settings, parts.database)
        factory.person()
        factory.resource(record, "dmp:professional")
        client = factory.machine(
            scope="ins_c:resolve dmp:professional", client_name="Cabinet des Tilleuls"
        )
        port = int(record.rpartition(":")[2])
        api.app = create_record_api(RecordApiSettings(issuer, port), lambda: clock.now)
        given = ProfessionalSettings(issuer, 8103, client.client_id, str(client.secret), record)
        with parts.database.reading() as session:
            ins_c = session.scalars(select(HolderInsC)).one().value
        yield Practice(create_professional(given), provider, ins_c)
        parts.database.dispose()


@SQLITE
def test_a_record_is_opened_by_ins_c_birth_date_and_purpose(practice: Practice) -> None:
    page = practice.looks_for()
    assert page.status_code == 200, page.text
    assert "Dossier du patient" in page.text
    assert "<strong>en urgence</strong>" in page.text
    assert "Le patient seul peut l’ouvrir" in page.text
    assert practice.ins_c not in page.text
    with practice.provider.extensions["idp"].provider.database.reading() as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.act == "ins_c.resolved"))
        assert event.detail["purpose"] == "emergency"
        assert event.account_id is not None


@SQLITE
@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"ins_c": ""}, 400, "faute de frappe"),
        ({"ins_c": "1" * 22}, 400, "faute de frappe"),
        ({"birth_date": "1977"}, 400, "Écrivez la date en chiffres"),
        ({"birth_date": "31/13/1977"}, 400, "Écrivez la date en chiffres"),
        ({"purpose": "curiosity"}, 400, "Dites pourquoi"),
        ({"birth_date": "30/01/1977"}, 404, "Aucun dossier n’a cet INS-C et cette date"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    practice: Practice, typed: dict[str, str], status: int, words: str
) -> None:
    page = practice.looks_for(**typed)
    assert page.status_code == status
    assert words in page.text
    assert f'value="{typed.get("birth_date", "31/01/1977")}"' in page.text


@SQLITE
def test_another_sites_page_opens_no_record(practice: Practice) -> None:
    form = {"ins_c": practice.ins_c} | RIGHT
    page = practice.software.test_client().post(
        "/patient", data=form, headers={"Origin": "https://elsewhere.example"}
    )
    assert page.status_code == 400


@SQLITE
def test_who_has_asked_too_often_is_told_how_long_to_wait(practice: Practice) -> None:
    limit = practice.provider.extensions["idp"].provider.settings.ins_c_unknown_per_client
    for _ in range(limit):
        practice.looks_for(birth_date="30/01/1977")
    page = practice.looks_for()
    assert page.status_code == 429
    assert "Réessayez dans 60 minutes" in page.text


def test_a_provider_that_is_away_is_said_in_words() -> None:
    given = ProfessionalSettings("http://127.0.0.1:1", 8103, "x", "x", "http://127.0.0.1:1")
    form = {"ins_c": "1", **RIGHT}
    page = create_professional(given).test_client().post("/patient", data=form)
    assert page.status_code == 502
    assert "Le dossier ne répond pas" in page.text
