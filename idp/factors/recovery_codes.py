"""Recovery codes: a sheet of paper, each line good once."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.db import Database
from idp.factors import guess, notices, ways
from idp.factors.guess import Outcome
from idp.factors.hashing import Hasher
from idp.identity import initial_password
from idp.models import RecoveryCode


def enrol(
    database: Database, settings: Settings, *, account_id: int, locale: str, origin: audit.Origin
) -> list[str]:
    """A new set, as it is printed; the old one is worth nothing from now on. Written like the
    letter's password: 60 random bits without look-alikes."""
    codes, hasher = _generated(settings), Hasher(settings)
    hashed = [hasher.hash(code) for code in codes]
    with database.writing() as session:
        ways.lock(session, account_id)
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        session.add_all(
            RecoveryCode(account_id=account_id, code_hash=each, created_at=clock.now())
            for each in hashed
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
    hasher, code = Hasher(settings), initial_password.normalise(typed)

    def look() -> int | None:
        return next(
            (key for key, kept in _unused(database, account_id) if hasher.verify(kept, code)), None
        )

    def use(session: Session, key: int) -> bool:
        used = session.execute(
            update(RecoveryCode)
            .where(RecoveryCode.id == key, RecoveryCode.used_at.is_(None))
            .values(used_at=clock.now())
            .returning(RecoveryCode.id)
        ).first()
        if used is None:
            return False
        notices.tell(session, account_id, notices.RECOVERY_CODE_USED, locale)
        return True

    return guess.look_at_second_factor(
        database,
        settings,
        act="recovery_code.verified",
        account_id=account_id,
        look=look,
        use=use,
        origin=origin,
    )


def _generated(settings: Settings) -> list[str]:
    return [initial_password.generate() for _ in range(settings.recovery_codes)]


def _unused(database: Database, account_id: int) -> list[tuple[int, str]]:
    query = select(RecoveryCode.id, RecoveryCode.code_hash).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    with database.reading() as session:
        return [(key, kept) for key, kept in session.execute(query)]
