"""A visit to one's own space: always at the second level, whatever an application was content
with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp import clock
from idp.directory import sign_in
from idp.models import Account, AccountState, BrowserSession
from idp.oidc.levels import MFA, Proofs, at_least
from idp.web import visitor
from idp.web.current import database, settings


@dataclass
class Visit:
    """Who is visiting; the ORM objects belong to `session`, which only reads."""

    session: Session
    account: Account
    browser_session: BrowserSession

    @property
    def proofs(self) -> Proofs:
        current = self.browser_session
        return Proofs(
            current.password_at,
            current.code_at,
            current.code_channel,
            current.passkey_at,
            current.passkey_methods,
        )


View = Callable[..., ResponseReturnValue]


def visited(view: View) -> View:
    """The view gets the visit first; without a session at the second level one signs in."""

    @wraps(view)
    def checked(**arguments: Any) -> ResponseReturnValue:
        with database().reading() as session:
            current = sign_in.find(session, settings(), visitor.browser().session)
            if current is not None:
                visit = Visit(session, session.get_one(Account, current.account_id), current)
                if _is_open(visit.account) and at_least(visit.proofs.acr, MFA):
                    _stay(current.id)
                    return view(visit, **arguments)
        return redirect("/sign-in", 303)

    return checked


def confirmed(view: View) -> View:
    """The same for what changes the ways to sign in: the second factor was proved in the last few
    minutes, or is asked for again. A form that came too late is not acted on."""

    @visited
    @wraps(view)
    def checked(visit: Visit, **arguments: Any) -> ResponseReturnValue:
        proved_at = visit.proofs.second_factor_at
        if proved_at is None or proved_at < clock.now() - settings().fresh_second_factor:
            return redirect(f"/confirm?{urlencode({'to': request.path})}", 303)
        return view(visit, **arguments)

    return checked


def _is_open(account: Account) -> bool:
    """One that is about to close is asked about on the way in."""
    return account.state == AccountState.ACTIVE and account.closes_at is None


def _stay(session_id: int) -> None:
    with database().writing() as session:
        sign_in.touch(session.get_one(BrowserSession, session_id))


def urls() -> dict[str, str]:
    return {
        "home": url_for("account.home"),
        "identity": url_for("account.identity"),
        "applications": url_for("account.applications"),
        "sign_out": url_for("account.sign_out"),
        "not_me": url_for("account.not_me"),
        "password": url_for("account_password.show"),
        "close": url_for("close.show"),
        "export": url_for("data_export.show"),
        "channels": url_for("channels.show"),
        "factors": url_for("factors.show"),
        "sessions": url_for("account_sessions.show"),
        "accesses": url_for("trace.show"),
        "new_passkey": url_for("passkeys.new"),
        "new_totp": url_for("totp_enrolment.new"),
        "remove_totp": url_for("totp_enrolment.remove"),
        "recovery_codes": url_for("recovery_codes.show"),
    }
