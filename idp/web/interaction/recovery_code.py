"""A recovery code, from the sheet that the person printed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from idp.factors import recovery_codes as factor
from idp.factors.guess import Verdict
from idp.messages import wake
from idp.web import visitor
from idp.web.common_forms import CodeForm
from idp.web.current import database, settings
from idp.web.guess_words import missing_recovery_code, recovery_refusal
from idp.web.interaction.journey import Journey, step
from idp.web.interaction.raising import account_of, raise_level
from idp.web.refusals import Said, tell_of_code
from idp.web.rendering import client_view
from idp.web.words import language

recovery_code = Blueprint("recovery_code", __name__, url_prefix="/interaction/<handle>")


@recovery_code.get("/recovery-code")
@step("second_factor")
def show(journey: Journey) -> ResponseReturnValue:
    return _page(journey, CodeForm(), [])


@recovery_code.post("/recovery-code")
@step("second_factor")
def submit(journey: Journey) -> ResponseReturnValue:
    form = CodeForm()
    if not form.typed.strip():
        return _page(journey, form, [missing_recovery_code()]), 400
    outcome = factor.verify(
        database(),
        settings(),
        account_id=account_of(journey),
        typed=form.typed,
        locale=language(),
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(journey, form, [recovery_refusal(outcome)]), 400
    wake.wake(settings())
    return raise_level(journey, "recovery")


def _page(journey: Journey, form: CodeForm, errors: list[Said]) -> str:
    return render_template(
        "steps/recovery_code.html",
        client=client_view(journey.client),
        form=form,
        errors=tell_of_code(form, errors),
        action=journey.url("recovery_code.submit"),
        other_ways_url=journey.url("second_factor.show"),
    )
