"""The password is changed here: the present one is asked for too, for a second factor that is fresh
may be the very telephone that somebody has found open."""

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.directory import own_words, passwords
from idp.factors import password as factor
from idp.factors import password_rules
from idp.factors.hashing import Hasher, normalise
from idp.factors.password import Outcome, Verdict
from idp.factors.password_rules import Rule
from idp.identity import login_identifier
from idp.messages import wake
from idp.web import new_password_words as words
from idp.web import visitor
from idp.web.account.forms import ChangePasswordForm
from idp.web.account.visit import Visit, confirmed, urls
from idp.web.common_forms import LONGEST_PASSWORD
from idp.web.current import database, settings
from idp.web.refusals import Said, tell
from idp.web.words import _, delay, language

account_password = Blueprint("account_password", __name__, url_prefix="/account/password")


@account_password.get("")
@confirmed
def show(visit: Visit) -> ResponseReturnValue:
    return _page(visit, ChangePasswordForm(), None, [])


@account_password.post("")
@confirmed
def submit(visit: Visit) -> ResponseReturnValue:
    form = ChangePasswordForm()
    chosen = form.new_password.data or ""
    rules = _rules(visit, chosen, form.present_password.data or "")
    problems = words.refusals(rules)
    if not problems and normalise(chosen) != normalise(form.new_password_again.data or ""):
        problems = [words.differ()]
    problems = problems or _present(visit, (form.present_password.data or "")[:LONGEST_PASSWORD])
    if problems:
        return _page(visit, form, rules, problems), 400
    hashed = Hasher(settings()).hash(chosen)
    with database().writing() as session:
        done = passwords.change(
            session,
            visit.account.id,
            hashed=hashed,
            kept=visit.browser_session.id,
            locale=language(),
            origin=visitor.origin(),
        )
    if done:
        wake.wake(settings())
        flash(_("Votre mot de passe est changé. Vos autres appareils sont déconnectés."), "success")
    return redirect(urls()["factors"], 303)


@account_password.post("/check")
@confirmed
def check(visit: Visit) -> ResponseReturnValue:
    """What the page asks while somebody types."""
    form = ChangePasswordForm()
    return jsonify(rules=words.shown(_rules(visit, form.new_password.data or "", "")))


@account_password.get("/check")
@confirmed
def reload(visit: Visit) -> ResponseReturnValue:
    return redirect(urls()["password"], 303)


def _rules(visit: Visit, chosen: str, present: str) -> list[Rule]:
    own = own_words.of(visit.account)
    rules = password_rules.check(chosen[:LONGEST_PASSWORD], own, settings())
    return [*rules, Rule("present", not present or normalise(chosen) != normalise(present))]


def _present(visit: Visit, typed: str) -> list[Said]:
    """Looked at last, and counted as at the login page: a try is not spent on other slips."""
    identifier = visit.account.login_identifier
    outcome = factor.verify(
        database(),
        settings(),
        identifier,
        typed,
        browser=visitor.known_browser(identifier),
        origin=visitor.origin(),
    )
    return [] if outcome.verdict == Verdict.PROVED else [_refusal(outcome)]


def _refusal(outcome: Outcome) -> Said:
    if outcome.wait:
        why = _("Vous pourrez réessayer dans %(delay)s.", delay=delay(outcome.wait))
    else:
        why = _("Saisissez celui avec lequel vous vous connectez aujourd’hui.")
    title = _("Ce n’est pas votre mot de passe actuel")
    if outcome.verdict == Verdict.MUST_WAIT:
        title = _("Il faut attendre avant de réessayer")
    return ("present_password", title, why)


def _page(
    visit: Visit, form: ChangePasswordForm, rules: list[Rule] | None, problems: list[Said]
) -> str:
    return render_template(
        "account/password.html",
        urls=urls(),
        form=form,
        errors=tell(form, problems),
        identifier=login_identifier.display(visit.account.login_identifier),
        check_url=url_for("account_password.check"),
        min_length=settings().password_minimum,
        rules=words.shown(rules) if rules else None,
    )
