"""Who signs in with more than codes that are sent proves more than those before a new password: a
recovery is no way round the account's level."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from idp.factors import passkey, recovery, recovery_codes, totp, ways
from idp.factors.guess import Verdict
from idp.messages import wake
from idp.models import Link, LinkPurpose
from idp.web import passkey_words, visitor
from idp.web.common_forms import PasskeyForm
from idp.web.current import database, settings
from idp.web.guess_words import (
    missing_recovery_code,
    recovery_refusal,
    refusal,
    unreadable,
)
from idp.web.recovery import link_pages
from idp.web.recovery.forms import RecoveryCodeForm, TotpForm
from idp.web.refusals import Said, tell_of_code
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
    form = TotpForm()
    digits = form.digits
    if digits is None:
        return _page(token, link, [unreadable()], form), 400
    outcome = totp.verify(
        database(), settings(), account_id=_owner(link), typed=digits, origin=visitor.origin()
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(token, link, [refusal(outcome)], form), 400
    return _proved(link)


@proof.post("/recovery-code")
@proving
def by_recovery_code(token: str, link: Link) -> ResponseReturnValue:
    form = RecoveryCodeForm()
    if not form.typed.strip():
        return _page(token, link, [missing_recovery_code()], form), 400
    outcome = recovery_codes.verify(
        database(),
        settings(),
        account_id=_owner(link),
        typed=form.typed,
        locale=language(),
        origin=visitor.origin(),
    )
    if outcome.verdict != Verdict.PROVED:
        return _page(token, link, [recovery_refusal(outcome)], form), 400
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


def _page(
    token: str, link: Link, problems: list[Said], sent: TotpForm | RecoveryCodeForm | None = None
) -> str:
    """`sent` is the form that the problems are about, if they are about one."""
    with database().reading() as session:
        mine = ways.of(session, _owner(link))
    empty = TotpForm(formdata=None), RecoveryCodeForm(formdata=None)
    totp_form, recovery_form = (sent if type(sent) is type(each) else each for each in empty)
    return render_template(
        "recovery/proof.html",
        ways=mine,
        form=PasskeyForm(),
        totp_form=totp_form,
        recovery_form=recovery_form,
        errors=tell_of_code(sent, problems) if sent else problems,
        totp_url=url_for("proof.by_totp", token=token),
        recovery_url=url_for("proof.by_recovery_code", token=token),
        passkey_url=url_for("proof.by_passkey", token=token),
        options_url=url_for("proof.options", token=token),
    )
