"""Builds the Flask application of a relying party from its description."""

from __future__ import annotations

import time
from importlib.resources import files
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, render_template

from clients import levels
from clients.clock import Clock
from clients.database import Database
from clients.issuer_keys import IssuerKeys
from clients.look.site import dress
from clients.relying_party import record_pages, signing, told
from clients.relying_party.account import Accounts, granted
from clients.relying_party.party import RECORD_SCOPE, Application, Party, party
from clients.relying_party.provider import Provider
from clients.relying_party.sessions import SCHEMA, SessionStore, StoredSessions, current
from clients.settings import RelyingPartySettings

legal = Blueprint("legal", __name__)


def build(
    application: Application,
    settings: RelyingPartySettings,
    pages: Blueprint,
    clock: Clock = time.time,
) -> Flask:
    """`pages` are the application's own: at least `/`."""
    app = Flask(application.package, static_folder=None)
    app.config["SESSION_COOKIE_NAME"] = application.cookie
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024
    store = SessionStore(Database(settings.database, SCHEMA), clock)
    app.session_interface = StoredSessions(store)
    provider = Provider(app, settings, clock)
    app.extensions["relying_party"] = Party(
        application,
        settings,
        provider,
        Accounts(provider, clock),
        store,
        IssuerKeys(settings.issuer, clock),
        clock,
    )
    issuer = urlsplit(settings.issuer)
    dress(app, application.brand, form_action=f"{issuer.scheme}://{issuer.netloc}")
    for blueprint in (signing.blueprint, told.blueprint, record_pages.blueprint, legal, pages):
        app.register_blueprint(blueprint)
    app.context_processor(_context)
    app.jinja_env.filters.update(level_words=levels.level_words, method_words=levels.method_words)
    return app


def _context() -> dict[str, object]:
    session, here = current(), party()
    return {
        "application": here.application,
        "issuer": here.settings.issuer,
        "signed_in": "tokens" in session,
        "record_granted": granted(session, RECORD_SCOPE),
        "csrf": session.get("csrf", ""),
        "now": here.clock(),
    }


@legal.get("/privacy")
def privacy() -> str:
    return render_template("relying_party/privacy.html")


@legal.get("/terms")
def terms() -> str:
    return render_template("relying_party/terms.html")


@legal.get("/logo.png")
def logo() -> Response:
    """Also for the provider, which shows a copy of it."""
    content = (files(party().application.package) / "static" / "logo.png").read_bytes()
    return Response(content, mimetype="image/png")


@legal.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
