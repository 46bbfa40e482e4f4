"""The record API: two resources, no session, JSON in every answer."""

from __future__ import annotations

import json
import time
from importlib.resources import files
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, NotFound

from clients.clock import Clock
from clients.issuer_keys import IssuerKeys, KeysUnavailable
from clients.record_api.access_token import (
    require_fresh,
    require_level,
    require_machine,
    require_scope,
    validated,
)
from clients.record_api.bearer import Refused, bearer_token
from clients.settings import RecordApiSettings

SCOPE, PROFESSIONAL_SCOPE = "dmp:documents", "dmp:professional"
SENSITIVE_MAX_AGE = 300  # seconds since the person proved who they are
METADATA = "/.well-known/oauth-protected-resource"
# What the list tells of a document; the content is for those who open it.
SUMMARY = ("id", "kind", "title", "date", "author", "sensitive")


class FrenchJSON(DefaultJSONProvider):
    """Accents stay accents, keys stay in the order in which they are written."""

    ensure_ascii = False
    sort_keys = False


def create_app(settings: RecordApiSettings, clock: Clock = time.time) -> Flask:
    app = Flask("clients.record_api", static_folder=None)
    app.json = FrenchJSON(app)
    keys = IssuerKeys(settings.issuer, clock)
    documents = json.loads(
        files("clients.record_api").joinpath("documents.json").read_text("utf-8")
    )

    def bearer() -> dict[str, Any]:
        """The claims of a bearer allowed to read documents."""
        token = bearer_token(request.headers.get("Authorization"), request.args)
        claims = validated(token, keys, settings.issuer, settings.origin, clock)
        require_scope(claims, SCOPE)
        require_level(claims)
        return claims

    @app.get("/documents")
    def list_documents() -> dict[str, Any]:
        claims = bearer()
        summaries = [{name: document[name] for name in SUMMARY} for document in documents]
        return {"sub": claims["sub"], "documents": summaries}

    @app.get("/documents/<identifier>")
    def read_document(identifier: str) -> dict[str, Any]:
        claims = bearer()
        for document in documents:
            if document["id"] == identifier:
                if document["sensitive"]:
                    require_fresh(claims, SENSITIVE_MAX_AGE, clock)
                return {"sub": claims["sub"], **document}
        raise NotFound

    @app.get("/holders/<sub>/documents")
    def documents_of(sub: str) -> dict[str, Any]:
        """For a professional's software, which has learnt the name from the provider: what is
        sensitive is the holder's alone to open."""
        token = bearer_token(request.headers.get("Authorization"), request.args)
        claims = validated(token, keys, settings.issuer, settings.origin, clock)
        require_scope(claims, PROFESSIONAL_SCOPE)
        require_machine(claims)
        shown = [
            {name: document[name] for name in SUMMARY}
            | ({} if document["sensitive"] else {"content": document["content"]})
            for document in documents
        ]
        return {"sub": sub, "documents": shown}

    @app.get(METADATA)
    def metadata() -> dict[str, Any]:
        """RFC 9728, section 2."""
        return {
            "resource": settings.origin,
            "resource_name": "Dossier Médical Partagé",
            "authorization_servers": [settings.issuer],
            "scopes_supported": [SCOPE, PROFESSIONAL_SCOPE],
            "bearer_methods_supported": ["header"],
        }

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    _answer_errors(app, settings.origin)
    return app


def _answer_errors(app: Flask, origin: str) -> None:
    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        answer = jsonify(error=error.error, error_description=error.description, **error.parameters)
        if error.error is None:
            answer = jsonify(message="an access token is required")
        answer.status_code = error.status
        answer.headers["WWW-Authenticate"] = error.challenge("dossier", origin + METADATA)
        return answer

    @app.errorhandler(KeysUnavailable)
    def keys_unavailable(error: KeysUnavailable) -> tuple[Response, int]:
        current_app.logger.warning("the issuer's keys are unavailable: %s", error)
        return jsonify(error="temporarily_unavailable"), 503

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name.lower().replace(" ", "_")), error.code or 500

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return response
