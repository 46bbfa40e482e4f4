"""Sign in and sign out: /login, /callback, /logout, /logged-out."""

from __future__ import annotations

import hmac

from flask import Blueprint, abort, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from clients.relying_party import refusals
from clients.relying_party.party import own_path, party
from clients.relying_party.provider import (
    ProviderRefused,
    ProviderUnreachable,
    ResponseRejected,
    Wish,
)
from clients.relying_party.refusals import Refusal
from clients.relying_party.sessions import current

blueprint = Blueprint("signing", __name__, template_folder="templates")

Page = tuple[str, int] | Response


@blueprint.get("/login")
def login() -> Page:
    return begin(party().sign_in(own_path(request.args.get("next"))))


@blueprint.route("/initiate", methods=["GET", "POST"])
def initiate() -> Page:
    """A sign-in that somebody else begins (OpenID Connect Core 1.0, section 4): with our provider
    only, and to a page of ours only, or this would be a way to lead people astray."""
    if request.values.get("iss") != party().settings.issuer:
        abort(400)
    target = request.values.get("target_link_uri", "").removeprefix(party().settings.origin)
    return begin(party().sign_in(own_path(target)))


@blueprint.get("/callback")
def callback() -> Page:
    session = current()
    result = party().provider.complete(request.args, session)
    party().accounts.keep(session, result)
    if result.asked:
        # The page that asked for more knows by this that it must not ask again.
        session["asked"] = result.next
    return redirect(result.next, 303)


@blueprint.post("/logout")
def logout() -> Page:
    """Ends the session here, then at the provider (RP-Initiated Logout 1.0)."""
    session = current()
    check_form()
    id_token = session.get("tokens", {}).get("id_token", "")
    session.end()
    try:
        return redirect(party().provider.logout_url(id_token, session), 303)
    except (ProviderUnreachable, RuntimeError) as error:
        current_app.logger.warning("logout at the provider not possible: %s", error)
        return render_template("relying_party/logged_out.html", everywhere=False), 200


@blueprint.get("/logged-out")
def logged_out() -> Page:
    session = current()
    confirmed = party().provider.logout_confirmed(request.args.get("state"), session)
    if "tokens" in session:
        # Somebody's link, not the end of a session: nothing is over.
        return redirect("/", 303)
    return render_template("relying_party/logged_out.html", everywhere=confirmed), 200


@blueprint.app_errorhandler(ProviderRefused)
def refused(error: ProviderRefused) -> Page:
    current_app.logger.warning("the provider refused: %s", error.error[:64])
    return refusal_page(
        refusals.of_provider(error.error), error.next, f"{error.error} {error.description}".strip()
    )


@blueprint.app_errorhandler(ProviderUnreachable)
def unreachable(error: ProviderUnreachable) -> Page:
    current_app.logger.warning("the provider is unreachable: %s", error)
    return refusal_page(refusals.UNREACHABLE, request.path if request.path != "/callback" else "/")


@blueprint.app_errorhandler(ResponseRejected)
def rejected(error: ResponseRejected) -> Page:
    current_app.logger.warning("response rejected: %s", error.reason)
    if "tokens" in current() and error.reason == "unknown state":
        # A reload, or the back button, after a sign-in that went well.
        return redirect("/", 303)
    return refusal_page(refusals.REJECTED, "/")


def begin(wish: Wish) -> Page:
    """Send the browser to the provider."""
    return redirect(party().provider.authorization_url(wish, current()), 303)


def refusal_page(refusal: Refusal, next: str, detail: str = "") -> Page:
    page = render_template(
        "relying_party/refusal.html", refusal=refusal, next=next, detail=detail[:300]
    )
    return page, refusal.status


def check_form() -> None:
    """Only a form of this very session may act (cookies alone are sent by other ports too)."""
    expected = current().get("csrf", "")
    if not expected or not hmac.compare_digest(
        expected.encode(), request.form.get("csrf", "").encode()
    ):
        abort(400)
