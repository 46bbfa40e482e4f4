"""The mailed link: its page asks for the code that went another way. A mail scanner comes here too:
by GET nothing is done, and without the code nothing can be."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.crypto import digest
from idp.factors import links, one_time_code, recovery
from idp.factors.guess import Verdict
from idp.identity.typed_text import is_ascii_digits, without_separators
from idp.models import Link, LinkPurpose
from idp.web import visitor
from idp.web.current import database, settings
from idp.web.guess_words import Said, refusal, unreadable
from idp.web.recovery import link_pages
from idp.web.recovery.forms import LONGEST_TYPED, CodeForm

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
    typed = without_separators((form.code.data or "")[:LONGEST_TYPED])
    if len(typed) != one_time_code.DIGITS or not is_ascii_digits(typed):
        return _page(token, form, [unreadable()]), 400
    step = recovery.verify_code(
        database(),
        settings(),
        found,
        typed,
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
    if problems:
        form.code.data = None
    return render_template(
        "recovery/link.html",
        form=form,
        errors=problems,
        action=url_for("link.submit", token=token),
        forgotten_url=url_for("lost.forgotten"),
    )
