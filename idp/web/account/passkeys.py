"""Passkeys are made, named and removed here, each time after a second factor that is fresh."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from idp.factors import passkey as factor
from idp.factors import passkey_list, ways
from idp.factors.ceremony import CreationRefused
from idp.messages import wake
from idp.models import Passkey
from idp.web import visitor
from idp.web.account.factors import view
from idp.web.account.forms import NewPasskeyForm, PasskeyNameForm
from idp.web.account.visit import Visit, confirmed, urls
from idp.web.current import database, settings
from idp.web.words import _, language

passkeys = Blueprint("passkeys", __name__, url_prefix="/account/passkeys")

LARGEST_ID = 2**63


@passkeys.get("/new")
@confirmed
def new(visit: Visit) -> ResponseReturnValue:
    form = NewPasskeyForm()
    form.name.data = _usual_name()
    return _new_page(form, [])


@passkeys.post("/options")
@confirmed
def options(visit: Visit) -> ResponseReturnValue:
    """What the page's script hands to the browser; the challenge is this session's."""
    with database().writing() as session:
        asked = factor.creation_options(
            session, settings(), visit.account.id, bound_to=_bound_to(visit)
        )
    return jsonify(asked)


@passkeys.get("/options")
@confirmed
def reload(visit: Visit) -> ResponseReturnValue:
    return redirect(urls()["new_passkey"], 303)


@passkeys.post("/new")
@confirmed
def add(visit: Visit) -> ResponseReturnValue:
    form = NewPasskeyForm()
    try:
        factor.enrol(
            database(),
            settings(),
            account_id=visit.account.id,
            bound_to=_bound_to(visit),
            text=form.answer.data or "",
            name=_named(form.name.data) or _usual_name(),
            made_with=visitor.origin().user_agent,
            locale=language(),
            origin=visitor.origin(),
        )
    except CreationRefused as refusal:
        return _new_page(form, [_refusal(str(refusal))]), 400
    wake.wake(settings())
    flash(_("Votre clé d’accès est enregistrée."), "success")
    return redirect(urls()["factors"], 303)


@passkeys.get("/<int:passkey_id>")
@confirmed
def show(visit: Visit, passkey_id: int) -> ResponseReturnValue:
    passkey = _find(visit, passkey_id)
    if passkey is None:
        return redirect(urls()["factors"], 303)
    form = PasskeyNameForm()
    form.name.data = passkey.name
    return render_template(
        "account/passkey.html",
        urls=urls(),
        form=form,
        passkey=view(passkey),
        remove_url=url_for("passkeys.remove", passkey_id=passkey_id),
    )


@passkeys.post("/<int:passkey_id>")
@confirmed
def rename(visit: Visit, passkey_id: int) -> ResponseReturnValue:
    name = _named(PasskeyNameForm().name.data)
    if _find(visit, passkey_id) is not None and name:
        with database().writing() as session:
            passkey_list.rename(session, visit.account.id, passkey_id, name)
        flash(_("Le nom est changé."), "success")
    return redirect(urls()["factors"], 303)


@passkeys.get("/<int:passkey_id>/remove")
@confirmed
def reload_remove(visit: Visit, passkey_id: int) -> ResponseReturnValue:
    return redirect(url_for("passkeys.show", passkey_id=passkey_id), 303)


@passkeys.post("/<int:passkey_id>/remove")
@confirmed
def remove(visit: Visit, passkey_id: int) -> ResponseReturnValue:
    if _find(visit, passkey_id) is None:
        return redirect(urls()["factors"], 303)
    try:
        with database().writing() as session:
            passkey_list.remove(
                session,
                visit.account.id,
                passkey_id,
                locale=language(),
                origin=visitor.origin(),
            )
    except ways.LastWay:
        flash(_("C’est votre dernier moyen de connexion : il ne peut pas être retiré."), "error")
        return redirect(urls()["factors"], 303)
    wake.wake(settings())
    flash(_("La clé d’accès est retirée. Effacez-la aussi de votre appareil."), "success")
    return redirect(urls()["factors"], 303)


def _find(visit: Visit, passkey_id: int) -> Passkey | None:
    if passkey_id >= LARGEST_ID:
        return None
    return passkey_list.find(visit.session, visit.account.id, passkey_id)


def _bound_to(visit: Visit) -> str:
    return f"session:{visit.browser_session.id}"


def _named(typed: str | None) -> str:
    """One line, with nothing in it that does not print."""
    printable = "".join(char if char.isprintable() else " " for char in typed or "")
    return " ".join(printable.split())[: passkey_list.LONGEST_NAME]


def _usual_name() -> str:
    """By the browser and the system it runs on, which is what people tell devices apart by."""
    browser, _slash, system = visitor.origin().user_agent.partition("/")
    if not browser:
        return _("Ma clé d’accès")
    return _("%(browser)s sur %(system)s", browser=browser, system=system)


def _refusal(reason: str) -> tuple[str | None, str, str]:
    title = _("Cette clé d’accès n’a pas été enregistrée")
    if reason == "too_many":
        return (None, title, _("Vous en avez déjà beaucoup : retirez-en une d’abord."))
    if reason == "model":
        return (None, title, _("Ce modèle ne fait pas partie de ceux qui sont acceptés ici."))
    return (None, title, _("La page est peut-être restée ouverte trop longtemps : réessayez."))


def _new_page(form: NewPasskeyForm, errors: list[tuple[str | None, str, str]]) -> str:
    return render_template(
        "account/new_passkey.html",
        urls=urls(),
        form=form,
        errors=errors,
        action=request.path,
        options_url=url_for("passkeys.options"),
    )
