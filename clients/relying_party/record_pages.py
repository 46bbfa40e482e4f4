"""The record's pages: /documents and /documents/<id>, read from the record API."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from clients.relying_party import refusals
from clients.relying_party.account import NotSignedIn, granted
from clients.relying_party.party import RECORD_SCOPE, party
from clients.relying_party.record import (
    Challenge,
    Challenged,
    RecordUnreachable,
    fetch,
)
from clients.relying_party.sessions import current
from clients.relying_party.signing import Page, begin, refusal_page

blueprint = Blueprint("record", __name__)


@blueprint.get("/documents")
def documents() -> Page:
    return _shown("/documents", "relying_party/documents.html")


@blueprint.get("/documents/<identifier>")
def document(identifier: str) -> Page:
    # The path sent to the API is one that the API's own list could have named.
    if not identifier.replace("-", "").isalnum() or not identifier.isascii():
        abort(404)
    return _shown(f"/documents/{identifier}", "relying_party/document.html")


@blueprint.app_errorhandler(NotSignedIn)
def not_signed_in(_error: NotSignedIn) -> Page:
    wanted = request.path if request.method == "GET" else "/"
    return redirect(url_for("signing.login", next=wanted), 303)


@blueprint.app_errorhandler(RecordUnreachable)
def record_unreachable(_error: RecordUnreachable) -> Page:
    return refusal_page(refusals.API_UNREACHABLE, request.path)


def _shown(path: str, template: str) -> Page:
    session = current()
    if "tokens" not in session:
        raise NotSignedIn
    asked = session.pop("asked", None) == path
    try:
        return render_template(template, answer=_answer(path)), 200
    except Challenged as challenged:
        challenge = challenged.challenge
    except NotSignedIn:
        # The token is over and cannot be renewed; the provider's session may still live.
        challenge = Challenge("invalid_token")
    if asked:
        return refusal_page(refusals.API_REFUSED, path, challenge.error)
    # A new authorization request for what the API wants (RFC 9470, section 4).
    return begin(party().open_record(path, challenge.acr_values, challenge.max_age))


def _answer(path: str) -> dict[str, Any]:
    """The API's answer; a token that it no longer likes is renewed once."""
    session, accounts, api = current(), party().accounts, party().settings.record_api
    if not granted(session, RECORD_SCOPE):
        raise Challenged(Challenge("insufficient_scope"))
    try:
        return fetch(api, path, accounts.access_token(session))
    except Challenged as challenged:
        if challenged.challenge.error != "invalid_token":
            raise
    accounts.renew(session)
    return fetch(api, path, accounts.access_token(session))
