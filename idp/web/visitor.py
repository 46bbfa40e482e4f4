"""Who is at the other end: the browser's cookies, and from where it comes."""

import secrets
from typing import Any

import orjson
from flask import g, request

from idp import audit
from idp.config import DAY
from idp.crypto import digest
from idp.models import SessionKind
from idp.oidc.authorization import Browser
from idp.web import cookies, user_agents
from idp.web.current import provider, settings

PURPOSE = "known-browser"
MOST_REMEMBERED = 8


def browser() -> Browser:
    """What the cookies say, or what this answer is about to set."""
    names = cookies.names(settings())
    return Browser(
        key=g.get("new_browser_key") or request.cookies.get(names.browser),
        session=request.cookies.get(names.session),
    )


def origin() -> audit.Origin:
    return audit.Origin(request.remote_addr, user_agents.describe(request.user_agent.string))


def ensure_browser_key() -> str:
    """The key that binds interactions to this browser, made if it has none."""
    key = browser().key
    if key is None:
        key = secrets.token_urlsafe(16)
        g.new_browser_key = key
        set_cookie(cookies.names(settings()).browser, key)
    return key


def browser_hash() -> bytes | None:
    """What binds to this browser, as it is kept; None: it has no key yet."""
    key = browser().key
    return digest(key) if key is not None else None


def session_token(kind: SessionKind) -> str | None:
    """What signs in, as a holder or as an operator: a browser may be both."""
    return request.cookies.get(_session_cookie(kind))


def set_session(token: str, kind: SessionKind = SessionKind.HOLDER) -> None:
    set_cookie(_session_cookie(kind), token)


def forget_session(kind: SessionKind = SessionKind.HOLDER) -> None:
    set_cookie(_session_cookie(kind), "", max_age=0)


def _session_cookie(kind: SessionKind) -> str:
    names = cookies.names(settings())
    return names.operator if kind == SessionKind.OPERATOR else names.session


def set_cookie(name: str, value: str, max_age: int | None = None) -> None:
    """Set with the answer to this request."""
    g.setdefault("set_cookies", []).append(cookies.header(settings(), name, value, max_age))


def known_browser(login_identifier: str) -> str | None:
    """The id of this browser when the identifier has signed in with it before."""
    remembered = _remembered()
    accounts = remembered.get("accounts", [])
    # Under any key: one may have been put in front since.
    if not any(
        _mark(login_identifier, key_id) in accounts for key_id in provider().keyring.macs.ids()
    ):
        return None
    return str(remembered["id"])


def remember(login_identifier: str) -> None:
    """This browser is no stranger to the account any more."""
    remembered, mark = _remembered(), _mark(login_identifier)
    accounts = [mark, *(each for each in remembered.get("accounts", []) if each != mark)]
    document = {
        "id": remembered.get("id") or secrets.token_urlsafe(12),
        "accounts": accounts[:MOST_REMEMBERED],
    }
    signed = provider().keyring.sign(PURPOSE, orjson.dumps(document))
    name = cookies.names(settings()).known
    set_cookie(name, signed, max_age=settings().known_browser_days * DAY)


def _remembered() -> dict[str, Any]:
    value = request.cookies.get(cookies.names(settings()).known, "")
    message = provider().keyring.verify(PURPOSE, value)
    return dict(orjson.loads(message)) if message else {}


def _mark(login_identifier: str, key_id: str | None = None) -> str:
    return provider().keyring.mac(PURPOSE, login_identifier.encode(), key_id)[:9].hex()
