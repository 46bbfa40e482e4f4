"""The last connections, made of the trail: each event in words that a person uses."""

from typing import Any

from sqlalchemy import and_, func, or_, select

from idp.models import AuditEvent, Client
from idp.web.account.visit import Visit
from idp.web.rendering import moment

SHOWN = 15
SUCCESS = "success"

# Act → what the page calls it, when it went well and when it was refused; what is not here is
# not shown.
KINDS = {
    "session.opened": "signed_in",
    "account.activated": "activated",
    "account.relettered": "letter",
    "consent.given": "consented",
    "consent.withdrawn": "withdrawn",
    "session.ended": "signed_out",
    "passkey.enrolled": "passkey_added",
    "passkey.removed": "passkey_removed",
    "totp.enrolled": "totp_added",
    "totp.removed": "totp_removed",
    "recovery_codes.made": "recovery_codes_made",
    "ins_c.resolved": "resolved",
}
REFUSED_KINDS = {
    "password.verified": "refused_password",
    "code.verified": "refused_code",
    "totp.verified": "refused_code",
    "recovery_code.verified": "refused_code",
    "passkey.verified": "refused_passkey",
}


def latest(visit: Visit) -> list[dict[str, Any]]:
    """The newest first."""
    rows = visit.session.execute(
        select(AuditEvent, Client.client_name)
        .outerjoin(Client, Client.id == AuditEvent.client_id)
        .where(
            AuditEvent.account_id == visit.account.id,
            or_(
                and_(AuditEvent.act.in_(KINDS), AuditEvent.outcome == SUCCESS),
                and_(AuditEvent.act.in_(REFUSED_KINDS), AuditEvent.outcome != SUCCESS),
            ),
        )
        .order_by(AuditEvent.id.desc())
        .limit(SHOWN)
    ).all()
    opened = {event.session_id for event, _ in rows if event.session_id}
    codes, served = _codes(visit, opened), _served(visit, opened)
    return [_view(visit, event, name, codes, served) for event, name in rows]


def _codes(visit: Visit, sessions: set[int]) -> dict[int, str]:
    """Session → the second factor that was proved in it: a code's channel, or `passkey`."""
    raised = visit.session.scalars(
        select(AuditEvent).where(
            AuditEvent.account_id == visit.account.id,
            AuditEvent.act == "session.raised",
            AuditEvent.session_id.in_(sessions),
        )
    ).all()
    return {event.session_id: event.detail["channel"] for event in raised if event.session_id}


def _served(visit: Visit, sessions: set[int]) -> dict[int | None, str]:
    """Session → the applications that it led to, each once, the first one first."""
    led = visit.session.execute(
        select(AuditEvent.session_id, Client.client_name)
        .join(Client, Client.id == AuditEvent.client_id)
        .where(
            AuditEvent.account_id == visit.account.id,
            AuditEvent.act == "authorization.granted",
            AuditEvent.session_id.in_(sessions),
        )
        .group_by(AuditEvent.session_id, Client.client_name)
        .order_by(func.min(AuditEvent.id))
    ).all()
    names: dict[int | None, list[str]] = {}
    for session_id, name in led:
        names.setdefault(session_id, []).append(name)
    return {session_id: ", ".join(each) for session_id, each in names.items()}


def _view(
    visit: Visit,
    event: AuditEvent,
    application: str | None,
    codes: dict[int, str],
    served: dict[int | None, str],
) -> dict[str, Any]:
    browser, _, system = str(event.detail.get("browser", "")).partition("/")
    kind = (KINDS | REFUSED_KINDS)[event.act]
    signed_in = kind == "signed_in"
    code = codes.get(event.session_id or 0)
    return {
        "at": moment(event.at),
        "kind": kind,
        "purpose": event.detail.get("purpose"),
        "application": served.get(event.session_id) if signed_in else application,
        "methods": [event.detail.get("by", "password"), *([code] if code else [])]
        if signed_in
        else [],
        "browser": browser or None,
        "system": system or None,
        "current": signed_in and event.session_id == visit.browser_session.id,
    }
