"""The end of a connection that an operator tries: what the application would have been told."""

import json

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from idp.models import Interaction, Purpose
from idp.oidc import trial
from idp.web.current import provider
from idp.web.interaction.journey import Journey, end
from idp.web.rendering import client_view


def is_tried(interaction: Interaction) -> bool:
    return interaction.purpose == Purpose.TRIAL


def show(journey: Journey) -> ResponseReturnValue:
    assert journey.client is not None
    with provider().database.transaction() as tx:
        told = trial.told(provider(), tx, journey.client, journey.situation)
    return _page(journey, told=json.dumps(told, indent=2, ensure_ascii=False))


def refused(journey: Journey, error: str, description: str) -> ResponseReturnValue:
    end(journey.interaction.id)
    return _page(journey, error=error, description=description)


def _page(journey: Journey, **result: str) -> str:
    assert journey.client is not None
    return render_template(
        "trial_result.html",
        client=client_view(journey.client),
        back_url=url_for("admin_applications.show", client_id=journey.client.client_id),
        **result,
    )
