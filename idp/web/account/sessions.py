"""The browsers in which one is signed in: seen, and ended one by one or all others at once."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.directory import devices
from idp.directory import sessions as verbs
from idp.directory.devices import Device
from idp.web import visitor
from idp.web.account.visit import Visit, urls, visited
from idp.web.current import database, settings
from idp.web.rendering import moment
from idp.web.words import _, ngettext

account_sessions = Blueprint("account_sessions", __name__, url_prefix="/account/sessions")

LARGEST_ID = 2**63
BY_HOLDER = "ended_by_holder"


@account_sessions.get("")
@visited
def show(visit: Visit) -> ResponseReturnValue:
    found = devices.of(visit.session, settings(), visit.account.id)
    here = visit.browser_session.id
    found.sort(key=lambda each: each.session_id != here)  # the others stay in their order
    return render_template(
        "account/sessions.html",
        urls=urls(),
        devices=[_view(visit, each) for each in found if each.live],
        stayed=[_view(visit, each) for each in found if not each.live],
        idle_minutes=settings().session_idle // 60,
        others_url=url_for("account_sessions.end_others") if len(found) > 1 else None,
    )


@account_sessions.post("/<int:session_id>/end")
@visited
def end(visit: Visit, session_id: int) -> ResponseReturnValue:
    """One's own session ends by the button that says goodbye, not by this one."""
    if session_id >= LARGEST_ID or session_id == visit.browser_session.id:
        return redirect(urls()["sessions"], 303)
    with database().writing() as session:
        ended = verbs.end_for_good(
            session,
            visit.account.id,
            session_id,
            actor="holder",
            reason=BY_HOLDER,
            origin=visitor.origin(),
        )
    if ended:
        flash(_("Cet appareil est déconnecté, ses applications aussi."), "success")
    return redirect(urls()["sessions"], 303)


@account_sessions.post("/end-others")
@visited
def end_others(visit: Visit) -> ResponseReturnValue:
    with database().writing() as session:
        ended = verbs.end_others(
            session,
            visit.account.id,
            visit.browser_session.id,
            actor="holder",
            reason=BY_HOLDER,
            origin=visitor.origin(),
        )
    flash(
        ngettext(
            "Un autre appareil est déconnecté.", "%(num)d autres appareils sont déconnectés.", ended
        )
        if ended
        else _("Plus aucun autre appareil n’est connecté."),
        "success",
    )
    return redirect(urls()["sessions"], 303)


@account_sessions.get("/<int:session_id>/end")
@account_sessions.get("/end-others")
@visited
def reload(visit: Visit, session_id: int = 0) -> ResponseReturnValue:
    """A form's address, reloaded or in the other language."""
    return redirect(urls()["sessions"], 303)


def _view(visit: Visit, device: Device) -> dict[str, Any]:
    browser, _slash, system = device.browser.partition("/")
    return {
        "browser": browser,
        "system": system,
        "address": device.address,
        "since": moment(device.since),
        "last_seen": moment(device.last_seen),
        "applications": device.applications,
        "staying": device.staying,
        "current": device.session_id == visit.browser_session.id,
        "end_url": url_for("account_sessions.end", session_id=device.session_id),
    }
