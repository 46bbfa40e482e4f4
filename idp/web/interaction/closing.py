"""Whoever signs in to an account that is about to close is asked first: keep it, or leave."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from idp.directory import closing as verbs
from idp.messages import wake
from idp.web import farewell, visitor
from idp.web.current import database, settings
from idp.web.interaction.journey import Journey, end, fail, proceed, step
from idp.web.interaction.raising import account_of
from idp.web.rendering import client_view, moment

closing = Blueprint("closing", __name__, url_prefix="/interaction/<handle>")


@closing.get("/closing")
@step("closing")
def show(journey: Journey) -> ResponseReturnValue:
    assert journey.live is not None
    return render_template(
        "steps/closing.html",
        client=client_view(journey.client),
        closes_at=moment(journey.live.closes_at),
        keep_url=journey.url("closing.keep"),
        leave_url=journey.url("closing.leave"),
    )


@closing.post("/closing/keep")
@step("closing")
def keep(journey: Journey) -> ResponseReturnValue:
    with database().writing() as session:
        verbs.undo(session, account_of(journey), origin=visitor.origin())
    wake.wake(settings())
    return proceed(journey)


@closing.post("/closing/leave")
@step("closing")
def leave(journey: Journey) -> ResponseReturnValue:
    """The wish stands; the session that was opened for this question ends with it."""
    assert journey.live is not None
    farewell.sign_out(journey.live.pk)
    if journey.request is not None:
        return fail(journey, "access_denied", "the account is about to be closed")
    end(journey.interaction.id)
    return redirect("/account/signed-out", 303)


@closing.get("/closing/keep")
@closing.get("/closing/leave")
@step("closing")
def reload(journey: Journey) -> ResponseReturnValue:
    return proceed(journey)
