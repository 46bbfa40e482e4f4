"""What is done with a file of holders that was checked: confirmed, paused, resumed, cancelled, its
letters fetched, and made anew."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp.directory import holder_imports, import_letters
from idp.directory.authority import Target, Verb
from idp.directory.holder_imports import NotNow
from idp.models import HolderImport
from idp.web.admin.imports import holder_import
from idp.web.admin.visit import Visit, operated
from idp.web.current import database, settings
from idp.web.words import _

admin_import_acts = Blueprint(
    "admin_holder_import_acts", __name__, url_prefix="/admin/imports/<import_id>"
)


@admin_import_acts.post("/confirm")
@operated(Verb.HOLDER_IMPORT, holder_import)
def confirm(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    return _done(
        found,
        lambda session: holder_imports.confirm(session, found.id, actor="operator"),
    )


@admin_import_acts.post("/pause")
@operated(Verb.HOLDER_IMPORT, holder_import)
def pause(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    return _done(
        found,
        lambda session: holder_imports.pause(session, settings(), found.id, actor="operator"),
        _("En pause : plus personne n’est enrôlé jusqu’à ce que vous repreniez."),
    )


@admin_import_acts.post("/resume")
@operated(Verb.HOLDER_IMPORT, holder_import)
def resume(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    return _done(
        found,
        lambda session: holder_imports.resume(session, found.id, actor="operator"),
    )


@admin_import_acts.post("/cancel")
@operated(Verb.HOLDER_IMPORT, holder_import)
def cancel(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    return _done(
        found,
        lambda session: holder_imports.cancel(session, found.id, actor="operator"),
        _("Annulé : ce qui restait n’est pas enrôlé, et nous l’avons effacé."),
    )


@admin_import_acts.post("/letters")
@operated(Verb.HOLDER_IMPORT, holder_import)
def letters(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    """The PDF itself, once; gone when it has left."""
    import_letters.check_taker(found, visit.mandate)
    try:
        with database().writing() as session:
            pdf = import_letters.take(session, found.id, actor="operator")
    except NotNow:
        flash(_("Ces courriers ont déjà été remis, ou ont expiré."), "info")
        return _back(found)
    name = f'attachment; filename="courriers-{found.id}.pdf"'
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": name})


@admin_import_acts.post("/new-letters")
@operated(Verb.HOLDER_IMPORT, holder_import)
def new_letters(visit: Visit, found: HolderImport) -> ResponseReturnValue:
    visit.mandate.check(Verb.HOLDER_RELETTER, Target(found.organisation_id))
    return _done(
        found,
        lambda session: import_letters.renew(session, found.id, actor="operator"),
        _("De nouveaux courriers se préparent ; ils seront pour vous."),
    )


def _done(
    found: HolderImport, act: Callable[[Session], object], said: str | None = None
) -> ResponseReturnValue:
    try:
        with database().writing() as session:
            act(session)
    except NotNow:
        flash(_("L’état du fichier ne le permet pas, ou plus."), "info")
    else:
        if said:  # the page of one that runs says enough, and at the end still holds true
            flash(said, "success")
    return _back(found)


def _back(found: HolderImport) -> ResponseReturnValue:
    return redirect(url_for("admin_holder_imports.show", import_id=found.id), 303)
