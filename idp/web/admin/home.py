"""Where an operator arrives, and leaves."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from idp.directory import sessions
from idp.web import visitor
from idp.web.admin import navigation
from idp.web.admin.visit import KIND, SIGN_IN, Visit, operated, page
from idp.web.current import database

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.get("")
@operated(None)
def home(visit: Visit) -> ResponseReturnValue:
    roles = visit.operator.roles
    return page(
        "home",
        visit,
        acts=navigation.first_acts(visit.mandate),
        roles=[(navigation.role_name(role), navigation.role_words(role)) for role in roles],
    )


@admin.post("/sign-out")
@operated(None)
def sign_out(visit: Visit) -> ResponseReturnValue:
    with database().writing() as session:
        sessions.end(session, visit.browser_session.id, actor="operator", reason="logout")
    visitor.forget_session(KIND)
    return redirect("/admin/signed-out", 303)


@admin.get("/sign-out")
def reload() -> ResponseReturnValue:
    """The button's address, reloaded: the console if the session is still there, or the way in."""
    return redirect("/admin", 303)


@admin.get("/signed-out")
def signed_out() -> ResponseReturnValue:
    return render_template("logged_out.html", back_url=None, account_url=SIGN_IN)
