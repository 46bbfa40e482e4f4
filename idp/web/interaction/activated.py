"""The account is activated: what to do next, before the journey goes on."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from idp.models import Interaction, SessionKind
from idp.web.current import database
from idp.web.interaction.journey import Journey, proceed, step
from idp.web.rendering import client_view

activated = Blueprint("activated", __name__, url_prefix="/interaction/<handle>")


@activated.get("/activated")
@step("activated")
def show(journey: Journey) -> ResponseReturnValue:
    channel = (journey.interaction.activation or {}).get("channel", "mail")
    return render_template(
        "activated.html",
        client=client_view(journey.client),
        channel={"id": channel},
        administers=journey.kind == SessionKind.OPERATOR,
        continue_url=journey.url("activated.go_on"),
    )


@activated.get("/activated/continue")
@step("activated")
def go_on(journey: Journey) -> ResponseReturnValue:
    with database().writing() as session:
        session.get_one(Interaction, journey.interaction.id).activation = None
    return proceed(journey)
