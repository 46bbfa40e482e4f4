"""The passkey: as the second factor, as the level that an application insists on, or instead of
identifier and password on the login page."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from idp import clock
from idp.directory import sign_in
from idp.factors import passkey as factor
from idp.factors import passkey_list
from idp.factors.passkey import Outcome, Verdict
from idp.models import Account, Interaction, Purpose
from idp.web import passkey_words as words
from idp.web import visitor
from idp.web.common_forms import PasskeyForm
from idp.web.current import database, settings
from idp.web.interaction import admission, devices
from idp.web.interaction.journey import Journey, fail, proceed, step
from idp.web.interaction.password_words import wrong_door
from idp.web.interaction.raising import account_of, raise_level
from idp.web.refusals import Said
from idp.web.rendering import client_view

passkey = Blueprint("passkey", __name__, url_prefix="/interaction/<handle>")

ASKED_AT = ("password", "second_factor", "passkey")


@passkey.get("/passkey")
@step("passkey")
def show(journey: Journey) -> ResponseReturnValue:
    """The application insists: no other way will do."""
    return _page(journey, [])


@passkey.post("/passkey/options")
@step(*ASKED_AT)
def options(journey: Journey) -> ResponseReturnValue:
    """What the page's script hands to the browser; the challenge is this interaction's."""
    if _begins_with_the_letter(journey):
        return proceed(journey)
    with database().writing() as session:
        asked = factor.request_options(
            session,
            settings(),
            None if _signs_in(journey) else account_of(journey),
            bound_to=_bound_to(journey),
            must_verify=_must_verify(journey),
        )
    return jsonify(asked)


@passkey.get("/passkey/options")
@step(*ASKED_AT)
def reload(journey: Journey) -> ResponseReturnValue:
    return proceed(journey)


@passkey.post("/passkey")
@step(*ASKED_AT)
def submit(journey: Journey) -> ResponseReturnValue:
    if _begins_with_the_letter(journey):
        return proceed(journey)
    outcome = factor.verify(
        database(),
        settings(),
        text=PasskeyForm().answer.data or "",
        bound_to=_bound_to(journey),
        account_id=None if _signs_in(journey) else account_of(journey),
        must_verify=_must_verify(journey),
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(journey, [words.refusal(outcome)]), 400
    if _signs_in(journey):
        return _signed_in(journey, outcome)
    return raise_level(journey, "passkey", outcome.methods)


@passkey.post("/passkey/without")
@step("passkey")
def without(journey: Journey) -> ResponseReturnValue:
    """Nobody is kept here who has no passkey: the application is told."""
    return fail(journey, "unmet_authentication_requirements", "the person has no passkey at hand")


@passkey.get("/passkey/without")
@step("passkey")
def reload_without(journey: Journey) -> ResponseReturnValue:
    return proceed(journey)


def _signed_in(journey: Journey, outcome: Outcome) -> ResponseReturnValue:
    assert outcome.account_id is not None
    if not admission.admit(journey, outcome.account_id):
        problem = wrong_door(journey)
        return _page(journey, [(None, problem.title, problem.text)]), 400
    with database().writing() as session:
        known = visitor.session_token(journey.kind)
        current = sign_in.find(session, settings(), known, journey.kind)
        token = sign_in.open_by_passkey(
            session, settings(), outcome.account_id, current, outcome.methods, visitor.origin()
        )
        session.get_one(Interaction, journey.interaction.id).authenticated_at = clock.now()
        identifier = session.get_one(Account, outcome.account_id).login_identifier
        known_here = devices.recognise(session, outcome.account_id, identifier)
    devices.announce(known_here)
    visitor.set_session(token, journey.kind)
    return proceed(journey)


def _signs_in(journey: Journey) -> bool:
    assert journey.question is not None
    return journey.question.step == "password"


def _must_verify(journey: Journey) -> bool:
    """A passkey that is not the second of two factors has to be both of them; and nobody proves
    less than they have proved already."""
    assert journey.question is not None
    if journey.question.step != "second_factor" or journey.live is None:
        return True
    proofs = journey.live.proofs
    return proofs.password_at is None or proofs.user_verified


def _begins_with_the_letter(journey: Journey) -> bool:
    return _signs_in(journey) and journey.interaction.purpose == Purpose.ACTIVATION


def _bound_to(journey: Journey) -> str:
    return f"interaction:{journey.interaction.id}"


def _page(journey: Journey, errors: list[Said]) -> str:
    assert journey.question is not None
    required = journey.question.step == "passkey"
    with database().reading() as session:
        has_one = not required or bool(passkey_list.of(session, account_of(journey)))
    return render_template(
        "steps/passkey.html",
        client=client_view(journey.client),
        form=PasskeyForm(),
        errors=errors,
        required=required,
        has_one=has_one,
        action=journey.url("passkey.submit"),
        options_url=journey.url("passkey.options"),
        without_url=journey.url("passkey.without"),
        other_ways_url=journey.url("dispatcher.dispatch"),
        new_passkey_url="/account/passkeys/new",
    )
