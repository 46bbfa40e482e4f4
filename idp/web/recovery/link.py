"""The mailed link: its page asks for the code that went another way. A mail scanner comes here too:
by GET nothing is done, and without the code nothing can be."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.crypto import digest
from idp.factors import links, recovery
from idp.factors.guess import Verdict
from idp.models import Link, LinkPurpose
from idp.web import visitor
from idp.web.common_forms import CodeForm
from idp.web.current import database, settings
from idp.web.guess_words import refusal, unreadable
from idp.web.recovery import link_pages
from idp.web.refusals import Said, tell_of_code

link = Blueprint("link", __name__, url_prefix="/recovery/link")

NEXT = {
    LinkPurpose.RECOVERY_PROOF: "proof.show",
    LinkPurpose.NEW_PASSWORD: "recovered_password.show",
}


@link.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    found = _find(token)
    return _page(token, CodeForm(), []) if found else _over(token)


@link.post("/<token>")
def submit(token: str) -> ResponseReturnValue:
    form, found = CodeForm(), _find(token)
    if found is None:
        return _over(token)
    digits = form.digits
    if digits is None:
        return _page(token, form, [unreadable()]), 400
    step = recovery.verify_code(
        database(),
        settings(),
        found,
        digits,
        browser_hash=digest(visitor.ensure_browser_key()),
        origin=visitor.origin(),
    )
    if step.outcome.verdict == Verdict.USED:
        return link_pages.over(known=True)
    if step.next is None or step.purpose is None:
        return _page(token, form, [refusal(step.outcome)]), 400
    return redirect(url_for(NEXT[step.purpose], token=step.next), 303)


def _find(token: str) -> Link | None:
    with database().reading() as session:
        return recovery.live(session, token, LinkPurpose.RECOVERY)


def _over(token: str) -> ResponseReturnValue:
    with database().reading() as session:
        known = links.named(session, token, LinkPurpose.RECOVERY) is not None
    return link_pages.over(known)


def _page(token: str, form: CodeForm, problems: list[Said]) -> str:
    return render_template(
        "recovery/link.html",
        form=form,
        errors=tell_of_code(form, problems),
        action=url_for("link.submit", token=token),
        forgotten_url=url_for("lost.forgotten"),
    )
