"""A program sends a file of people, follows it, and fetches the letters once."""

import io
from base64 import b64decode, b64encode
from typing import Any

import pytest
from pypdf import PdfReader

from idp.config import Settings
from idp.db import Database
from idp.directory import import_work, organisations
from tests.api.conftest import ORGANISATION, Program, Programs
from tests.imports.people_file import crowd, person, written

ELSEWHERE = "Cpam de la Nièvre"


def sent(content: bytes, organisation: str = ORGANISATION) -> dict[str, str]:
    return {"organisation": organisation, "file": b64encode(content).decode()}


def work(database: Database, settings: Settings) -> None:
    for _ in range(20):
        import_work.advance(database, settings)


@pytest.fixture
def robot(program: Programs) -> Program:
    return program("enrolment_agent")


def test_from_the_file_to_the_letters(
    robot: Program, database: Database, settings: Settings
) -> None:
    made = robot.post("/holder-imports", sent(written(person(1), person(2, sexe="x"))), 201)
    address = f"/holder-imports/{made['import_id']}"
    assert made["state"] == "checked"
    assert (made["counts"]["ready"], made["counts"]["wrong"]) == (1, 1)
    (wrong,) = robot.get(f"{address}/lines?only=errors")["lines"]
    assert wrong["line"] == 3
    assert wrong["problems"][0] == {
        "column": "sexe", "reason": "unknown", "detail": "The sex is neither F nor M.",
    }  # fmt: skip
    assert robot.post(f"{address}/confirm")["state"] == "running"
    robot.post(f"{address}/letters", status=409)
    work(database, settings)
    done = robot.get(address)
    assert (done["state"], done["letters"]) == ("done", "ready")
    letters = b64decode(robot.post(f"{address}/letters")["letters"])
    assert len(PdfReader(io.BytesIO(letters)).pages) == 1
    assert "fetched already" in robot.post(f"{address}/letters", status=409)["detail"]
    assert robot.get("/holder-imports")["imports"][0]["letters"] == "taken"
    assert robot.post(f"{address}/new-letters")["state"] == "running"
    work(database, settings)
    assert robot.post(f"{address}/letters")["letters"]


def test_lines_come_a_page_at_a_time(robot: Program) -> None:
    made = robot.post("/holder-imports", sent(crowd(5)), 201)
    address = f"/holder-imports/{made['import_id']}/lines?limit=2"
    seen: list[int] = []
    following: Any = ""
    while following is not None:
        page = robot.get(f"{address}&after={following}" if following else address)
        seen += [line["line"] for line in page["lines"]]
        following = page["next"]
    assert seen == [2, 3, 4, 5, 6]


def test_paused_resumed_and_cancelled(
    robot: Program, database: Database, settings: Settings
) -> None:
    made = robot.post("/holder-imports", sent(crowd(2)), 201)
    address = f"/holder-imports/{made['import_id']}"
    robot.post(f"{address}/pause", status=409)
    robot.post(f"{address}/confirm")
    assert robot.post(f"{address}/pause")["state"] == "paused"
    assert robot.post(f"{address}/resume")["state"] == "running"
    assert robot.post(f"{address}/cancel")["counts"]["cancelled"] == 2
    work(database, settings)
    assert robot.get(address)["state"] == "done"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "organisation: is missing"),
        (sent(b""), "file: The file is empty."),
        (sent(b"nom;nir\nx;y"), "file: Columns are not known: nom."),
        (sent(b"x" * 1_048_577), "file: The file is heavier than 1024 KB"),
        (sent(crowd(1)) | {"file": "é"}, "file: is not base64"),
        (sent(crowd(1)) | {"file": 1}, "file: is not a text"),
        (sent(crowd(1)) | {"organisation": "Nobody"}, "organisation: There is no organisation"),
        (sent(crowd(1)) | {"colour": "blue"}, "colour"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_is_said(robot: Program, body: Any, said: str) -> None:
    answer = robot.call("POST", "/holder-imports", body)
    assert answer.status_code == 422
    assert said in (answer.json or {})["detail"]


def test_far_too_much_is_not_read(robot: Program) -> None:
    assert robot.call("POST", "/holder-imports", sent(b"x" * 3_000_000)).status_code == 413


def test_letters_are_for_who_imported(
    robot: Program, program: Programs, database: Database, settings: Settings
) -> None:
    made = robot.post("/holder-imports", sent(crowd(1)), 201)
    address = f"/holder-imports/{made['import_id']}"
    robot.post(f"{address}/confirm")
    work(database, settings)
    other = program("enrolment_agent")
    assert other.post(f"{address}/letters", status=403)["reason"] == "importer"
    assert robot.post(f"{address}/letters")["letters"]


def test_another_organisations_file_is_not_reached(robot: Program, program: Programs) -> None:
    made = robot.post("/holder-imports", sent(crowd(1)), 201)
    import_id = made["import_id"]
    with robot.app.extensions["idp"].provider.database.writing() as session:
        organisations.create(
            session, name=ELSEWHERE, city="Nevers", address=["Nevers"], actor="operator"
        )
    stranger = program("enrolment_agent", organisation=ELSEWHERE)
    for method, path in (
        ("GET", ""), ("GET", "/lines"), ("POST", "/confirm"), ("POST", "/letters"),
        ("POST", "/cancel"), ("POST", "/new-letters"),
    ):  # fmt: skip
        answer = stranger.call(method, f"/holder-imports/{import_id}{path}")
        assert answer.status_code == 403
    assert stranger.post("/holder-imports", sent(crowd(1)), 403)["reason"] == "organisation"
    assert stranger.get("/holder-imports")["imports"] == []


@pytest.mark.parametrize("import_id", ["0", "x", "99999999999999999999", "%C2%B2"])
def test_an_import_that_is_none_is_not_found(robot: Program, import_id: str) -> None:
    robot.get(f"/holder-imports/{import_id}", 404)
