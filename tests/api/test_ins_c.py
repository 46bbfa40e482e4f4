"""INS-C without the Vitale card: an application asks by which `sub` an API knows a person."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from idp.config import Settings
from idp.db import Database
from idp.directory import registrants
from idp.directory.documents import InvalidMetadata
from idp.models import Account, AuditEvent, HolderInsC, Subject
from tests.browser_client import ISSUER, Browser, token_request
from tests.factories import API, App, Factory, Person
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk
from tests.walks import sign_in

BORN = "1977-01-31"
STRANGER = "0000000000000000000097"

Ask = Callable[..., TestResponse]


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def ins_c(database: Database, person: Person) -> str:
    with database.reading() as session:
        return session.scalars(select(HolderInsC)).one().value


@pytest.fixture
def practice(factory: Factory) -> App:
    """A professional's software, which an operator registered for it."""
    factory.resource()
    return factory.machine(scope="ins_c:resolve documents", client_name="Cabinet des Tilleuls")


@pytest.fixture
def ask(app: Flask, practice: App, ins_c: str) -> Ask:
    """Asks for the person; what is given takes the place of what is right."""
    granted = {"grant_type": "client_credentials", "scope": "ins_c:resolve"}
    right = {"ins_c": ins_c, "birth_date": BORN, "purpose": "treatment", "resource": API}

    def post(**members: Any) -> TestResponse:
        token = (token_request(app, practice, granted).json or {})["access_token"]
        body = {name: value for name, value in (right | members).items() if value is not None}
        headers = {"Authorization": f"Bearer {token}"}
        return app.test_client().post("/ins-c/resolve", json=body, headers=headers, base_url=ISSUER)

    return post


def test_it_is_told_the_sub_by_which_that_api_knows_the_person(
    ask: Ask, walk: Walk, person: Person
) -> None:
    answer = ask()
    assert answer.status_code == 200, answer.text
    found = answer.json or {}
    client = walk.factory.client(scope="openid documents")
    walk.sign_in(person)
    walk.agree(person, client)
    tokens = walk.tokens(client, scope="openid documents")
    assert walk.decoded(tokens["access_token"]).claims["sub"] == found["sub"]
    assert found == {"sub": found["sub"], "resource": API}
    assert (ask().json or {}) == found


def test_spaces_as_printed_and_a_former_ins_c_are_understood(
    ask: Ask, ins_c: str, database: Database
) -> None:
    grouped = " ".join(ins_c[at : at + 4] for at in range(0, 22, 4))
    assert ask(ins_c=grouped).status_code == 200
    with database.writing() as session:
        holder_id = session.scalars(select(HolderInsC.holder_id)).one()
        index = database.keyring.blind_index("holder_ins_c.value", STRANGER)
        session.add(
            HolderInsC(holder_id=holder_id, value=STRANGER, value_index=index, created_at=1)
        )
    assert ask(ins_c=STRANGER).json == ask().json


def test_nobody_and_another_birth_date_are_one_answer(ask: Ask, database: Database) -> None:
    answers = [ask(ins_c=STRANGER), ask(birth_date="1977-01-30"), ask(ins_c=STRANGER)]
    documents = [(one.json or {}) | {"reference": ""} for one in answers]
    assert {one.status_code for one in answers} == {404}
    assert documents[0] == documents[1] == documents[2]
    with database.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.act == "ins_c.resolved")).all()
        assert {(event.outcome, event.account_id) for event in events} == {("unknown", None)}
        assert session.scalars(select(Subject)).all() == []


def test_a_closed_account_is_nobodys(ask: Ask, person: Person, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Account).values(state="closed"))
    assert ask().status_code == 404


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("ins_c", None), ("ins_c", "1"), ("ins_c", 1), ("ins_c", "9" * 22), ("ins_c", "\u0000"),
        ("birth_date", None), ("birth_date", "31/01/1977"), ("birth_date", "1977-13-01"),
        ("purpose", None), ("purpose", "curiosity"), ("purpose", ["treatment"]),
        ("resource", None), ("resource", "https://unknown.example"), ("resource", f"{ISSUER}/api"),
        ("name", "Martin"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_missing_or_wrong_is_named_and_counts_for_nothing(
    ask: Ask, database: Database, member: str, value: Any
) -> None:
    answer = ask(**{member: value})
    assert answer.status_code == 422
    problems = (answer.json or {})["problems"]
    assert {each["member"] for each in problems} == {member}
    with database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.act == "ins_c.resolved")
        assert session.scalars(query).all() == []


def test_an_api_that_the_application_has_no_scope_of_is_refused(ask: Ask, factory: Factory) -> None:
    other = factory.resource("https://other.example", "stock", sector_identifier="o.example")
    assert ask(resource=other).status_code == 422


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_a_token_for_it_resolves(app: Flask, practice: App, factory: Factory) -> None:
    def status(client: App, scope: str) -> int:
        answer = token_request(app, client, {"grant_type": "client_credentials", "scope": scope})
        token = (answer.json or {}).get("access_token", "x")
        headers = {"Authorization": f"Bearer {token}"}
        post = app.test_client().post("/ins-c/resolve", json={}, headers=headers, base_url=ISSUER)
        return post.status_code

    assert status(practice, "ins_c:resolve") == 422
    assert status(practice, "documents") == 401
    assert status(factory.machine(scope="documents"), "ins_c:resolve") == 401
    assert app.test_client().post("/ins-c/resolve", base_url=ISSUER).status_code == 401


def test_who_registers_by_itself_does_not_get_the_scope(settings: Settings) -> None:
    with pytest.raises(InvalidMetadata):
        registrants.read(
            settings, {"redirect_uris": ["https://a.example"], "scope": "openid ins_c:resolve"}
        )


def test_an_application_that_is_wrong_too_often_waits_right_or_not(
    app: Flask, ask: Ask, clock: HeldClock, settings: Settings
) -> None:
    assert ask().status_code == 200
    with ThreadPoolExecutor(4) as pool:
        guesses = list(pool.map(lambda _: ask(ins_c=STRANGER).status_code, range(40)))
    assert guesses.count(404) == settings.ins_c_unknown_per_client
    assert guesses.count(429) == 40 - settings.ins_c_unknown_per_client
    answer = ask()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    clock.advance(3601)
    assert ask().status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_application_that_finds_everybody_is_held_back_too(ask: Ask, settings: Settings) -> None:
    settings.__dict__["ins_c_per_client"] = 3
    assert [ask().status_code for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_holder_reads_who_looked_and_why(
    ask: Ask, browser: Browser, factory: Factory, person: Person
) -> None:
    ask(purpose="emergency")
    sign_in(browser, factory, person)
    text = browser.get("/account").text
    assert "Dossier retrouvé</strong> par Cabinet des Tilleuls" in text
    assert "En urgence" in text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_neither_identifier_nor_date_is_in_the_trail(
    ask: Ask, database: Database, ins_c: str
) -> None:
    ask()
    with database.reading() as session:
        (event,) = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "ins_c.resolved")
        ).all()
        assert event.detail == {"purpose": "treatment", "resource": API}
