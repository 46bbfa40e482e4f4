"""The appointments application: the password is enough, until the record is wanted."""

from __future__ import annotations

import time
from typing import NamedTuple

from flask import Blueprint, Flask, render_template

from clients.clock import Clock
from clients.levels import MFA, PASSWORD
from clients.look.brand import Brand
from clients.look.words import moment, paris, weekday
from clients.relying_party.account import identity
from clients.relying_party.application import build
from clients.relying_party.party import Application, party
from clients.relying_party.sessions import current
from clients.settings import RelyingPartySettings

DAY = 24 * 3600  # seconds
SATURDAY = 5

APPOINTMENTS = Application(
    package="clients.appointments",
    cookie="rendez_vous_session",
    brand=Brand(
        name="Mes rendez-vous",
        tagline="Cabinet médical des Tilleuls",
        accent="glycine",
        symbol="M4 6h16v14H4zM4 10h16M8 3v5M16 3v5M9 15l2 2 4-4",
        note="Application de démonstration : personnes et rendez-vous sont imaginaires.",
    ),
    publisher="le Cabinet médical des Tilleuls",
    scope="openid email",
    acr_values=PASSWORD,
    record_scope="openid email dmp:documents",
    record_acr_values=MFA,
    record_title="Mon dossier",
)


class Appointment(NamedTuple):
    day: str
    time: str
    with_whom: str
    where: str


# Days from today, hour, and what the person reads.
AHEAD = (
    (
        3,
        "9\u00a0h\u00a030",
        "Dr Claire Fontaine, médecine générale",
        "Cabinet des Tilleuls, salle 2",
    ),
    (12, "14\u00a0h\u00a015", "Dr Karim Haddad, cardiologie", "Hôpital de jour, 1er étage"),
    (40, "8\u00a0h", "Laboratoire Saint-Martin, prise de sang", "À jeun depuis 12 heures"),
)

pages = Blueprint("appointments", __name__, template_folder="templates")


def create_app(settings: RelyingPartySettings, clock: Clock = time.time) -> Flask:
    return build(APPOINTMENTS, settings, pages, clock)


@pages.get("/")
def home() -> str:
    session, now = current(), party().clock()
    if "tokens" not in session:
        return render_template("appointments/welcome.html")
    claims = session["claims"]
    return render_template(
        "appointments/home.html",
        person=identity(session),
        claims=claims,
        when=moment(claims["auth_time"], now) if claims.get("auth_time") else None,
        appointments=demonstration(now),
    )


def demonstration(now: float) -> list[Appointment]:
    """The demonstration's appointments, always to come and never on a week-end."""
    return [Appointment(weekday(_working_day(now + days * DAY)), *said) for days, *said in AHEAD]


def _working_day(timestamp: float) -> float:
    return timestamp + 2 * DAY if paris(timestamp).weekday() >= SATURDAY else timestamp
