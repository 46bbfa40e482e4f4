"""Holders through the API: the same verbs as the console's."""

from base64 import b64decode

import pytest
from sqlalchemy import select

from idp.db import Database
from idp.models import AuditEvent
from tests.api.conftest import ORGANISATION, Programs
from tests.factories import Factory

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MARTIN = {
    "birth_name": "Moreau", "first_names": ["Jeanne"], "birth_date": "1952-03-14", "sex": "F",
    "birth_place": "18033", "birth_place_name": "Bourges", "nir": "2520318033111",
    "address": ["4 rue du Pont", "18000 BOURGES"], "organisation": ORGANISATION,
    "mail": "jeanne.moreau@exemple.fr",
}  # fmt: skip


def test_a_holder_is_enrolled_found_corrected_and_relettered(program: Programs) -> None:
    robot = program("enrolment_agent")
    made = robot.post("/holders", MARTIN, 201)
    assert b64decode(made["letter"]).startswith(b"%PDF")
    robot.post("/holders", MARTIN, 409)
    for wanted in ({"number": MARTIN["nir"]}, {"name": "moreau", "birth_date": "1952-03-14"}):
        (found,) = robot.post("/holder-search", wanted)["holders"]
        assert found["login_identifier"] == made["login_identifier"]
    path = f"/holders/{made['login_identifier']}"
    shown = robot.get(path)
    assert shown["state"] == "awaiting_activation"
    assert shown["mail"] != MARTIN["mail"]
    assert str(MARTIN["nir"]) not in str(shown)
    kept = {name: MARTIN[name] for name in MARTIN if name not in {"organisation", "mail"}}
    corrected = kept | {"birth_name": "Morel", "motive": "entry-error"}
    answer = robot.call("PUT", f"{path}/traits", corrected)
    assert (answer.json or {})["name"].endswith("MOREL"), answer.text
    assert robot.call("PUT", f"{path}/traits", corrected).status_code == 409
    again = robot.post(f"{path}/letter", {"motive": "letter-lost"})
    assert again["letter"] != made["letter"]


def test_a_call_to_the_help_desk(program: Programs, factory: Factory, database: Database) -> None:
    robot, person = program("help_desk"), factory.person()
    path = f"/holders/{person.identifier}"
    change = {
        "kind": "mail", "value": "neuf@exemple.fr", "proof": "call-back", "motive": "lost",
    }  # fmt: skip
    assert robot.post(f"{path}/channel", change)["mail"].startswith("n")
    assert robot.post(f"{path}/channel", change, 422)["problems"][0]["member"] == "value"
    assert robot.post(f"{path}/block", {"motive": "holder-request"})["state"] == "blocked"
    robot.post(f"{path}/block", {"motive": "holder-request"}, 409)
    opened = robot.get(path)
    assert opened["state"] == "blocked"
    robot.post(f"{path}/close", {"motive": "deceased"}, 403)
    with database.reading() as session:
        acts = session.scalars(select(AuditEvent).where(AuditEvent.act == "account.blocked"))
        assert [event.actor_id is not None for event in acts] == [True]


def test_every_problem_is_named_and_no_value_repeated(program: Programs) -> None:
    robot = program("owner")
    wrong = MARTIN | {"nir": "9999999999990000", "birth_date": "hier", "colour": "blue"}
    problem = robot.post("/holders", wrong, 422)
    assert "999999999999" not in str(problem)
    del wrong["colour"]
    members = {one["member"] for one in robot.post("/holders", wrong, 422)["problems"]}
    assert {"nir", "birth_date"} <= members
    robot.post("/holders", {"first_names": "Jeanne"}, 422)
    for nowhere in ("Nulle part", "\u0000"):
        robot.post("/holders", MARTIN | {"organisation": nowhere}, 422)


def test_an_agent_sees_the_own_organisations_holders_alone(
    program: Programs, factory: Factory
) -> None:
    person = factory.person()
    elsewhere = program("enrolment_agent", organisation="Cpam du Cher")
    assert len(elsewhere.get("/holders")["holders"]) == 1
    with factory._database.writing() as session:
        factory.organisation(session, "Cpam de la Nièvre")
    other = program("enrolment_agent", organisation="Cpam de la Nièvre")
    assert other.get("/holders")["holders"] == []
    other.get(f"/holders/{person.identifier}", 403)
    assert other.post("/holder-search", {"number": person.identifier})["holders"] == []


def test_a_closing_is_asked_for_and_undone(program: Programs, factory: Factory) -> None:
    robot, person = program("owner"), factory.person()
    path = f"/holders/{person.identifier}"
    asked = robot.post(f"{path}/close", {"motive": "enrolled-in-error"})
    assert asked["state"] == "blocked"
    assert asked["closes_at"].endswith("Z")
    robot.post(f"{path}/close", {"motive": "enrolled-in-error"}, 409)
    robot.post(f"{path}/letter", {"motive": "letter-lost", "unblock": True}, 409)
    robot.post(f"{path}/keep", {"motive": "because"}, 422)
    kept = robot.post(f"{path}/keep", {"motive": "closed-in-error"})
    assert (kept["state"], kept["closes_at"]) == ("active", None)
    robot.post(f"{path}/keep", {"motive": "closed-in-error"}, 409)
