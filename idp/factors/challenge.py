"""Challenges: random bytes that one answer of a passkey has to carry, kept here and good once."""

import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from idp import clock
from idp.config import Settings
from idp.db import Database
from idp.models import PasskeyChallenge

SIZE = 32  # bytes; Web Authentication Level 3, section 13.4.3, asks for 16 at least


def give(session: Session, settings: Settings, bound_to: str) -> bytes:
    """A new one, for the interaction or the session that `bound_to` names."""
    challenge = secrets.token_bytes(SIZE)
    expires_at = clock.now() + settings.interaction_lifetime
    session.add(PasskeyChallenge(challenge=challenge, bound_to=bound_to, expires_at=expires_at))
    return challenge


def use(database: Database, challenge: bytes, bound_to: str) -> bool:
    """Whether it was given here and not used before: the row that went is the answer."""
    with database.writing() as session:
        used = session.execute(
            delete(PasskeyChallenge)
            .where(
                PasskeyChallenge.challenge == challenge,
                PasskeyChallenge.bound_to == bound_to,
                PasskeyChallenge.expires_at > clock.now(),
            )
            .returning(PasskeyChallenge.id)
        )
        return used.first() is not None
