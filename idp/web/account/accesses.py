"""The accesses to an account, made of the trail: each event in words that a person uses."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from idp.models import AuditEvent, Client
from idp.web.account.visit import Visit
from idp.web.rendering import moment

LATEST = 15
SUCCESS = "success"

# Act → what the page calls it, when it went well and when it was refused; what is not here is
# not shown. By groups, which the trace may be filtered by.
GROUPS = {
    "connections": {
        "session.opened": "signed_in",
        "session.ended": "signed_out",
        "connection.ended": "connection_ended",
    },
    "applications": {
        "consent.given": "consented",
        "consent.withdrawn": "withdrawn",
        "authorization.granted": "served",
        "token.refreshed": "renewed",
        "ins_c.resolved": "resolved",
    },
    "changes": {
        "account.activated": "activated",
        "password.changed": "password_changed",
        "passkey.enrolled": "passkey_added",
        "passkey.removed": "passkey_removed",
        "totp.enrolled": "totp_added",
        "totp.removed": "totp_removed",
        "recovery_codes.made": "recovery_codes_made",
        "channel.confirmed": "channel_asked",
        "channel.changed": "channel_changed",
        "channel.cancelled": "channel_cancelled",
        "channel.removed": "channel_removed",
        "recovery.asked": "recovery_asked",
        "identifier.sent": "identifier_sent",
        "emergency.asked": "emergency_asked",
    },
    "data": {
        "export.asked": "export_asked",
        "export.taken": "export_taken",
        "closing.asked": "closing_asked",
        "closing.undone": "closing_undone",
    },
    "assistance": {
        "holder.enrolled": "enrolled",
        "account.relettered": "letter",
        "account.consulted": "consulted",
        "account.blocked": "blocked",
        "account.unblocked": "unblocked",
        "holder.corrected": "corrected",
        "holder.identifiers_consulted": "identifiers_consulted",
        "trail.consulted": "trail_consulted",
    },
}
REFUSALS = "refusals"
REFUSED_KINDS = {
    "password.verified": "refused_password",
    "code.verified": "refused_code",
    "totp.verified": "refused_code",
    "recovery_code.verified": "refused_code",
    "passkey.verified": "refused_passkey",
    "channel.confirmed": "refused_code",
    "recovery.verified": "refused_code",
    "emergency.verified": "refused_code",
}
KINDS = {act: kind for group in GROUPS.values() for act, kind in group.items()}

# Told by the line of the connection that it belongs to, where only the newest are shown.
DETAILS = {"authorization.granted", "token.refreshed", "account.consulted", "holder.enrolled"}


@dataclass(frozen=True)
class Wanted:
    """Which events: of one group, of one application (the database's key), since a moment, and
    older than an event. None: all."""

    group: str | None = None
    client_pk: int | None = None
    since: int | None = None
    before: int | None = None


def latest(visit: Visit) -> list[dict[str, Any]]:
    """The newest first, without what goes without saying."""
    return find(visit, Wanted(), LATEST, left_out=DETAILS)


def find(
    visit: Visit, wanted: Wanted, limit: int, *, left_out: set[str] | frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """The newest first."""
    rows = visit.session.execute(
        select(AuditEvent, Client.client_name)
        .outerjoin(Client, Client.id == AuditEvent.client_id)
        .where(
            AuditEvent.account_id == visit.account.id,
            _of_group(wanted.group, left_out),
            *_conditions(visit, wanted),
        )
        .order_by(AuditEvent.id.desc())
        .limit(limit)
    ).all()
    opened = {event.session_id for event, _ in rows if event.session_id}
    codes, served = _codes(visit, opened), _served(visit, opened)
    return [_view(visit, event, name, codes, served) for event, name in rows]


def _of_group(group: str | None, left_out: set[str] | frozenset[str]) -> ColumnElement[bool]:
    shown = [act for act in GROUPS.get(group or "", KINDS) if act not in left_out]
    went_well = and_(AuditEvent.act.in_(shown), AuditEvent.outcome == SUCCESS)
    refused = and_(AuditEvent.act.in_(REFUSED_KINDS), AuditEvent.outcome != SUCCESS)
    if group is None:
        return or_(went_well, refused)
    return refused if group == REFUSALS else went_well


def _conditions(visit: Visit, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(AuditEvent.at >= wanted.since)
    if wanted.before is not None:
        conditions.append(AuditEvent.id < wanted.before)
    if wanted.client_pk is not None:
        led_to_it = select(AuditEvent.session_id).where(
            AuditEvent.account_id == visit.account.id,
            AuditEvent.act == "authorization.granted",
            AuditEvent.client_id == wanted.client_pk,
        )
        opened = and_(AuditEvent.act == "session.opened", AuditEvent.session_id.in_(led_to_it))
        conditions.append(or_(AuditEvent.client_id == wanted.client_pk, opened))
    return conditions


def applications(visit: Visit) -> list[tuple[int, str]]:
    """Those that the trail tells of, by name: (the database's key, name)."""
    rows = visit.session.execute(
        select(Client.id, Client.client_name)
        .where(
            Client.id.in_(
                select(AuditEvent.client_id).where(AuditEvent.account_id == visit.account.id)
            )
        )
        .order_by(Client.client_name, Client.id)
    )
    return [(pk, name) for pk, name in rows]


def last_of_applications(visit: Visit) -> dict[int, int]:
    """Application (the database's key) → when it was last given anything, in seconds."""
    given = ("authorization.granted", "token.issued", "token.refreshed")
    rows = visit.session.execute(
        select(AuditEvent.client_id, func.max(AuditEvent.at))
        .where(
            AuditEvent.account_id == visit.account.id,
            AuditEvent.act.in_(given),
        )
        .group_by(AuditEvent.client_id)
    )
    return {pk: at for pk, at in rows if pk is not None}


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
    kind = (KINDS if event.outcome == SUCCESS else REFUSED_KINDS)[event.act]
    signed_in = kind == "signed_in"
    code = codes.get(event.session_id or 0)
    return {
        "id": event.id,
        "at": moment(event.at),
        "kind": kind,
        "purpose": event.detail.get("purpose"),
        "application": served.get(event.session_id) if signed_in else application,
        "methods": [event.detail.get("by", "password"), *([code] if code else [])]
        if signed_in
        else [],
        "browser": browser or None,
        "system": system or None,
        # An operator's is nobody's business but the service's.
        "address": event.address if event.actor == "holder" else None,
        "current": signed_in and event.session_id == visit.browser_session.id,
    }
