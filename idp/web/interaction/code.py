"""The one-time code: where to send it, sending it, looking at what is typed."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp.directory import activation, sign_in
from idp.factors import one_time_code as factor
from idp.factors.one_time_code import CannotSend, Verdict
from idp.messages import wake
from idp.models import BrowserSession, Interaction
from idp.web import errors, visitor
from idp.web.common_forms import CodeForm
from idp.web.current import database, settings
from idp.web.interaction import code_page
from idp.web.interaction import code_words as words
from idp.web.interaction.journey import Journey, proceed, step
from idp.web.interaction.raising import raise_level
from idp.web.refusals import Said
from idp.web.rendering import client_view
from idp.web.words import _, language

code = Blueprint("code", __name__, url_prefix="/interaction/<handle>")


@code.get("/code")
@step("code", "second_factor")
def show(journey: Journey) -> ResponseReturnValue:
    """A person with one channel gets the code at once; with two, is asked which."""
    state, refused = code_page.read(journey), None
    if not state.channels:
        refused = CannotSend("no_channel")
    elif state.sent is None and len(state.channels) == 1:
        refused = _send(journey, state.channels[0].kind)
        state = code_page.read(journey)
        if state.sent is not None:
            refused = None  # another request of this very page was first
    return code_page.page(journey, state, CodeForm(), _cannot_send(state, refused))


@code.get("/code/send")
@step("code", "second_factor")
def reload(journey: Journey) -> ResponseReturnValue:
    """A form's address, reloaded or in the other language: the page itself."""
    return proceed(journey)


@code.post("/code/send")
@step("code", "second_factor")
def send(journey: Journey) -> ResponseReturnValue:
    """A first code by the chosen channel, or a new one that voids the old."""
    state = code_page.read(journey)
    kind = request.form.get("channel", "")
    if kind not in state.kinds:
        return proceed(journey)
    refused = _send(journey, kind)
    if refused is not None:
        state = code_page.read(journey)
        return code_page.page(journey, state, CodeForm(), _cannot_send(state, refused)), 400
    return redirect(journey.url("code.show"), 303)


@code.post("/code")
@step("code", "second_factor")
def submit(journey: Journey) -> ResponseReturnValue:
    form = CodeForm()
    digits = form.digits
    if digits is None:
        return _again(journey, form, words.unreadable())
    outcome = factor.verify(
        database(),
        settings(),
        interaction_id=journey.interaction.id,
        account_id=code_page.account_id(journey),
        typed=digits,
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _again(journey, form, words.refusal(outcome))
    if journey.activating is None:
        return raise_level(journey, outcome.channel or "")
    return _activate(journey, outcome.channel or "")


@code.get("/not-mine")
@step("code", "second_factor")
def not_mine(journey: Journey) -> ResponseReturnValue:
    """The way out of "this is not my telephone"."""
    state = code_page.read(journey)
    used = state.sent.channel if state.sent else None
    shown = [one for one in state.channels if one.kind == used] or state.channels
    return render_template(
        "steps/not_mine.html",
        client=client_view(journey.client),
        channel=code_page.view(shown[0]) if len(shown) == 1 else None,
        activation=journey.activating is not None,
        back_url=journey.url("code.show"),
    )


def _send(journey: Journey, kind: str) -> CannotSend | None:
    try:
        with database().writing() as session:
            factor.send(
                session,
                settings(),
                database().keyring,
                account_id=code_page.account_id(journey),
                interaction_id=journey.interaction.id,
                channel=kind,
                purpose="activation" if journey.activating else "connection",
                client_name=journey.client.client_name if journey.client else None,
                locale=language(),
            )
    except CannotSend as refused:
        return refused
    wake.wake(settings())
    return None


def _current(session: Session, journey: Journey) -> BrowserSession | None:
    return sign_in.find(session, settings(), visitor.session_token(journey.kind), journey.kind)


def _activate(journey: Journey, channel: str) -> ResponseReturnValue:
    with database().writing() as session:
        completed = _complete(session, journey, channel)
    if completed is None:
        return _came_too_late(journey)
    token, login_identifier = completed
    visitor.set_session(token, journey.kind)
    visitor.remember(login_identifier)
    wake.wake(settings())
    return proceed(journey)


def _complete(session: Session, journey: Journey, channel: str) -> tuple[str, str] | None:
    return activation.complete(
        session,
        settings(),
        session.get_one(Interaction, journey.interaction.id),
        channel=channel,
        current=_current(session, journey),
        locale=language(),
        origin=visitor.origin(),
    )


def _came_too_late(journey: Journey) -> ResponseReturnValue:
    return errors.page(
        409,
        _("Ce mot de passe initial ne sert plus"),
        _(
            "Pendant que vous choisissiez votre mot de passe, votre compte a été activé ailleurs, "
            "un nouveau courrier a été fait, ou votre compte a été bloqué."
        ),
        _(
            "Si c’est vous qui avez activé votre compte, connectez-vous avec le mot de passe "
            "choisi alors. Sinon, appelez l’assistance."
        ),
        back_url=journey.url("dispatcher.dispatch"),
        back_label=_("Se connecter"),
    )


def _cannot_send(state: code_page.State, refused: CannotSend | None) -> list[Said]:
    return words.cannot_send(refused, has_one=state.sent is not None)


def _again(journey: Journey, form: CodeForm, said: Said) -> ResponseReturnValue:
    if said[0] is not None:
        form.code.errors = [words.beside_field()]
        form.code.data = None
    return code_page.page(journey, code_page.read(journey), form, [said]), 400
