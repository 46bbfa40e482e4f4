"""A visit to one's own space: always at the second level, whatever an application was content
with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from idp.directory import sign_in
from idp.models import Account, AccountState, BrowserSession
from idp.web import visitor
from idp.web.current import database, settings


@dataclass
class Visit:
    """Who is visiting; the ORM objects belong to `session`, which only reads."""

    session: Session
    account: Account
    browser_session: BrowserSession


def visited(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """The view gets the visit first; without a session at the second level one signs in."""

    @wraps(view)
    def checked(**arguments: int) -> ResponseReturnValue:
        with database().reading() as session:
            current = sign_in.find(session, settings(), visitor.browser().session)
            if current is not None and current.code_at is not None:
                account = session.get_one(Account, current.account_id)
                if account.state == AccountState.ACTIVE:
                    _stay(current.id)
                    return view(Visit(session, account, current), **arguments)
        return redirect("/sign-in", 303)

    return checked


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
    }
