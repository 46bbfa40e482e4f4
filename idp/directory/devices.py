"""Where an account is signed in: each browser's session, and what stayed connected after one."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from idp import clock
from idp.config import Settings
from idp.directory import sign_in
from idp.models import BrowserSession, Client, Grant, SessionClient, SessionKind


@dataclass
class Device:
    """A session of a browser. `live`: somebody is signed in there; otherwise it is over, and the
    applications of `staying` have kept a connection that began with it. `browser` is as
    `user_agents` says it, empty where it is not known any more. Times in seconds."""

    session_id: int
    live: bool
    browser: str = ""
    address: str = ""
    since: int | None = None
    last_seen: int | None = None
    applications: list[str] = field(default_factory=list)
    staying: list[str] = field(default_factory=list)


def of(session: Session, settings: Settings, account_id: int) -> list[Device]:
    """Those with somebody signed in first, each kind by when it was last used."""
    staying = _staying(session, account_id)
    rows = session.scalars(
        select(BrowserSession).where(
            BrowserSession.account_id == account_id,
            BrowserSession.kind == SessionKind.HOLDER,
            or_(BrowserSession.ended_at.is_(None), BrowserSession.id.in_(staying)),
        )
    ).all()
    devices = {row.id: _device(settings, row) for row in rows}
    for session_id, names in staying.items():
        devices.setdefault(session_id, Device(session_id, live=False)).staying = names
    for session_id, name in _took_part(session, devices):
        devices[session_id].applications.append(name)
    shown = [each for each in devices.values() if each.live or each.staying]
    return sorted(shown, key=lambda each: (each.live, each.last_seen or 0), reverse=True)


def _device(settings: Settings, row: BrowserSession) -> Device:
    now = clock.now()
    idle_since = now - sign_in.idle(settings, SessionKind.HOLDER)
    live = row.ended_at is None and row.expires_at > now and row.last_seen_at > idle_since
    return Device(row.id, live, row.user_agent, row.address, row.created_at, row.last_seen_at)


def _staying(session: Session, account_id: int) -> dict[int, list[str]]:
    """Session → the applications with a refresh token that came of it and is still good."""
    rows = session.execute(
        select(Grant.session_id, Client.client_name)
        .join(Client, Client.id == Grant.client_id)
        .where(
            Grant.account_id == account_id,
            Grant.revoked_at.is_(None),
            Grant.refresh_expires_at > clock.now(),
        )
        .distinct()
        .order_by(Client.client_name)
    )
    found: dict[int, list[str]] = {}
    for session_id, name in rows:
        found.setdefault(session_id, []).append(name)
    return found


def _took_part(session: Session, sessions: Collection[int]) -> list[tuple[int, str]]:
    rows = session.execute(
        select(SessionClient.session_id, Client.client_name)
        .join(Client, Client.id == SessionClient.client_id)
        .where(SessionClient.session_id.in_(sessions))
        .order_by(SessionClient.first_at, Client.id)
    )
    return [(session_id, name) for session_id, name in rows]
