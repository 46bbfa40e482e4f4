"""The password: the letter's initial one or the chosen one, asked on the same page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from idp import clock
from idp.directory import sign_in
from idp.factors import password as factor
from idp.factors.password import Outcome, Verdict
from idp.identity import login_identifier
from idp.identity.errors import InvalidValue
from idp.models import Account, Interaction, SessionKind
from idp.web import visitor
from idp.web.common_forms import LONGEST_IDENTIFIER, LONGEST_PASSWORD, PasskeyForm
from idp.web.current import database, settings
from idp.web.interaction import admission, devices
from idp.web.interaction import password_words as words
from idp.web.interaction.forms import PasswordForm
from idp.web.interaction.journey import Journey, proceed, step
from idp.web.interaction.password_words import Problem
from idp.web.rendering import client_view

# What the address says that one has in hand, where it is not what the journey begins with: an
# account that is active, or the letter that activates it.
ACTIVE, LETTER = "active", "letter"

password = Blueprint("password", __name__, url_prefix="/interaction/<handle>")


@password.get("/password")
@step("password")
def show(journey: Journey) -> ResponseReturnValue:
    form = PasswordForm()
    form.identifier.data = _suggested(journey)
    return _page(journey, form, [])


@password.post("/password")
@step("password")
def submit(journey: Journey) -> ResponseReturnValue:
    form = PasswordForm()
    typed = (form.identifier.data or "")[:LONGEST_IDENTIFIER]
    secret = form.password.data or ""
    identifier, problems = _read(typed, secret)
    if identifier is None or problems:
        return _page(journey, form, problems), 400
    outcome = factor.verify(
        database(),
        settings(),
        identifier,
        secret,
        browser=visitor.known_browser(identifier),
        origin=visitor.origin(),
    )
    if outcome.verdict in {Verdict.PROVED, Verdict.MUST_ACTIVATE}:
        if not admission.admit(journey, outcome.account_id):
            return _page(journey, form, [words.wrong_door(journey)]), 400
        if outcome.verdict == Verdict.PROVED:
            return _signed_in(journey, identifier, outcome)
        return _must_activate(journey, outcome)
    return _page(journey, form, [words.refusal(outcome)]), 400


def _read(typed: str, secret: str) -> tuple[str | None, list[Problem]]:
    problems, identifier = [], None
    try:
        identifier = login_identifier.parse(typed)
    except InvalidValue as error:
        problems.append(words.misread(typed, error))
    if not secret or len(secret) > LONGEST_PASSWORD:
        problems.append(words.missing())
    return identifier, problems


def _signed_in(journey: Journey, identifier: str, outcome: Outcome) -> ResponseReturnValue:
    assert outcome.account_id is not None
    with database().writing() as session:
        known = visitor.session_token(journey.kind)
        current = sign_in.find(session, settings(), known, journey.kind)
        _, token = sign_in.open_session(
            session, settings(), outcome.account_id, current, visitor.origin()
        )
        interaction = session.get_one(Interaction, journey.interaction.id)
        interaction.authenticated_at = clock.now()
        known_here = devices.recognise(session, outcome.account_id, identifier)
    devices.announce(known_here)
    visitor.set_session(token, journey.kind)
    return proceed(journey)


def _must_activate(journey: Journey, outcome: Outcome) -> ResponseReturnValue:
    """The letter was proved; nothing of the account changes before the channel is confirmed."""
    with database().writing() as session:
        interaction = session.get_one(Interaction, journey.interaction.id)
        interaction.account_id = outcome.account_id
        interaction.activation = {"stage": "new_password", **(outcome.activation or {})}
    return proceed(journey)


def _suggested(journey: Journey) -> str | None:
    """Who is asked: the person signed in, or the one whom the application names."""
    if journey.live is not None:
        with database().reading() as session:
            account = session.get_one(Account, journey.live.account_id)
            return login_identifier.display(account.login_identifier)
    hint = journey.request.login_hint if journey.request else None
    try:
        return login_identifier.display(login_identifier.parse(hint)) if hint else None
    except InvalidValue:
        return None


def _page(journey: Journey, form: PasswordForm, problems: list[Problem]) -> str:
    for problem in problems:
        if problem.field and problem.beside:
            form[problem.field].errors = [problem.beside]
    account = _account(journey)
    return render_template(
        "steps/activation.html" if account == LETTER else "steps/password.html",
        client=client_view(journey.client),
        form=form,
        passkey_form=PasskeyForm(),
        passkey_url=journey.url("passkey.submit"),
        options_url=journey.url("passkey.options"),
        errors=[(problem.field, problem.title, problem.text) for problem in problems],
        action=journey.url(
            "password.submit", account=None if account == _usual(journey) else account
        ),
        forgotten_url=_forgotten(journey),
        **_other_way(journey),
        reason=words.reason(journey),
    )


def _account(journey: Journey) -> str:
    named = request.args.get("account")
    if named in {ACTIVE, LETTER} and journey.kind == SessionKind.HOLDER:
        return named
    return _usual(journey)


def _usual(journey: Journey) -> str:
    return LETTER if journey.begins_with_letter else ACTIVE


def _forgotten(journey: Journey) -> str | None:
    """The way out leads back here; operators go to one another."""
    if journey.kind == SessionKind.OPERATOR:
        return None
    return f"/forgotten?interaction={journey.handle}"


def _other_way(journey: Journey) -> dict[str, str]:
    """From the letter to the account and back. The application that waits is not lost on the way.
    An operator has no letter."""
    if journey.kind == SessionKind.OPERATOR:
        return {}
    if journey.client is None:
        return {"activation_url": "/activation", "sign_in_url": "/sign-in"}
    return {
        "activation_url": journey.url("password.show", account=LETTER),
        "sign_in_url": journey.url("password.show", account=ACTIVE),
    }
