"""Which second factor: a person with several of them chooses one. The ways answer one question, and
each is a module of its own."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from idp.factors import ways
from idp.web.common_forms import PasskeyForm
from idp.web.current import database
from idp.web.interaction import code_page, code_words
from idp.web.interaction.journey import Journey, step
from idp.web.interaction.raising import account_of
from idp.web.rendering import client_view

second_factor = Blueprint("second_factor", __name__, url_prefix="/interaction/<handle>")


@second_factor.get("/second-factor")
@step("second_factor")
def show(journey: Journey) -> ResponseReturnValue:
    """Who has channels alone goes on to the code at once."""
    with database().reading() as session:
        mine = ways.of(session, account_of(journey))
    if not mine.others_than_channels:
        return redirect(journey.url("code.show"), 303)
    return render_template(
        "steps/second_factor.html",
        client=client_view(journey.client),
        form=PasskeyForm(),
        ways=mine,
        channels=[code_page.view(each) for each in code_page.read(journey).channels],
        reason=code_words.reason(journey),
        send_url=journey.url("code.send"),
        passkey_url=journey.url("passkey.submit"),
        options_url=journey.url("passkey.options"),
        totp_url=journey.url("totp.show"),
        recovery_url=journey.url("recovery_code.show"),
    )
