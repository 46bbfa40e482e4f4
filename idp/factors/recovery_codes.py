"""Recovery codes: a sheet of paper, each line good once."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.crypto import Keyring
from idp.db import Database
from idp.factors import guess, notices, ways
from idp.factors.guess import Outcome
from idp.identity import initial_password
from idp.models import RecoveryCode


def enrol(
    session: Session,
    settings: Settings,
    keyring: Keyring,
    *,
    account_id: int,
    locale: str,
    origin: audit.Origin,
) -> list[str]:
    """A new set, as it is printed; the old one is worth nothing from now on. Written like the
    letter's password: 60 random bits without look-alikes."""
    ways.lock(session, account_id)
    codes = [initial_password.generate() for _ in range(settings.recovery_codes)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(
        RecoveryCode(
            account_id=account_id, code_mac=_mac(keyring, account_id, code), created_at=clock.now()
        )
        for code in codes
    )
    audit.record(
        session, "recovery_codes.made", actor="holder", account_id=account_id, origin=origin
    )
    notices.tell(session, account_id, notices.RECOVERY_CODES_MADE, locale)
    return [initial_password.display(code) for code in codes]


def verify(
    database: Database,
    settings: Settings,
    *,
    account_id: int,
    typed: str,
    locale: str,
    origin: audit.Origin,
) -> Outcome:
    """Look at one try. A wrong code and one that was used are not told apart."""
    keyring, code = database.keyring, initial_password.normalise(typed)

    def look() -> list[bytes]:
        # Under any key: one may have been put in front since they were made.
        return [_mac(keyring, account_id, code, key_id) for key_id in keyring.macs.ids()]

    def use(session: Session, candidates: list[bytes]) -> bool:
        used = session.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.account_id == account_id,
                RecoveryCode.code_mac.in_(candidates),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=clock.now())
            .returning(RecoveryCode.id)
        ).first()
        if used is None:
            return False
        notices.tell(session, account_id, notices.RECOVERY_CODE_USED, locale)
        return True

    return guess.look_at(
        database,
        settings,
        act="recovery_code.verified",
        account_id=account_id,
        look=look,
        use=use,
        origin=origin,
    )


def _mac(keyring: Keyring, account_id: int, code: str, key_id: str | None = None) -> bytes:
    return keyring.mac("recovery-code", f"{account_id}:{code}".encode(), key_id)
