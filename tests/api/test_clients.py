"""Applications through the API: the same verbs as the console's."""

from typing import Any

import pytest
from sqlalchemy import select

from idp.db import Database
from idp.directory import machine_operators
from idp.models import AuditEvent
from tests.api.conftest import ORGANISATION, Programs
from tests.browser_client import token_request
from tests.factories import App, Factory
from tests.held_clock import HeldClock

SITE = {"client_name": "Imagerie Sud", "redirect_uris": ["https://imagerie.example/retour"]}


def test_an_application_is_registered_read_and_changed(
    program: Programs, database: Database
) -> None:
    robot = program("client_administrator")
    answer = robot.call("POST", "/clients", SITE)
    assert answer.status_code == 201, answer.text
    made = answer.json or {}
    assert answer.headers["Location"] == f"/api/v1/clients/{made['client_id']}"
    assert (made["organisation"], made["registered_by"]) == (ORGANISATION, "operator")
    assert len(made["client_secret"]) == 43
    path = f"/clients/{made['client_id']}"
    read = robot.call("GET", path)
    assert read.headers["ETag"] == answer.headers["ETag"]
    assert (read.json or {}) == {k: v for k, v in made.items() if k != "client_secret"}
    document = (read.json or {})["registration"] | {"client_name": "Imagerie du Sud"}
    changed = robot.call("PUT", path, document, If_Match=read.headers["ETag"])
    assert changed.status_code == 200, changed.text
    assert (changed.json or {})["client_secret"] is None
    (newest, _first) = robot.get(f"{path}/changes")["changes"]
    assert newest["differences"] == [
        {"member": "client_name", "old": "Imagerie Sud", "new": "Imagerie du Sud"}
    ]
    assert newest["operator"] == "Robot d’imagerie"
    with database.reading() as session:
        operator = machine_operators.of_client(session, robot.client.client_id)
        events = session.scalars(select(AuditEvent).where(AuditEvent.act.like("client.%"))).all()
        assert operator is not None
        assert {event.actor_id for event in events} == {operator.account_id}


def test_a_change_names_the_version_that_it_changes(program: Programs) -> None:
    robot = program("owner")
    made = robot.post("/clients", SITE, 201)
    path = f"/clients/{made['client_id']}"
    etag = robot.call("GET", path).headers["ETag"]
    without = robot.call("PUT", path, SITE)
    assert (without.status_code, "If-Match" in without.text) == (428, True)
    assert robot.call("PUT", path, SITE, If_Match=f"W/{etag}").status_code == 412
    assert robot.call("PUT", path, SITE | {"publisher": "A"}, If_Match=etag).status_code == 200
    late = robot.call("PUT", path, SITE | {"publisher": "B"}, If_Match=etag)
    assert late.status_code == 412
    assert robot.get(path)["registration"]["publisher"] == "A"


def test_every_problem_is_told_at_once_by_its_member(program: Programs) -> None:
    robot = program("owner")
    problem = robot.post("/clients", {"redirect_uris": ["http://x.example"], "colour": 1}, 422)
    assert {each["member"].partition(" ")[0] for each in problem["problems"]} == {
        "client_name", "redirect_uris", "colour",
    }  # fmt: skip
    again = SITE | {"client_id": robot.client.client_id}
    assert "already" in robot.post("/clients", again, 409)["detail"]


def test_the_list_is_searched_and_goes_page_by_page(program: Programs, factory: Factory) -> None:
    robot = program("auditor")
    for number in range(5):
        factory.client(client_id=f"cabinet-{number}", client_name=f"Cabinet {number}")
    shown: list[str] = []
    following: str | None = ""
    while following is not None:
        page = robot.get(f"/clients?text=CABINET&limit=2&after={following}")
        shown += [client["client_id"] for client in page["clients"]]
        following = page["next"]
    assert shown == [f"cabinet-{number}" for number in range(5)]
    for wrong in ("limit=0", "limit=201", "limit=x", "limit=1&limit=2", "page=1", "text=%00"):
        robot.get(f"/clients?{wrong}", 400)


def test_a_secret_is_rotated_with_an_overlap(
    program: Programs, factory: Factory, clock: HeldClock
) -> None:
    robot, app = program("owner"), factory.machine()
    path = f"/clients/{app.client_id}"
    told = robot.post(f"{path}/secret", {"overlap": 60})
    assert told["previous_secret_expires_at"] == "2026-11-22T13:33:00Z"

    def good(secret: Any) -> bool:
        asked = App(app.pk, app.client_id, secret)
        answer = token_request(robot.app, asked, {"token": "x"}, "/introspect")
        return answer.status_code == 200

    assert good(told["client_secret"])
    assert good(app.secret)
    clock.advance(61)
    assert not good(app.secret)
    for wrong in ({"overlap": -1}, {"overlap": "1"}, {"overlap": True}, {"delay": 1}):
        robot.post(f"{path}/secret", wrong, 422)
    public = factory.client(token_endpoint_auth_method="none")
    robot.post(f"/clients/{public.client_id}/secret", {}, 409)


def test_an_application_is_disabled_and_enabled(program: Programs, factory: Factory) -> None:
    robot, app = program("owner"), factory.client()
    assert robot.post(f"/clients/{app.client_id}/disable")["state"] == "disabled"
    assert robot.post(f"/clients/{app.client_id}/enable")["state"] == "enabled"
    itself = f"/clients/{robot.client.client_id}/disable"
    assert robot.post(itself, status=403)["reason"] == "oneself"


def test_an_application_of_another_organisation_is_out_of_reach(
    program: Programs, factory: Factory
) -> None:
    app = factory.client()
    robot = program("client_administrator")
    robot.get(f"/clients/{app.client_id}")
    for act in ("secret", "disable", "enable"):
        assert robot.post(f"/clients/{app.client_id}/{act}", {}, 403)["reason"] == "organisation"
    answer = robot.call("PUT", f"/clients/{app.client_id}", SITE, If_Match="*")
    assert answer.status_code == 403


@pytest.mark.parametrize("client_id", ["nobody", "%00", "x" * 300, "%F0%9F%98%80"])
def test_an_application_that_is_not_there_is_not_found(program: Programs, client_id: str) -> None:
    program("owner").get(f"/clients/{client_id}", 404)


def test_keys_are_listed_rotated_and_retired(program: Programs, database: Database) -> None:
    robot = program("owner")
    keys = robot.get("/keys")["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256", "PS256", "EdDSA"}
    planned = {one["alg"]: one for one in robot.get("/keys")["rotations"]}
    assert planned["ES256"]["publishes_at"] < planned["ES256"]["replaces_at"]
    done = robot.post("/keys/ES256/rotate")
    assert (done["made"], done["active"]) == (True, False)
    robot.post("/keys/HS256/rotate", status=404)
    kid = next(key["kid"] for key in keys if key["alg"] == "ES256")
    assert robot.get(f"/keys/{kid}/consequences")["consequences"]
    robot.post(f"/keys/{kid}/retire", {"kid": "another"}, 422)
    assert robot.post(f"/keys/{kid}/retire", {"kid": kid})["successor"] == done["kid"]
    assert kid not in {key["kid"] for key in robot.get("/keys")["keys"]}


def test_operators_are_listed_machines_too(program: Programs, factory: Factory) -> None:
    robot = program("auditor")
    factory.operator("owner")
    listed = robot.get("/operators")["operators"]
    assert [one["client_id"] for one in listed] == [robot.client.client_id, None]
