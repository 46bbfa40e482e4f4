"""A copy of everything about oneself: asked for, waited for, taken."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.directory import data_exports
from idp.factors.throttle import MustWait
from idp.web import visitor
from idp.web.account.visit import Visit, confirmed, urls, visited
from idp.web.current import database, settings
from idp.web.rendering import moment
from idp.web.words import _, delay, language

data_export = Blueprint("data_export", __name__, url_prefix="/account/export")


@data_export.get("")
@visited
def show(visit: Visit) -> ResponseReturnValue:
    found = data_exports.find(visit.session, visit.account.id)
    return render_template(
        "account/export.html",
        urls=urls(),
        asked_at=moment(found.asked_at) if found else None,
        ready_until=moment(found.expires_at) if found and found.made_at else None,
        hours=settings().export_lifetime // 3600,
        json_url=url_for("data_export.take", wanted="json"),
        pdf_url=url_for("data_export.take", wanted="pdf"),
    )


@data_export.post("")
@confirmed
def ask(visit: Visit) -> ResponseReturnValue:
    try:
        data_exports.ask(
            database(), settings(), visit.account.id, locale=language(), origin=visitor.origin()
        )
    except MustWait as refusal:
        flash(
            _(
                "Plusieurs copies ont déjà été préparées. Vous pourrez en demander une autre "
                "dans %(delay)s.",
                delay=delay(refusal.seconds),
            ),
            "error",
        )
    return redirect(urls()["export"], 303)


@data_export.get("/<any(json, pdf):wanted>")
@confirmed
def take(visit: Visit, wanted: str) -> ResponseReturnValue:
    """Behind the session of the very person, with a second factor that is fresh: an address that
    somebody else learns of is worth nothing."""
    with database().writing() as session:
        content = data_exports.take(session, visit.account.id, wanted, origin=visitor.origin())
    if content is None:
        return redirect(urls()["export"], 303)
    response = Response(content, mimetype=data_exports.FORMATS[wanted])
    name = _("mes-donnees")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return response
