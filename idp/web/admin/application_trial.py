"""Trying a connection: a real request of the application, which the operator's browser walks
through as a holder's would."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from idp import audit
from idp.crypto import digest
from idp.directory.authority import Verb
from idp.models import Client, Purpose
from idp.oidc import interactions, trial
from idp.oidc.errors import AuthorizationError
from idp.web import visitor
from idp.web.admin.applications import application
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, provider

admin_application_trial = Blueprint(
    "admin_application_trial", __name__, url_prefix="/admin/applications/<client_id>"
)


@admin_application_trial.get("/try")
@operated(Verb.CLIENT_TRY, application)
def ask(visit: Visit, client: Client) -> ResponseReturnValue:
    return page("application_try", visit, client=client, refusal=None)


@admin_application_trial.post("/try")
@operated(Verb.CLIENT_TRY, application)
def begin(visit: Visit, client: Client) -> ResponseReturnValue:
    """What is wrong with the request is said here; a right one goes to its first step."""
    registered = provider().registry.client(client.client_id)
    assert registered is not None
    chosen = request.form.get("redirect_uri", "")
    try:
        asker, asked = trial.prepare(provider(), trial.parameters(registered, chosen))
    except AuthorizationError as refusal:
        return page("application_try", visit, client=client, refusal=refusal), 400
    with database().writing() as session:
        audit.record(session, "client.tried", actor="operator", client_id=client.id)
    key = visitor.ensure_browser_key()
    handle = interactions.store(provider(), asked, asker, digest(key), Purpose.TRIAL)
    return redirect(f"/interaction/{handle}", 303)
