"""The passkeys of an account: listed, named, removed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import audit
from idp.factors import notices, ways
from idp.models import Passkey

LONGEST_NAME = 60


def of(session: Session, account_id: int) -> list[Passkey]:
    """The account's, the oldest first."""
    query = select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    return list(session.scalars(query))


def find(session: Session, account_id: int, passkey_id: int) -> Passkey | None:
    """The account's own of this number."""
    return session.scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    )


def credential_ids(session: Session, account_id: int) -> list[bytes]:
    return [passkey.credential_id for passkey in of(session, account_id)]


def rename(session: Session, account_id: int, passkey_id: int, name: str) -> None:
    passkey = find(session, account_id, passkey_id)
    if passkey is not None:
        passkey.name = name[:LONGEST_NAME]


def remove(
    session: Session, account_id: int, passkey_id: int, *, locale: str, origin: audit.Origin
) -> bool:
    """Whether there was one to remove. Raises ways.LastWay."""
    ways.lock(session, account_id)
    passkey = find(session, account_id, passkey_id)
    if passkey is None:
        return False
    ways.keep_one(session, account_id)
    session.delete(passkey)
    audit.record(session, "passkey.removed", actor="holder", account_id=account_id, origin=origin)
    notices.tell(session, account_id, notices.PASSKEY_REMOVED, locale)
    return True
