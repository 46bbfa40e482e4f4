"""Everything that the service knows of a person, gathered into one document (GDPR, articles 15 and
20). Secrets are left out: who reads the copy must not be able to sign in by it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import clock
from idp.config import Settings
from idp.directory import devices
from idp.factors import passkey_list, ways
from idp.identity.traits import Traits
from idp.models import (
    Account,
    AuditEvent,
    Client,
    Consent,
    Holder,
    Message,
    NewChannel,
    Subject,
    Totp,
)

FORMAT = "dmp-account/1"
TO_PEOPLE = ("mail", "sms")


def gather(session: Session, settings: Settings, account: Account) -> dict[str, Any]:
    """Moments are seconds since the epoch."""
    return {
        "format": FORMAT,
        "issuer": settings.issuer,
        "made_at": clock.now(),
        "account": {
            "login_identifier": account.login_identifier,
            "state": account.state,
            "language": account.locale,
            "created_at": account.created_at,
            "activated_at": account.activated_at,
            "password_changed_at": account.password_changed_at,
            "closes_at": account.closes_at,
        },
        "identity": _identity(account.holder),
        "channels": _channels(session, account),
        "ways": _ways(session, account.id),
        "sessions": _sessions(session, settings, account.id),
        "applications": _applications(session, account.id),
        "messages": _messages(session, account.id),
        "accesses": _accesses(session, account.id),
    }


def _identity(holder: Holder | None) -> dict[str, Any]:
    if holder is None:
        return {}
    traits = Traits.from_json(holder.traits)
    return {
        **{name: getattr(traits, name) for name in Traits.__slots__},
        "nir": holder.nir,
        "ins_c": holder.ins_c,
        "ins_c_history": [
            {"value": each.value, "since": each.created_at} for each in holder.ins_c_history
        ],
        "address": list(holder.address),
        "organisation": holder.organisation.name,
    }


def _channels(session: Session, account: Account) -> list[dict[str, Any]]:
    present = [
        {
            "kind": each.kind,
            "value": each.value,
            "since": each.created_at,
            "verified_at": each.verified_at,
        }
        for each in account.channels
    ]
    awaited = session.scalars(select(NewChannel).where(NewChannel.account_id == account.id))
    return present + [
        {"kind": each.kind, "value": each.value, "awaited_from": each.effective_at}
        for each in awaited
    ]


def _ways(session: Session, account_id: int) -> dict[str, Any]:
    totp = session.scalar(
        select(Totp).where(Totp.account_id == account_id, Totp.confirmed_at.is_not(None))
    )
    return {
        "passkeys": [
            {
                "name": each.name,
                "made_with": each.made_with,
                "since": each.created_at,
                "last_used_at": each.last_used_at,
                "synced": each.backup_eligible,
            }
            for each in passkey_list.of(session, account_id)
        ],
        "totp": {"since": totp.confirmed_at, "last_used_at": totp.last_used_at} if totp else None,
        "recovery_codes_left": ways.of(session, account_id).recovery_codes,
    }


def _sessions(session: Session, settings: Settings, account_id: int) -> list[dict[str, Any]]:
    return [
        {
            "browser": each.browser,
            "network_address": each.address,
            "since": each.since,
            "last_seen_at": each.last_seen,
            "applications": each.applications,
            "staying": each.staying,
        }
        for each in devices.of(session, settings, account_id)
    ]


def _applications(session: Session, account_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Consent, Client, Subject.value)
        .join(Client, Client.id == Consent.client_id)
        .outerjoin(
            Subject,
            (Subject.account_id == Consent.account_id)
            & (Subject.sector == Client.sector_identifier),
        )
        .where(Consent.account_id == account_id)
        .order_by(Consent.given_at)
    )
    return [
        {
            "name": client.client_name,
            "client_id": client.client_id,
            "sub": sub,
            "granted": consent.granted,
            "declined": consent.declined,
            "since": consent.given_at,
        }
        for consent, client, sub in rows
    ]


def _messages(session: Session, account_id: int) -> list[dict[str, Any]]:
    """What they said is wiped when they have left."""
    rows = session.scalars(
        select(Message)
        .where(Message.account_id == account_id, Message.channel.in_(TO_PEOPLE))
        .order_by(Message.id.desc())
    )
    return [
        {"kind": row.kind, "channel": row.channel, "state": row.state, "sent_at": row.ended_at}
        for row in rows
    ]


def _accesses(session: Session, account_id: int) -> list[dict[str, Any]]:
    """The whole trail of the account, the newest first. Which operator it was, and from where, is
    for the organisation's director to say."""
    rows = session.execute(
        select(AuditEvent, Client.client_name)
        .outerjoin(Client, Client.id == AuditEvent.client_id)
        .where(AuditEvent.account_id == account_id)
        .order_by(AuditEvent.id.desc())
    )
    return [
        {
            "at": event.at,
            "act": event.act,
            "outcome": event.outcome,
            "by": event.actor,
            "application": name,
            "network_address": event.address if event.actor == "holder" else None,
            "detail": event.detail if event.actor == "holder" else {},
        }
        for event, name in rows
    ]
