"""The browser's session: opened by a password or a passkey, raised by a code or a passkey, found by
its cookie.

The cookie's value is new at login and at every rise of the level, so that none that was known
before is worth anything after.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.crypto import digest, new_secret
from idp.directory import sessions
from idp.models import BrowserSession, Channel, Operator, SessionKind


def kind_of(session: Session, account_id: int) -> SessionKind:
    """Which sessions an account opens: an operator's are the console's, all others a holder's."""
    query = select(Operator.id).where(Operator.account_id == account_id)
    return SessionKind.HOLDER if session.scalar(query) is None else SessionKind.OPERATOR


def idle(settings: Settings, kind: SessionKind) -> int:
    """Seconds without a request that end a session."""
    operators = kind == SessionKind.OPERATOR
    return settings.operator_session_idle if operators else settings.session_idle


def lifetime(settings: Settings, kind: SessionKind) -> int:
    """Seconds that end it in any case."""
    operators = kind == SessionKind.OPERATOR
    return settings.operator_session_lifetime if operators else settings.session_lifetime


def find(
    session: Session,
    settings: Settings,
    token: str | None,
    kind: SessionKind = SessionKind.HOLDER,
) -> BrowserSession | None:
    """The live session of this kind that the cookie names."""
    if not token:
        return None
    now = clock.now()
    return session.scalar(
        select(BrowserSession).where(
            BrowserSession.token_hash == digest(token),
            BrowserSession.kind == kind,
            BrowserSession.ended_at.is_(None),
            BrowserSession.expires_at > now,
            BrowserSession.last_seen_at > now - idle(settings, kind),
        )
    )


def unended(session: Session, token: str | None) -> BrowserSession | None:
    """The session that the cookie names, though nobody was there for long: idle or expired it signs
    nobody in, but whoever took part has not been told that it is over."""
    if not token:
        return None
    return session.scalar(
        select(BrowserSession).where(
            BrowserSession.token_hash == digest(token), BrowserSession.ended_at.is_(None)
        )
    )


def open_session(
    session: Session,
    settings: Settings,
    account_id: int,
    current: BrowserSession | None,
    origin: audit.Origin,
) -> tuple[BrowserSession, str]:
    """A session at the password's level, and its cookie. Somebody who proves the password again
    keeps the session under a new cookie; somebody else ends it. The code has to be proved anew."""
    opened, token = _open(session, settings, account_id, current, origin)
    opened.password_at = opened.last_seen_at
    _opened(session, opened, "password", origin)
    return opened, token


def open_by_passkey(
    session: Session,
    settings: Settings,
    account_id: int,
    current: BrowserSession | None,
    methods: str,
    origin: audit.Origin,
) -> str:
    """The same by a passkey with user verification, which is both factors at once."""
    opened, token = _open(session, settings, account_id, current, origin)
    opened.passkey_at, opened.passkey_methods = opened.last_seen_at, methods
    _opened(session, opened, "passkey", origin)
    return token


def _open(
    session: Session,
    settings: Settings,
    account_id: int,
    current: BrowserSession | None,
    origin: audit.Origin,
) -> tuple[BrowserSession, str]:
    now, token = clock.now(), new_secret()
    if current is not None and current.account_id != account_id:
        sessions.end(session, current.id, actor="holder", reason="another_person", origin=origin)
        current = None
    if current is None:
        kind = kind_of(session, account_id)
        current = BrowserSession(account_id=account_id, kind=kind, created_at=now)
        session.add(current)
    current.token_hash = digest(token)
    current.last_seen_at = now
    current.expires_at = now + lifetime(settings, SessionKind(current.kind))
    current.password_at = current.code_at = current.code_channel = None
    current.passkey_at = current.passkey_methods = None
    current.address = origin.address or ""
    current.user_agent = origin.user_agent
    return current, token


def _opened(session: Session, opened: BrowserSession, by: str, origin: audit.Origin) -> None:
    session.flush()
    audit.record(
        session,
        "session.opened",
        actor="holder",
        account_id=opened.account_id,
        session_id=opened.id,
        origin=origin,
        by=by,
    )


def raise_level(
    session: Session, current: BrowserSession, channel: str, origin: audit.Origin
) -> str:
    """The code was proved: the same session under a new cookie, and the channel is theirs."""
    current.code_at, current.code_channel = clock.now(), channel
    session.execute(
        update(Channel)
        .where(
            Channel.account_id == current.account_id,
            Channel.kind == channel,
            Channel.verified_at.is_(None),
        )
        .values(verified_at=current.code_at)
    )
    return _raised(session, current, channel, origin)


def raise_by_passkey(
    session: Session, current: BrowserSession, methods: str, origin: audit.Origin
) -> str:
    """The passkey was proved, in a session that is open."""
    current.passkey_at, current.passkey_methods = clock.now(), methods
    return _raised(session, current, "passkey", origin)


def _raised(session: Session, current: BrowserSession, channel: str, origin: audit.Origin) -> str:
    token = new_secret()
    current.token_hash = digest(token)
    current.last_seen_at = clock.now()
    audit.record(
        session,
        "session.raised",
        actor="holder",
        account_id=current.account_id,
        session_id=current.id,
        origin=origin,
        channel=channel,
    )
    return token


def touch(current: BrowserSession) -> None:
    """The person is still there."""
    current.last_seen_at = clock.now()
