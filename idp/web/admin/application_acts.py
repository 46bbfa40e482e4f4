"""What is done to an application that is there: a new secret, refused, let in again."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from idp.config import DAY
from idp.directory import clients
from idp.directory.authority import Verb
from idp.directory.clients import AlreadyReplaced, NoSecret
from idp.models import Client
from idp.web.admin.applications import application
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, provider, settings
from idp.web.words import _

admin_application_acts = Blueprint(
    "admin_application_acts", __name__, url_prefix="/admin/applications/<client_id>"
)

LONGEST_OVERLAP = 90 * DAY
CHOICES = (0, DAY, 7 * DAY, 30 * DAY)


@admin_application_acts.get("/secret")
@operated(Verb.CLIENT_ROTATE_SECRET, application)
def ask_secret(visit: Visit, client: Client) -> ResponseReturnValue:
    usual = settings().client_secret_overlap
    return page(
        "application_new_secret",
        visit,
        client=client,
        present=_mark(client),
        overlaps=sorted({*CHOICES, usual}),
        usual=usual,
        # A signature does not say which secret made it: no two can hold at once.
        signs=client.client_secret is not None,
    )


@admin_application_acts.post("/secret")
@operated(Verb.CLIENT_ROTATE_SECRET, application)
def rotate_secret(visit: Visit, client: Client) -> ResponseReturnValue:
    """The form names the secret that it replaces: sent again, it replaces nothing."""
    if request.form.get("present") != _mark(client):
        return _replaced_already(client)
    overlap = request.form.get("overlap", 0, int)
    try:
        with database().writing() as session:
            secret = clients.rotate_secret(
                session,
                client.client_id,
                actor="operator",
                overlap=min(max(overlap, 0), LONGEST_OVERLAP),
                replaces=client.secret_hash,
            )
    except AlreadyReplaced:
        return _replaced_already(client)
    except NoSecret:
        flash(_("Cette application n’a pas de secret."), "info")
        return _back(client)
    provider().registry.look_again()
    return page("application_secret", visit, client=client, secret=secret, created=False)


@admin_application_acts.get("/disable")
@operated(Verb.CLIENT_DISABLE, application)
def ask_disable(visit: Visit, client: Client) -> ResponseReturnValue:
    return page("application_disable", visit, client=client)


@admin_application_acts.post("/disable")
@operated(Verb.CLIENT_DISABLE, application)
def disable(visit: Visit, client: Client) -> ResponseReturnValue:
    with database().writing() as session:
        clients.disable(session, client.client_id, actor="operator")
    provider().registry.look_again()
    flash(_("%(name)s est désactivée : plus rien ne lui répond.", name=client.client_name))
    return _back(client)


@admin_application_acts.post("/enable")
@operated(Verb.CLIENT_ENABLE, application)
def enable(visit: Visit, client: Client) -> ResponseReturnValue:
    with database().writing() as session:
        clients.enable(session, client.client_id, actor="operator")
    provider().registry.look_again()
    flash(_("%(name)s est de nouveau active.", name=client.client_name), "success")
    return _back(client)


@admin_application_acts.get("/enable")
@operated(Verb.CLIENT_ENABLE, application)
def reload(visit: Visit, client: Client) -> ResponseReturnValue:
    """The button's address, reloaded."""
    return _back(client)


def _replaced_already(client: Client) -> ResponseReturnValue:
    flash(_("Le secret a déjà été remplacé."), "info")
    return _back(client)


def _back(client: Client) -> ResponseReturnValue:
    return redirect(url_for("admin_applications.show", client_id=client.client_id), 303)


def _mark(client: Client) -> str:
    """Of the present secret; tells nothing of it."""
    return provider().keyring.mac("present-secret", client.secret_hash or b"")[:9].hex()
