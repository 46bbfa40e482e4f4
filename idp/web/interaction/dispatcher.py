"""The one place that knows what comes next: a step, the way back to the application, or one's
own account."""

import re

from flask import Blueprint, Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from idp.crypto import digest
from idp.models import Interaction, Purpose
from idp.oidc import codes, interactions, responses
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest
from idp.web import answers, edge, visitor
from idp.web.current import provider, settings
from idp.web.interaction import trial
from idp.web.interaction.journey import HOMES, Journey, NoJourney, end, fail, kind_of, load
from idp.web.rendering import client_view

dispatcher = Blueprint("dispatcher", __name__)

OWN_PAGE = re.compile(r"/account(/[a-z0-9-]+){0,3}")
CONSOLE_PAGE = re.compile(r"/admin(/[A-Za-z0-9_~-]+){0,3}", re.ASCII)

STEPS = {
    "password": "password.show",
    "new_password": "new_password.show",
    "code": "code.show",
    "second_factor": "second_factor.show",
    "passkey": "passkey.show",
    "activated": "activated.show",
    "closing": "closing.show",
    "consent": "consent.show",
}


def init_app(app: Flask) -> None:
    app.register_error_handler(NoJourney, lost)


@dispatcher.get("/activation")
def activation() -> ResponseReturnValue:
    """Where the letter's QR code leads; the fragment with the identifier follows the redirect."""
    return _begin(Purpose.ACTIVATION)


@dispatcher.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The way to one's own account, without an application."""
    return _begin(Purpose.ACCOUNT)


@dispatcher.get("/confirm")
def confirm() -> ResponseReturnValue:
    """The way to a change of one's ways to sign in: with a second factor that is fresh."""
    wanted = request.args.get("to", "")
    return _begin(Purpose.CONFIRMATION, wanted if OWN_PAGE.fullmatch(wanted) else None)


@dispatcher.get("/admin/sign-in")
def sign_in_to_console() -> ResponseReturnValue:
    """The operators' way; it leads to no application."""
    wanted = request.args.get("to", "")
    return _begin(Purpose.ADMINISTRATION, wanted if CONSOLE_PAGE.fullmatch(wanted) else None)


def _begin(purpose: Purpose, leads_to: str | None = None) -> ResponseReturnValue:
    key = visitor.ensure_browser_key()
    handle = interactions.store(provider(), None, None, digest(key), purpose, leads_to)
    return redirect(f"/interaction/{handle}", 303)


@dispatcher.get("/interaction/<handle>")
def dispatch(handle: str) -> ResponseReturnValue:
    """The first open question's step; under `prompt=none` its error; none left: the end."""
    journey = load(handle)
    if journey.question is None:
        return _finish(journey)
    if journey.situation.prompts("none"):
        return fail(journey, journey.question.error, journey.question.reason)
    answered = journey.situation.progress.authenticated_at is not None
    if journey.question.reason == "other_subject" and answered:
        return fail(journey, "login_required", "somebody else signed in")
    return redirect(journey.url(STEPS[journey.question.step]), 303)


def _finish(journey: Journey) -> ResponseReturnValue:
    if not end(journey.interaction.id):
        raise NoJourney("done", journey.interaction)
    if trial.is_tried(journey.interaction):
        return trial.show(journey)
    if journey.client is None or journey.request is None:
        return redirect(_end(journey), 303)
    if not journey.client.enabled:
        refusal = ("unauthorized_client", "the client is disabled")
        return answers.to_client(responses.failure(provider(), journey.request, *refusal))
    return answers.to_client(
        codes.issue(provider(), journey.client, journey.request, journey.situation)
    )


def _end(journey: Journey) -> str:
    """The page that was wanted, where it is one of those that the session opens."""
    home, wanted = HOMES[journey.kind], journey.interaction.request.get("leads_to") or ""
    return wanted if wanted.startswith(home) else home


def lost(error: NoJourney) -> ResponseReturnValue:
    """No dead end: an expired request goes back to the application with an error, everything
    else is a page with a way on."""
    interaction = error.interaction
    client = _client(interaction)
    tried = interaction is not None and trial.is_tried(interaction)
    if error.why == "expired" and interaction is not None and client is not None and not tried:
        end(interaction.id)
        asked = AuthorizationRequest.from_json(interaction.request)
        expired = ("access_denied", "the interaction has expired")
        return answers.to_client(responses.failure(provider(), asked, *expired))
    view, home = client_view(client), HOMES[kind_of(interaction)]
    if error.why == "done":
        where = client.client_uri if client else home
        return render_template(
            "interaction_done.html", client=view, continue_url=where, account_url=home
        )
    page = render_template(
        "interaction_lost.html",
        why=error.why,
        client=view,
        back_url=client.client_uri if client else None,
        account_url=home,
        minutes=settings().interaction_lifetime // 60,
        reference=request.environ.get(edge.REFERENCE),
    )
    return page, 404 if error.why == "unknown" else 400


def _client(interaction: Interaction | None) -> RegisteredClient | None:
    if interaction is None or interaction.client_id is None:
        return None
    return provider().registry.client_by_pk(interaction.client_id)
