"""The account is closed here, at its holder's wish."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from idp.directory import closing
from idp.messages import wake
from idp.web import farewell, visitor
from idp.web.account.visit import Visit, confirmed, urls
from idp.web.current import database, settings
from idp.web.rendering import moment

close = Blueprint("close", __name__, url_prefix="/account/close")


@close.get("")
@confirmed
def show(visit: Visit) -> ResponseReturnValue:
    return render_template("account/close.html", urls=urls(), days=settings().closing_days)


@close.post("")
@confirmed
def ask(visit: Visit) -> ResponseReturnValue:
    """Everybody is signed out, this browser too; the page says until when one can come back."""
    farewell.sign_out(visit.browser_session.id)
    with database().writing() as session:
        closes_at = closing.ask(session, settings(), visit.account.id, origin=visitor.origin())
    if closes_at is None:
        return redirect(urls()["home"], 303)
    wake.wake(settings())
    return render_template(
        "account/closing.html", closes_at=moment(closes_at), farewell_url="/account/signed-out"
    )
