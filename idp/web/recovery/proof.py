"""Who signs in with more than codes that are sent proves more than those before a new password: a
recovery is no way round the account's level."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.factors import passkey, recovery, recovery_codes, totp, ways
from idp.factors.guess import Verdict
from idp.identity.typed_text import is_ascii_digits, without_separators
from idp.messages import wake
from idp.models import Link, LinkPurpose
from idp.web import passkey_words, visitor
from idp.web.current import database, settings
from idp.web.guess_words import (
    Said,
    missing_recovery_code,
    recovery_refusal,
    refusal,
    unreadable,
)
from idp.web.recovery import link_pages
from idp.web.recovery.forms import LONGEST_TYPED, CodeForm, PasskeyForm
from idp.web.words import language

proof = Blueprint("proof", __name__, url_prefix="/recovery/proof/<token>")

View = Callable[[str, Link], ResponseReturnValue]


def proving(view: View) -> Callable[[str], ResponseReturnValue]:
    """The view gets the link of this step, in the browser that came to it."""

    @wraps(view)
    def checked(token: str) -> ResponseReturnValue:
        with database().reading() as session:
            found = recovery.live(
                session, token, LinkPurpose.RECOVERY_PROOF, visitor.browser_hash()
            )
        return view(token, found) if found else link_pages.over(known=True)

    return checked


@proof.get("")
@proving
def show(token: str, link: Link) -> ResponseReturnValue:
    return _page(token, link, [])


@proof.post("/totp")
@proving
def by_totp(token: str, link: Link) -> ResponseReturnValue:
    typed = without_separators((CodeForm().code.data or "")[:LONGEST_TYPED])
    if len(typed) != totp.DIGITS or not is_ascii_digits(typed):
        return _page(token, link, [unreadable()]), 400
    outcome = totp.verify(
        database(), settings(), account_id=_owner(link), typed=typed, origin=visitor.origin()
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(token, link, [refusal(outcome)]), 400
    return _proved(link)


@proof.post("/recovery-code")
@proving
def by_recovery_code(token: str, link: Link) -> ResponseReturnValue:
    typed = (CodeForm().code.data or "")[:LONGEST_TYPED]
    if not typed.strip():
        return _page(token, link, [missing_recovery_code()]), 400
    outcome = recovery_codes.verify(
        database(),
        settings(),
        account_id=_owner(link),
        typed=typed,
        locale=language(),
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(token, link, [recovery_refusal(outcome)]), 400
    wake.wake(settings())
    return _proved(link)


@proof.post("/passkey/options")
@proving
def options(token: str, link: Link) -> ResponseReturnValue:
    """What the page's script hands to the browser; the challenge is this step's."""
    with database().writing() as session:
        asked = passkey.request_options(
            session, settings(), _owner(link), bound_to=_bound_to(link), must_verify=True
        )
    return jsonify(asked)


@proof.post("/passkey")
@proving
def by_passkey(token: str, link: Link) -> ResponseReturnValue:
    outcome = passkey.verify(
        database(),
        settings(),
        text=PasskeyForm().answer.data or "",
        bound_to=_bound_to(link),
        account_id=_owner(link),
        must_verify=True,
        origin=visitor.origin(),
    )
    if outcome.verdict != passkey.Verdict.PROVED:
        return _page(token, link, [passkey_words.refusal(outcome)]), 400
    return _proved(link)


@proof.get("/totp")
@proof.get("/recovery-code")
@proof.get("/passkey")
@proof.get("/passkey/options")
def reload(token: str) -> ResponseReturnValue:
    """A form's address, reloaded or in the other language: the page itself."""
    return redirect(url_for("proof.show", token=token), 303)


def _proved(link: Link) -> ResponseReturnValue:
    with database().writing() as session:
        following = recovery.after_proof(session, settings(), link)
    if following is None:
        return link_pages.over(known=True)
    return redirect(url_for("recovered_password.show", token=following), 303)


def _owner(link: Link) -> int:
    assert link.account_id is not None
    return link.account_id


def _bound_to(link: Link) -> str:
    return f"link:{link.id}"


def _page(token: str, link: Link, problems: list[Said]) -> str:
    with database().reading() as session:
        mine = ways.of(session, _owner(link))
    return render_template(
        "recovery/proof.html",
        ways=mine,
        form=PasskeyForm(),
        code_form=CodeForm(formdata=None),
        errors=[(None, title, text) for _, title, text in problems],
        totp_url=url_for("proof.by_totp", token=token),
        recovery_url=url_for("proof.by_recovery_code", token=token),
        passkey_url=url_for("proof.by_passkey", token=token),
        options_url=url_for("proof.options", token=token),
    )
