"""The patient portal: what it asks for, its home page, and the page that opens the tokens."""

from __future__ import annotations

import time

from flask import Blueprint, Flask, redirect, render_template

from clients.clock import Clock
from clients.levels import MFA
from clients.look.brand import Brand
from clients.look.words import moment
from clients.relying_party.account import NotSignedIn, identity, unverified_jwt
from clients.relying_party.application import build
from clients.relying_party.meanings import explained
from clients.relying_party.party import Application, party
from clients.relying_party.sessions import current
from clients.relying_party.signing import Page, check_form
from clients.settings import RelyingPartySettings

SCOPE = "openid offline_access identite_pivot ins_c email phone dmp:documents"

PORTAL = Application(
    package="clients.portal",
    cookie="portail_session",
    brand=Brand(
        name="Portail patient",
        tagline="Démonstration du Dossier Médical Partagé",
        accent="emeraude",
        symbol="M7 3h7l4 4v14H7zM14 3v4h4M12.5 10.5v6M9.5 13.5h6",
        note="Application de démonstration : personnes et documents sont imaginaires.",
    ),
    publisher="la Cnam",
    scope=SCOPE,
    acr_values=MFA,
    record_scope=SCOPE,
    record_acr_values=MFA,
    record_title="Mes documents",
)

pages = Blueprint("portal", __name__, template_folder="templates")


def create_app(settings: RelyingPartySettings, clock: Clock = time.time) -> Flask:
    return build(PORTAL, settings, pages, clock)


@pages.get("/")
def home() -> str:
    session = current()
    if "tokens" not in session:
        return render_template("portal/welcome.html")
    return render_template(
        "portal/home.html", person=identity(session), claims=session["claims"], when=_when()
    )


@pages.get("/tokens")
def tokens() -> str:
    """What the four answers of the provider say, each explained."""
    session, now = current(), party().clock()
    if "tokens" not in session:
        raise NotSignedIn
    kept = session["tokens"]
    access_token = unverified_jwt(kept["access_token"])
    return render_template(
        "portal/tokens.html",
        id_token=explained(session["claims"], now),
        access_header=explained(access_token[0], now) if access_token else None,
        access_claims=explained(access_token[1], now) if access_token else None,
        userinfo=explained(session["userinfo"], now),
        expires_at=kept.get("expires_at"),
        renewable="refresh_token" in kept,
    )


@pages.post("/tokens/renew")
def renew() -> Page:
    check_form()
    party().accounts.renew(current())
    return redirect("/tokens", 303)


def _when() -> str | None:
    auth_time = current()["claims"].get("auth_time")
    return moment(auth_time, party().clock()) if auth_time else None
