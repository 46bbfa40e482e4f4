"""The protocol's pages: a refused authorization request, and the end of the session."""

from urllib.parse import urlencode

from authlib.oidc.rpinitiated.end_session import EndSessionRequest
from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from idp.directory import sessions, sign_in
from idp.oidc import end_session, parameters
from idp.oidc.errors import Displayed
from idp.oidc.http import Request
from idp.oidc.token import TokenServer
from idp.web import edge, errors, security, visitor
from idp.web.current import database, provider, settings
from idp.web.rendering import client_view

protocol = Blueprint("protocol", __name__)


@protocol.route("/authorize", methods=["GET", "POST"])
def refused() -> ResponseReturnValue:
    """What the edge could not redirect: nobody knows whose address that is."""
    refusal: Displayed = request.environ[edge.REFUSAL]
    return _malformed(refusal)


def _malformed(refusal: Displayed) -> ResponseReturnValue:
    return errors.page(
        400,
        _("Cette demande de connexion n’est pas valable"),
        _("L’application qui vous envoie ici a mal rempli sa demande : par prudence, "
          "nous ne vous y renvoyons pas."),
        _("Prévenez l’application en lui donnant ces mots : « %(error)s : %(detail)s ».",
          error=refusal.error, detail=refusal.description),
    )  # fmt: skip


@protocol.route("/logout", methods=["GET", "POST"])
def logout() -> ResponseReturnValue:
    """RP-initiated logout: at once when the hint is about this session, otherwise after a
    question (RP-Initiated Logout 1.0, section 6)."""
    try:
        form = _form()
        if request.method == "POST" and "decision" not in form:
            # From another site no cookie came along: it will with a GET.
            return redirect(f"/logout?{urlencode(form)}", 303)
        validated = end_session.read(provider(), TokenServer(provider()), _asked())
    except Displayed as refusal:
        return _malformed(refusal)
    with database().reading() as session:
        current = sign_in.find(session, settings(), visitor.browser().session)
    if current is None:
        return _farewell(validated)
    if "decision" in form:
        current_app.extensions["csrf"].protect()
        if form["decision"] != "sign_out":
            return redirect("/account", 303)
    elif end_session.account_hinted(provider(), validated) != current.account_id:
        return _ask(validated)
    return _signed_out(validated, current.id)


def _form() -> dict[str, str]:
    try:
        return parameters.parse(request.get_data())
    except parameters.Malformed as error:
        raise Displayed("invalid_request", str(error)) from error


def _signed_out(validated: EndSessionRequest, session_id: int) -> ResponseReturnValue:
    with database().writing() as session:
        sessions.end(session, session_id, actor="holder", reason="logout", origin=visitor.origin())
    visitor.forget_session()
    return _farewell(validated)


def _asked() -> Request:
    """The logout request is in the address, also when the answer to our question comes back."""
    return Request("GET", "/logout", request.query_string.decode("ascii", "replace"), {}, b"")


def _ask(validated: EndSessionRequest) -> ResponseReturnValue:
    if validated.redirect_uri:
        security.allow_form_target(validated.redirect_uri)
    return render_template(
        "logout_confirm.html", client=client_view(validated.client), action=request.full_path
    )


def _farewell(validated: EndSessionRequest) -> ResponseReturnValue:
    if validated.redirect_uri:
        return redirect(validated.redirect_uri, 303)
    client = validated.client
    return render_template(
        "logged_out.html",
        client=client_view(client),
        back_url=client.client_uri if client else None,
        account_url="/account",
    )
