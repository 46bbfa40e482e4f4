"""The inbox's page, the SMS endpoint, and what tests and demonstration ask of it."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from flask import send_file as send
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from clients.clock import Clock
from clients.inbox.letters import letters
from clients.inbox.messages import Messages
from clients.inbox.outage import LONGEST, MODES, Mode, Outage
from clients.look.brand import Brand
from clients.look.site import dress
from clients.look.words import moment
from clients.settings import InboxSettings

BRAND = Brand(
    name="Boîte de réception",
    tagline="Courriels, SMS et lettres de la démonstration",
    accent="terre-battue",
    symbol="M3 6h18v13H3zM3 7l9 7 9-7",
    note="Tout ce que la démonstration envoie arrive ici, et nulle part ailleurs.",
)
LONGEST_SMS = 2000  # characters


def create_app(
    settings: InboxSettings, messages: Messages, outage: Outage, clock: Clock = time.time
) -> Flask:
    app = Flask("clients.inbox", static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    dress(app, BRAND, scripts=True)
    app.jinja_env.filters["moment"] = lambda timestamp: moment(timestamp, clock())
    _pages(app, settings, messages, outage, clock)
    _deliveries(app, messages)
    _controls(app, outage)
    return app


def _pages(
    app: Flask, settings: InboxSettings, messages: Messages, outage: Outage, clock: Clock
) -> None:
    @app.get("/")
    def home() -> str:
        arrived, letter_box = messages.all(), letters(settings.letters)
        mode = outage.mode()
        return render_template(
            "inbox/home.html",
            mails=[message for message in arrived if message.kind == "mail"],
            texts=[message for message in arrived if message.kind == "sms"],
            letters=letter_box,
            mode=mode,
            ends_at=clock() + left if (left := outage.remaining()) is not None else None,
            # The script changes the page only when this has changed.
            revision=hash((tuple(m.id for m in arrived), tuple(letter_box), mode)),
        )

    @app.get("/letters/<name>")
    def letter(name: str) -> Response:
        if name not in {letter.name for letter in letters(settings.letters)}:
            abort(404)
        return send(settings.letters.absolute() / name, mimetype="application/pdf")

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}


def _deliveries(app: Flask, messages: Messages) -> None:
    @app.post("/sms")
    def sms() -> tuple[Response, int]:
        """What apprise's `json://…/sms?:to=+33…` posts: title, message, type, and our `to`."""
        given = _json_object()
        to, text = _text(given, "to"), _text(given, "message")
        if not to or not text or len(text) > LONGEST_SMS:
            return jsonify(error="to and message are required"), 400
        messages.add("sms", to, _text(given, "title"), text)
        return jsonify(status="accepted"), 202

    @app.get("/messages.json")
    def message_list() -> Response:
        return jsonify([message.as_json() for message in messages.all()])

    @app.delete("/messages")
    def clear() -> tuple[str, int]:
        messages.clear()
        return "", 204


def _controls(app: Flask, outage: Outage) -> None:
    @app.post("/outage")
    def begin_outage() -> tuple[Response, int] | AnyResponse:
        """JSON {"mode": "smtp-down" | "slow" | "none", "seconds": optional}, or the page's form."""
        is_form = request.mimetype == "application/x-www-form-urlencoded"
        if is_form and urlsplit(request.headers.get("Origin", "")).netloc != request.host:
            # Another site's form is not this page's.
            abort(400)
        given = request.form.to_dict() if is_form else _json_object()
        mode, seconds = _mode(given.get("mode")), _seconds(given.get("seconds"))
        outage.begin(mode, seconds)
        return redirect("/", 303) if is_form else (jsonify(mode=mode), 200)


def _json_object() -> dict[str, Any]:
    given = request.get_json(silent=True, force=True)
    return given if isinstance(given, dict) else {}


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _mode(given: object) -> Mode:
    for mode in MODES:
        if mode == given:
            return mode
    raise BadRequest


def _seconds(given: object) -> float | None:
    if given is None or given == "":
        return None
    try:
        seconds = float(str(given))
    except ValueError:
        abort(400)
    if not 0 < seconds <= LONGEST:
        abort(400)
    return seconds
