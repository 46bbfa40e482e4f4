"""The letter's initial password: what stays of it, and its end."""

import hmac

from sqlalchemy import update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.crypto import Keyring
from idp.identity import initial_password
from idp.models import Account, AccountState


def fingerprint(
    keyring: Keyring, account_id: int, normalised_initial: str, key_id: str | None = None
) -> bytes:
    """What stays of an initial password that has served: 32 keyed bytes."""
    message = f"{account_id}:{normalised_initial}".encode()
    return keyring.mac("initial-password", message, key_id)


def is_the_one_of(keyring: Keyring, account_id: int, kept: bytes, password: str) -> bool:
    """Whether `password` is the initial one that `kept` is the fingerprint of, under any key."""
    normalised = initial_password.normalise(password)
    return any(
        hmac.compare_digest(kept, fingerprint(keyring, account_id, normalised, key_id))
        for key_id in keyring.macs.ids()
    )


def activate(
    session: Session,
    account_id: int,
    activation: dict[str, str],
    fingerprint_bytes: bytes,
    origin: audit.Origin,
) -> bool:
    """The chosen password takes effect and the initial one dies. False when another activation
    was first, or a new letter has replaced the one that was used: the row count decides."""
    now = clock.now()
    activated = session.execute(
        update(Account)
        .where(
            Account.id == account_id,
            Account.state == AccountState.AWAITING_ACTIVATION,
            Account.initial_password_hash == activation["initial_password_hash"],
        )
        .values(
            state=AccountState.ACTIVE,
            activated_at=now,
            password_hash=activation["password_hash"],
            password_changed_at=now,
            initial_password_hash=None,
            initial_password_expires_at=None,
            initial_password_fingerprint=fingerprint_bytes,
        )
        .returning(Account.id)
    ).first()
    if activated is None:
        return False
    audit.record(session, "account.activated", actor="holder", account_id=account_id, origin=origin)
    return True
