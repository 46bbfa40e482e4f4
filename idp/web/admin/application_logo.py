"""The logo of an application, as a file that an operator has at hand."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from idp.directory import logos, png
from idp.directory.authority import Verb
from idp.directory.png import BadPicture
from idp.models import Client
from idp.web.admin.applications import application
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database, provider, settings
from idp.web.rendering import client_view
from idp.web.words import _

admin_application_logo = Blueprint(
    "admin_application_logo", __name__, url_prefix="/admin/applications/<client_id>/logo"
)


@admin_application_logo.get("")
@operated(Verb.CLIENT_UPDATE, application)
def ask(visit: Visit, client: Client) -> ResponseReturnValue:
    return _page(visit, client, None)


@admin_application_logo.post("")
@operated(Verb.CLIENT_UPDATE, application)
def upload(visit: Visit, client: Client) -> ResponseReturnValue:
    file = request.files.get("logo")
    try:
        with database().writing() as session:
            logos.upload(
                session,
                settings(),
                client.client_id,
                file.read() if file else b"",
                actor="operator",
            )
    except BadPicture as refusal:
        return _page(visit, client, _wrong(refusal)), 400
    provider().registry.look_again()
    flash(_("%(name)s a un nouveau logo.", name=client.client_name), "success")
    return redirect(url_for("admin_applications.show", client_id=client.client_id), 303)


def _page(visit: Visit, client: Client, wrong: str | None) -> str:
    return page(
        "application_logo",
        visit,
        client=client,
        shown=client_view(provider().registry.client_by_pk(client.id)),
        wrong=wrong,
        errors=[("logo", wrong, "")] if wrong else [],
        kilobytes=png.MOST_BYTES // 1024,
        least=png.LEAST_SIDE,
        most=png.MOST_SIDE,
    )


def _wrong(refusal: BadPicture) -> str:
    return {
        "kind": _("Choisissez un fichier PNG."),
        "length": _("Le fichier est trop lourd."),
        "sides": _("L’image est trop petite ou trop grande."),
        "damaged": _("Le fichier est abîmé, ou entrelacé : enregistrez-le de nouveau en PNG."),
    }[refusal.reason]
