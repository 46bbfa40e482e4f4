import pytest

from idp.db import Database
from idp.directory import organisations
from idp.directory.organisations import (
    DuplicateOrganisation,
    InvalidOrganisation,
    UnknownOrganisation,
)

ADDRESS = ["5 rue des Écoles", "18000 BOURGES"]


def create(database: Database, name: str = "Cnam du Cher", city: str = "Bourges") -> None:
    with database.writing() as session:
        organisations.create(session, name=name, city=city, address=ADDRESS, actor="operator")


def test_an_organisation_is_found_by_its_name(database: Database) -> None:
    create(database)
    with database.reading() as session:
        assert organisations.find(session, " Cnam  du Cher ").address == ADDRESS


def test_a_name_is_taken_once(database: Database) -> None:
    create(database)
    with pytest.raises(DuplicateOrganisation):
        create(database, "Cnam  du  Cher")


def test_an_unknown_name_is_refused(database: Database) -> None:
    with database.reading() as session, pytest.raises(UnknownOrganisation):
        organisations.find(session, "Cnam")


def test_every_problem_is_said_at_once(database: Database) -> None:
    with database.writing() as session, pytest.raises(InvalidOrganisation) as refusal:
        organisations.create(session, name="", city="x" * 121, address=[], actor="operator")
    assert len(refusal.value.problems) == 3
