"""The last step of a recovery: a new password, under the rules of an activation. Nobody is
signed in by it: the next sign-in asks for everything that it always asks for."""

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.directory import own_words, passwords
from idp.factors import links, password_rules, recovery
from idp.factors.hashing import Hasher, normalise
from idp.factors.password_rules import Rule
from idp.identity import login_identifier
from idp.messages import wake
from idp.models import Account, Link, LinkPurpose
from idp.web import new_password_words as words
from idp.web import visitor
from idp.web.common_forms import LONGEST_PASSWORD, NewPasswordForm
from idp.web.current import database, settings
from idp.web.recovery import link_pages, ways_back
from idp.web.refusals import Said, tell
from idp.web.words import language

recovered_password = Blueprint("recovered_password", __name__, url_prefix="/recovery/new-password")


@recovered_password.get("/done")
def done() -> ResponseReturnValue:
    return render_template("recovery/done.html", sign_in_url=ways_back.to(ways_back.handle()))


@recovered_password.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    link = _find(token)
    return _page(token, link, NewPasswordForm(), None, []) if link else link_pages.over(known=True)


@recovered_password.post("/<token>")
def submit(token: str) -> ResponseReturnValue:
    form, link = NewPasswordForm(), _find(token)
    if link is None:
        return link_pages.over(known=True)
    chosen = form.new_password.data or ""
    rules = _rules(link, chosen)
    problems = words.refusals(rules)
    if not problems and normalise(chosen) != normalise(form.new_password_again.data or ""):
        problems = [words.differ()]
    if problems:
        return _page(token, link, form, rules, problems), 400
    if not _changed(link, Hasher(settings()).hash(chosen)):
        return link_pages.over(known=True)
    wake.wake(settings())
    handle = link.detail.get("interaction")
    return redirect(url_for("recovered_password.done", interaction=handle), 303)


@recovered_password.post("/<token>/check")
def check(token: str) -> ResponseReturnValue:
    """What the page asks while somebody types."""
    link = _find(token)
    # The last question may come when the form has been sent already.
    rules = _rules(link, NewPasswordForm().new_password.data or "") if link else []
    return jsonify(rules=words.shown(rules) if rules else [])


@recovered_password.get("/<token>/check")
def reload(token: str) -> ResponseReturnValue:
    return redirect(url_for("recovered_password.show", token=token), 303)


def _find(token: str) -> Link | None:
    with database().reading() as session:
        return recovery.live(session, token, LinkPurpose.NEW_PASSWORD, visitor.browser_hash())


def _changed(link: Link, hashed: str) -> bool:
    assert link.account_id is not None
    with database().writing() as session:
        if not links.use(session, link):
            return False
        return passwords.change(
            session,
            link.account_id,
            hashed=hashed,
            kept=None,
            locale=language(),
            origin=visitor.origin(),
        )


def _rules(link: Link, chosen: str) -> list[Rule]:
    with database().reading() as session:
        own = own_words.of(session.get_one(Account, link.account_id))
    return password_rules.check(chosen[:LONGEST_PASSWORD], own, settings())


def _page(
    token: str,
    link: Link,
    form: NewPasswordForm,
    rules: list[Rule] | None,
    problems: list[Said],
) -> str:
    with database().reading() as session:
        identifier = session.get_one(Account, link.account_id).login_identifier
    return render_template(
        "steps/new_password.html",
        activation=False,
        form=form,
        errors=tell(form, problems),
        action=url_for("recovered_password.submit", token=token),
        check_url=url_for("recovered_password.check", token=token),
        identifier=login_identifier.display(identifier),
        min_length=settings().password_minimum,
        rules=words.shown(rules) if rules else None,
    )
