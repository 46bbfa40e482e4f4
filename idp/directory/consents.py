"""Consent given, refused, withdrawn. What an application was granted ends with it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.models import Account, Consent, Grant


@dataclass(frozen=True)
class Party:
    """Who answers to which application, in which session."""

    account_id: int
    client_pk: int
    session_id: int


def give(
    session: Session,
    party: Party,
    *,
    asked: Collection[str],
    granted: Collection[str],
    origin: audit.Origin,
) -> None:
    """Of what was asked, what is not granted is declined; what was not asked stays as it was."""
    # The account's row is locked, so that two tabs at once make one consent.
    session.get_one(Account, party.account_id, with_for_update=True)
    row = session.scalar(
        select(Consent).where(
            Consent.account_id == party.account_id, Consent.client_id == party.client_pk
        )
    )
    if row is None:
        row = Consent(
            account_id=party.account_id, client_id=party.client_pk, granted=[], declined=[]
        )
        session.add(row)
    row.granted = sorted((set(row.granted) - set(asked)) | set(granted))
    row.declined = sorted((set(row.declined) - set(asked)) | (set(asked) - set(granted)))
    row.given_at = clock.now()
    _event(session, party, "success", origin, granted=sorted(granted))


def refuse(session: Session, party: Party, *, origin: audit.Origin) -> None:
    """Nothing changes but the trail."""
    _event(session, party, "refused", origin)


def _event(
    session: Session, party: Party, outcome: str, origin: audit.Origin, **detail: list[str]
) -> None:
    audit.record(
        session,
        "consent.given",
        actor="holder",
        outcome=outcome,
        account_id=party.account_id,
        client_id=party.client_pk,
        session_id=party.session_id,
        origin=origin,
        **detail,
    )


def withdraw(
    session: Session,
    account_id: int,
    consent_id: int,
    *,
    actor: str,
    origin: audit.Origin | None = None,
) -> str | None:
    """The application's name; None when this account has no such consent. Its tokens are worth
    nothing from this commit on, refresh tokens included."""
    consent = session.get(Consent, consent_id) if consent_id < 2**63 else None
    if consent is None or consent.account_id != account_id:
        return None
    name = consent.client.client_name
    session.execute(
        update(Grant)
        .where(
            Grant.account_id == account_id,
            Grant.client_id == consent.client_id,
            Grant.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )
    audit.record(
        session,
        "consent.withdrawn",
        actor=actor,
        account_id=account_id,
        client_id=consent.client_id,
        origin=origin,
    )
    session.delete(consent)
    return name
