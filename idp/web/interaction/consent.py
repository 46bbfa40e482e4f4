"""Consent: each thing that the application would know, with the very value, and a choice."""

import hmac
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from idp import clock
from idp.config import DAY
from idp.directory import consents
from idp.directory.consents import Party
from idp.models import Interaction
from idp.oidc import people
from idp.oidc.claims import Person
from idp.oidc.consents import Item
from idp.web import visitor
from idp.web.claim_words import title_of, value_of
from idp.web.current import database, provider, settings
from idp.web.interaction import trial
from idp.web.interaction.forms import ConsentForm
from idp.web.interaction.journey import Journey, fail, proceed, step
from idp.web.rendering import client_view
from idp.web.words import _

consent = Blueprint("consent", __name__, url_prefix="/interaction/<handle>")

STAYING = "offline_access"


@consent.get("/consent")
@step("consent")
def show(journey: Journey) -> ResponseReturnValue:
    return _page(journey)


@consent.post("/consent")
@step("consent")
def submit(journey: Journey) -> ResponseReturnValue:
    decision = request.form.get("decision")
    if decision == "refuse":
        with database().writing() as session:
            consents.refuse(session, _party(journey), origin=visitor.origin())
        return _refused(journey)
    if decision != "accept" or not _is_asked(journey):
        # Another person signed in meanwhile in another tab: what they see must be theirs.
        return proceed(journey)
    _accept(journey)
    return proceed(journey)


def _refused(journey: Journey) -> ResponseReturnValue:
    error, description = "access_denied", "the person refused"
    if trial.is_tried(journey.interaction):
        return trial.refused(journey, error, description)
    return fail(journey, error, description)


def _accept(journey: Journey) -> None:
    asked = journey.situation.asked
    granted = [item.name for item in asked if item.necessary or _field(item) in request.form]
    with database().writing() as session:
        consents.give(
            session,
            _party(journey),
            asked=[item.name for item in asked],
            granted=granted,
            origin=visitor.origin(),
        )
        session.get_one(Interaction, journey.interaction.id).consented_at = clock.now()


def _party(journey: Journey) -> Party:
    assert journey.live is not None
    assert journey.client is not None
    return Party(journey.live.account_id, journey.client.pk, journey.live.pk)


def _field(item: Item) -> str:
    return item.name.replace(":", "-")


def _is_asked(journey: Journey) -> bool:
    """Whether the page that was answered was shown to the person who is signed in."""
    answered = request.form.get("shown_to", "")
    return hmac.compare_digest(answered.encode(), _shown_to(journey).encode())


def _shown_to(journey: Journey) -> str:
    message = f"{_party(journey).account_id}:{journey.interaction.id}".encode()
    return provider().keyring.mac("consent", message)[:12].hex()


def _page(journey: Journey) -> str:
    asked = journey.situation.asked
    with provider().database.transaction(writes=False) as tx:
        person = people.read(provider(), tx, _party(journey).account_id)
    stays = any(item.name == STAYING and item.necessary for item in asked)
    form = ConsentForm()
    form.shown_to.data = _shown_to(journey)
    return render_template(
        "steps/consent.html",
        client=client_view(journey.client),
        form=form,
        # That an application stays connected is a sentence of its own, unless it is a choice.
        claims=[
            _line(journey, item, person) for item in asked if item.name != STAYING or not stays
        ],
        stays_signed_in=settings().refresh_token_lifetime // DAY if stays else None,
        action=journey.url("consent.submit"),
        reason=_reason(journey),
    )


def _line(journey: Journey, item: Item, person: Person) -> dict[str, Any]:
    given = journey.situation.given
    return {
        "title": title_of(item.name, provider().registry),
        "value": value_of(item.name, person),
        "necessary": item.necessary,
        "field": _field(item),
        "checked": given is not None and item.name in given.granted,
    }


def _reason(journey: Journey) -> str | None:
    if journey.situation.given is None or journey.situation.prompts("consent"):
        return None
    return _(
        "L’application demande plus que la dernière fois. "
        "Vous pourrez retirer votre accord à tout moment dans « Mon compte »."
    )
