"""The emergency: somebody blocks the own account, by the identifier and a code."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.crypto import digest
from idp.directory import emergency as directory
from idp.factors import links
from idp.factors.guess import Verdict
from idp.messages import kinds, wake
from idp.models import Link, LinkPurpose
from idp.web import visitor
from idp.web.common_forms import LONGEST_IDENTIFIER, CodeForm
from idp.web.current import database, settings
from idp.web.guess_words import refusal, unreadable
from idp.web.recovery import asking, link_pages
from idp.web.recovery.forms import IdentifierForm
from idp.web.refusals import Said, tell, tell_of_code
from idp.web.words import language

emergency = Blueprint("emergency", __name__, url_prefix="/emergency")


@emergency.get("")
def ask() -> ResponseReturnValue:
    return _page(IdentifierForm(), [])


@emergency.post("")
def asked() -> ResponseReturnValue:
    """The link exists whether or not there is such a person; the worker sends its code."""
    form = IdentifierForm()
    identifier, problems = asking.read_identifier((form.identifier.data or "")[:LONGEST_IDENTIFIER])
    if identifier is not None:
        browser = visitor.known_browser(identifier)
        problems = asking.count(kinds.EMERGENCY, identifier, browser)
    if identifier is None or problems:
        return _page(form, problems), 400
    key = visitor.ensure_browser_key()
    with database().writing() as session:
        link, token = links.give(
            session,
            LinkPurpose.EMERGENCY,
            account_id=None,
            lifetime=settings().recovery_lifetime,
            browser_hash=digest(key),
            detail={"identifier": identifier},
        )
        session.flush()
        asking.ask(session, kinds.EMERGENCY, identifier, link=link.id)
    return redirect(url_for("emergency.show", token=token), 303)


@emergency.get("/blocked")
def blocked() -> ResponseReturnValue:
    return link_pages.blocked()


@emergency.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    link = _link(token)
    return _code_page(token, CodeForm(), []) if link else link_pages.over(known=True)


@emergency.post("/<token>")
def block(token: str) -> ResponseReturnValue:
    form, link = CodeForm(), _link(token)
    if link is None:
        return link_pages.over(known=True)
    digits = form.digits
    if digits is None:
        return _code_page(token, form, [unreadable()]), 400
    outcome = directory.verify(
        database(),
        settings(),
        link,
        digits,
        browser=visitor.known_browser(link.detail["identifier"]),
        locale=language(),
        origin=visitor.origin(),
    )
    if outcome.verdict == Verdict.USED:
        return link_pages.over(known=True)
    if outcome.verdict != Verdict.PROVED:
        return _code_page(token, form, [refusal(outcome)]), 400
    wake.wake(settings())
    return redirect(url_for("emergency.blocked"), 303)


def _link(token: str) -> Link | None:
    with database().reading() as session:
        here = visitor.browser_hash()
        return links.find(session, token, LinkPurpose.EMERGENCY, browser_hash=here)


def _page(form: IdentifierForm, problems: list[Said]) -> str:
    return render_template(
        "recovery/emergency.html",
        form=form,
        errors=tell(form, problems),
        action=url_for("emergency.asked"),
        forgotten_url=url_for("lost.forgotten"),
    )


def _code_page(token: str, form: CodeForm, problems: list[Said]) -> str:
    return render_template(
        "recovery/emergency_code.html",
        form=form,
        errors=tell_of_code(form, problems),
        action=url_for("emergency.block", token=token),
        again_url=url_for("emergency.ask"),
        minutes=settings().recovery_lifetime // 60,
    )
