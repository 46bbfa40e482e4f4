"""The dashboard's figures, for programs."""

import pytest
from sqlalchemy import update

from idp import audit
from idp.db import Database
from idp.models import Client
from tests.api.conftest import Programs
from tests.directory.expired import seal
from tests.factories import Factory


def test_a_program_reads_what_the_console_shows(
    program: Programs, factory: Factory, database: Database
) -> None:
    portal = factory.client(client_name="Portail patient")
    with database.writing() as session:
        for _ in range(2):
            audit.record(session, "authorization.granted", actor="holder", client_id=portal.pk)
    seal(database)
    robot = program("auditor")
    found = robot.get("/dashboard?period=24h")
    assert found["unit"] == "hour"
    assert len(found["slots"]) == 24
    [line] = found["connections"]["lines"]
    assert (line["name"], line["total"], line["counts"][-1]) == ("application", 2, 2)
    [application] = found["connections"]["applications"]
    assert application["client_id"] == portal.client_id
    assert robot.get(f"/dashboard?application={portal.client_id}")["connections"]["total"] == 2


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("period=century", 400), ("since=2026-11-01", 400), ("since=x&until=y", 400),
        ("since=2026-11-02&until=2026-11-01", 400), ("since=2020-01-01&until=2026-11-01", 400),
        ("since=&until=", 400), ("application=none", 404), ("colour=blue", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(program: Programs, query: str, status: int) -> None:
    assert program("auditor").get(f"/dashboard?{query}", status)["detail"]


def test_a_foreign_organisations_application_is_refused(
    program: Programs, factory: Factory, database: Database
) -> None:
    mine, foreign = factory.client(), factory.client()
    with database.writing() as session:
        own = factory.organisation(session)
        session.execute(update(Client).where(Client.id == mine.pk).values(organisation_id=own))
    robot = program("client_administrator")
    assert robot.get(f"/dashboard?application={foreign.client_id}", 403)["reason"] == "organisation"
    assert robot.get(f"/dashboard?application={mine.client_id}")["connections"]["total"] == 0
    assert program("enrolment_agent").get("/dashboard", 403)["reason"] == "role"
