"""Recovery codes: made, shown once, printed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from idp.factors import recovery_codes as factor
from idp.factors import ways
from idp.identity import login_identifier
from idp.messages import wake
from idp.web import visitor
from idp.web.account.visit import Visit, confirmed, urls
from idp.web.current import database, settings
from idp.web.words import language

recovery_codes = Blueprint("recovery_codes", __name__, url_prefix="/account")


@recovery_codes.get("/recovery-codes")
@confirmed
def show(visit: Visit) -> ResponseReturnValue:
    """How many are left; which ones, nobody can say any more."""
    return render_template(
        "account/recovery_codes.html",
        urls=urls(),
        left=ways.of(visit.session, visit.account.id).recovery_codes,
        number=settings().recovery_codes,
    )


@recovery_codes.post("/recovery-codes")
@confirmed
def make(visit: Visit) -> ResponseReturnValue:
    """A new set, in this answer and nowhere else; the old one is void."""
    codes = factor.enrol(
        database(),
        settings(),
        account_id=visit.account.id,
        locale=language(),
        origin=visitor.origin(),
    )
    wake.wake(settings())
    return render_template(
        "account/new_recovery_codes.html",
        urls=urls(),
        codes=codes,
        identifier=login_identifier.display(visit.account.login_identifier),
    )
