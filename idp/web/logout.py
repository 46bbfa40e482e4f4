"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): at once when the hint is about
this very session, otherwise after a question."""

from urllib.parse import urlencode

from authlib.oidc.rpinitiated.end_session import EndSessionRequest
from flask import Blueprint, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from idp.directory import sign_in
from idp.oidc import end_session, parameters
from idp.oidc.errors import Displayed
from idp.oidc.http import Request
from idp.oidc.token import TokenServer
from idp.web import errors, farewell, security, visitor
from idp.web.current import database, provider
from idp.web.rendering import client_view
from idp.web.words import _

logout = Blueprint("logout", __name__)


@logout.route("/logout", methods=["GET", "POST"])
def end() -> ResponseReturnValue:
    """Answer a logout request, and the question that it led to (sections 2 and 6)."""
    try:
        form = _form()
        if request.method == "POST" and "decision" not in form:
            # From another site no cookie came along: it will with a GET.
            return redirect(f"/logout?{urlencode(form)}", 303)
        validated = end_session.read(provider(), TokenServer(provider()), _asked())
    except Displayed as refusal:
        return _malformed(refusal)
    g.ui_locales = (validated.ui_locales or "").split()
    with database().reading() as session:
        current = sign_in.unended(session, visitor.browser().session)
    if current is None:
        return farewell.page(validated.client, validated.redirect_uri)
    if "decision" in form:
        return _decided(form["decision"], current.id)
    if not end_session.is_about(provider(), validated, current.id, current.account_id):
        return _ask(validated)
    farewell.sign_out(current.id)
    return farewell.page(validated.client, validated.redirect_uri)


def _malformed(refusal: Displayed) -> ResponseReturnValue:
    return errors.malformed(
        refusal,
        _("Cette demande de déconnexion n’est pas valable"),
        _("L’application qui vous envoie ici a mal rempli sa demande : elle ne vous a pas "
          "déconnecté, et par prudence nous ne vous y renvoyons pas."),
        back_url="/logout",
        back_label=_("Me déconnecter"),
    )  # fmt: skip


def _form() -> dict[str, str]:
    try:
        return parameters.parse(request.get_data())
    except parameters.Malformed as error:
        raise Displayed("invalid_request", str(error)) from error


def _asked() -> Request:
    """The logout request is in the address, also when the answer to our question comes back."""
    return Request("GET", "/logout", request.query_string.decode("ascii", "replace"), {}, b"")


def _ask(validated: EndSessionRequest) -> ResponseReturnValue:
    if validated.redirect_uri:
        security.allow_form_target(validated.redirect_uri)
    return render_template(
        "logout_confirm.html", client=client_view(validated.client), action=request.full_path
    )


def _decided(decision: str, session_id: int) -> ResponseReturnValue:
    current_app.extensions["csrf"].protect()
    if decision != "sign_out":
        return redirect("/account", 303)
    farewell.sign_out(session_id)
    # The same request, with nobody to sign out any more: a reload tells who was told meanwhile.
    return redirect(request.full_path, 303)
