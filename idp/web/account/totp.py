"""The authenticator application: shown its secret once, believed after its first code, removed."""

import segno
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.factors import totp as factor
from idp.factors import ways
from idp.factors.guess import Verdict
from idp.identity import login_identifier
from idp.messages import wake
from idp.web import visitor
from idp.web.account.visit import Visit, confirmed, urls
from idp.web.common_forms import CodeForm
from idp.web.current import database, settings
from idp.web.guess_words import refusal, unreadable
from idp.web.refusals import Said, tell_of_code
from idp.web.words import _, language

totp_enrolment = Blueprint("totp_enrolment", __name__, url_prefix="/account/totp")

GROUP = 4


@totp_enrolment.get("/new")
@confirmed
def new(visit: Visit) -> ResponseReturnValue:
    if ways.of(visit.session, visit.account.id).totp:
        return redirect(urls()["factors"], 303)
    return _page(visit, CodeForm(), [])


@totp_enrolment.post("/new")
@confirmed
def begin(visit: Visit) -> ResponseReturnValue:
    """A secret is made, which the page then shows until its first code has come."""
    with database().writing() as session:
        waiting = factor.begin(session, visit.account.id)
    return redirect(urls()["factors" if waiting is None else "new_totp"], 303)


@totp_enrolment.get("/confirm")
@confirmed
def reload(visit: Visit) -> ResponseReturnValue:
    return redirect(urls()["new_totp"], 303)


@totp_enrolment.post("/confirm")
@confirmed
def confirm(visit: Visit) -> ResponseReturnValue:
    if factor.waiting(visit.session, settings(), visit.account.id) is None:
        return redirect(urls()["new_totp"], 303)
    form = CodeForm()
    digits = form.digits
    if digits is None:
        return _page(visit, form, [unreadable()]), 400
    outcome = factor.enrol(
        database(),
        settings(),
        account_id=visit.account.id,
        typed=digits,
        locale=language(),
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(visit, form, [refusal(outcome)]), 400
    wake.wake(settings())
    flash(_("Votre application d’authentification est enregistrée."), "success")
    return redirect(urls()["factors"], 303)


@totp_enrolment.get("/remove")
@confirmed
def remove(visit: Visit) -> ResponseReturnValue:
    if not ways.of(visit.session, visit.account.id).totp:
        return redirect(urls()["factors"], 303)
    return render_template("account/remove_totp.html", urls=urls())


@totp_enrolment.post("/remove")
@confirmed
def removed(visit: Visit) -> ResponseReturnValue:
    try:
        with database().writing() as session:
            factor.remove(session, visit.account.id, locale=language(), origin=visitor.origin())
    except ways.LastWay:
        flash(_("C’est votre dernier moyen de connexion : il ne peut pas être retiré."), "error")
        return redirect(urls()["factors"], 303)
    wake.wake(settings())
    flash(_("L’application d’authentification est retirée."), "success")
    return redirect(urls()["factors"], 303)


def _page(visit: Visit, form: CodeForm, errors: list[Said]) -> str:
    account = visit.account
    waiting = factor.waiting(visit.session, settings(), account.id)
    if waiting is None:
        return render_template("account/begin_totp.html", urls=urls())
    name = login_identifier.display(account.login_identifier)
    address = factor.address(waiting.secret, issuer=settings().brand_name, name=name)
    secret = waiting.secret
    return render_template(
        "account/new_totp.html",
        urls=urls(),
        form=form,
        errors=tell_of_code(form, errors),
        action=url_for("totp_enrolment.confirm"),
        # Black on white, whatever the page's colours: that is what cameras read.
        picture=segno.make(address, error="m").svg_data_uri(scale=5, light="#fff"),
        address=address,
        key=" ".join(secret[i : i + GROUP] for i in range(0, len(secret), GROUP)),
    )
