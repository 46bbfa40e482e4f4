"""The authenticator application: a code of six digits every thirty seconds (RFC 6238)."""

import hmac
from functools import partial

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.db import Database
from idp.factors import guess, notices, ways
from idp.factors.guess import Outcome
from idp.models import Totp

DIGITS, STEP = 6, 30


def begin(session: Session, account_id: int) -> Totp | None:
    """A new secret that waits for its first code; one that waited is forgotten. None: the account
    has an application already."""
    ways.lock(session, account_id)
    if ways.of(session, account_id).totp:
        return None
    session.execute(delete(Totp).where(Totp.account_id == account_id))
    waiting = Totp(account_id=account_id, secret=pyotp.random_base32(), created_at=clock.now())
    session.add(waiting)
    return waiting


def waiting(session: Session, settings: Settings, account_id: int) -> Totp | None:
    """The secret that waits for its first code, for as long as somebody may be about it."""
    return session.scalar(
        select(Totp).where(
            Totp.account_id == account_id,
            Totp.confirmed_at.is_(None),
            Totp.created_at > clock.now() - settings.interaction_lifetime,
        )
    )


def address(secret: str, *, issuer: str, name: str) -> str:
    """What the QR code says, `otpauth://totp/…`."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(
        name=name, issuer_name=issuer
    )


def enrol(
    database: Database,
    settings: Settings,
    *,
    account_id: int,
    typed: str,
    locale: str,
    origin: audit.Origin,
) -> Outcome:
    """The first code proves that the application has the secret: from now on it is a factor."""

    def confirm(session: Session, found: tuple[Totp, int]) -> bool:
        totp, step = found
        confirmed = session.execute(
            update(Totp)
            .where(Totp.id == totp.id, Totp.confirmed_at.is_(None))
            .values(confirmed_at=clock.now(), last_step=step)
            .returning(Totp.id)
        ).first()
        if confirmed is None:
            return False
        notices.tell(session, account_id, notices.TOTP_ADDED, locale)
        return True

    def look() -> tuple[Totp, int] | None:
        with database.reading() as session:
            totp = waiting(session, settings, account_id)
        return _matching(settings, totp, typed)

    return guess.look_at_second_factor(
        database,
        settings,
        act="totp.enrolled",
        account_id=account_id,
        look=look,
        use=confirm,
        origin=origin,
    )


def verify(
    database: Database, settings: Settings, *, account_id: int, typed: str, origin: audit.Origin
) -> Outcome:
    """Look at one try. RFC 6238, section 5.2: a code that was accepted MUST NOT be accepted a
    second time."""

    def look() -> tuple[Totp, int] | None:
        with database.reading() as session:
            totp = session.scalar(
                select(Totp).where(Totp.account_id == account_id, Totp.confirmed_at.is_not(None))
            )
        return _matching(settings, totp, typed)

    return guess.look_at_second_factor(
        database,
        settings,
        act="totp.verified",
        account_id=account_id,
        look=look,
        use=_use_step,
        origin=origin,
    )


def _use_step(session: Session, found: tuple[Totp, int]) -> bool:
    totp, step = found
    used = session.execute(
        update(Totp)
        .where(Totp.id == totp.id, Totp.last_step < step)
        .values(last_step=step, last_used_at=clock.now())
        .returning(Totp.id)
    )
    return used.first() is not None


def _matching(settings: Settings, totp: Totp | None, typed: str) -> tuple[Totp, int] | None:
    """The step whose code was typed: this one, or one as far away as a clock may be off."""
    if totp is None:
        return None
    generator, now = pyotp.TOTP(totp.secret, digits=DIGITS, interval=STEP), clock.now() // STEP
    same = partial(hmac.compare_digest, typed)
    near = range(now - settings.totp_drift, now + settings.totp_drift + 1)
    return next(((totp, step) for step in near if same(generator.generate_otp(step))), None)


def remove(session: Session, account_id: int, *, locale: str, origin: audit.Origin) -> None:
    """The account has no application any more. Raises ways.LastWay."""
    ways.lock(session, account_id)
    if not ways.of(session, account_id).totp:
        return
    ways.keep_one(session, account_id)
    session.execute(delete(Totp).where(Totp.account_id == account_id))
    audit.record(session, "totp.removed", actor="holder", account_id=account_id, origin=origin)
    notices.tell(session, account_id, notices.TOTP_REMOVED, locale)
