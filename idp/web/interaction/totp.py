"""The code that the person's authenticator application shows."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from idp.factors import totp as factor
from idp.factors.guess import Verdict
from idp.web import visitor
from idp.web.common_forms import CodeForm
from idp.web.current import database, settings
from idp.web.guess_words import refusal, unreadable
from idp.web.interaction.journey import Journey, step
from idp.web.interaction.raising import account_of, raise_level
from idp.web.refusals import Said, tell_of_code
from idp.web.rendering import client_view

totp = Blueprint("totp", __name__, url_prefix="/interaction/<handle>")


@totp.get("/totp")
@step("second_factor")
def show(journey: Journey) -> ResponseReturnValue:
    return _page(journey, CodeForm(), [])


@totp.post("/totp")
@step("second_factor")
def submit(journey: Journey) -> ResponseReturnValue:
    form = CodeForm()
    digits = form.digits
    if digits is None:
        return _page(journey, form, [unreadable()]), 400
    outcome = factor.verify(
        database(),
        settings(),
        account_id=account_of(journey),
        typed=digits,
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(journey, form, [refusal(outcome)]), 400
    return raise_level(journey, "totp")


def _page(journey: Journey, form: CodeForm, errors: list[Said]) -> str:
    return render_template(
        "steps/totp.html",
        client=client_view(journey.client),
        form=form,
        errors=tell_of_code(form, errors),
        action=journey.url("totp.submit"),
        other_ways_url=journey.url("second_factor.show"),
    )
