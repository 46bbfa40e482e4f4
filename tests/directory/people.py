"""People to enrol: a row of the public reference sample of the INS-C, and what may be varied."""

from typing import Any

from idp.config import Settings
from idp.db import Database
from idp.directory import holders, organisations
from idp.directory.enrolment import Enrolment
from idp.directory.holders import Enrolled

MARIE_INS_C = "1322674008783621966795"


def marie(**changes: Any) -> Enrolment:
    values: dict[str, Any] = {
        "birth_name": "MARTIN",
        "first_names": ("Marie Christine", "Anne"),
        "birth_date": "1977-01-31",
        "sex": "F",
        "birth_place": "18033",
        "birth_place_name": "Bourges",
        "nir": "2770166828426",
        "address": ("12 rue des Tilleuls", "18000 BOURGES"),
        "organisation": "Cnam du Cher",
        "mail": "marie@exemple.fr",
        "mobile": "06 12 34 56 42",
    }
    return Enrolment(**values | changes)


def philippe(**changes: Any) -> Enrolment:
    return marie(
        **{
            "birth_name": "Bernard",
            "first_names": ("Philippe",),
            "birth_date": "1961-02-17",
            "sex": "M",
            "nir": "1610275754289",
        }
        | changes
    )


def cnam(database: Database) -> None:
    with database.writing() as session:
        organisations.create(
            session,
            name="Cnam du Cher",
            city="Bourges",
            address=["5 rue des Écoles", "18000 BOURGES"],
            actor="operator",
        )


def enrolled(database: Database, settings: Settings, who: Enrolment | None = None) -> Enrolled:
    return holders.enrol(database, settings, who or marie(), actor="operator")
