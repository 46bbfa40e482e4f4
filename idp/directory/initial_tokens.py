"""Initial access tokens: who has one may register applications (RFC 7591, section 1.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from idp import audit, clock, crypto
from idp.config import DAY
from idp.directory.refusal import Refusal
from idp.models import InitialAccessToken


class UnknownToken(Refusal):
    """There is no such token."""


@dataclass(frozen=True)
class Made:
    """`token` is told once, here."""

    row: InitialAccessToken
    token: str = field(repr=False)


def make(session: Session, name: str, *, days: int, uses: int | None, actor: str) -> Made:
    """A token good for `days` and for so many registrations; None: for any number."""
    token, now = crypto.new_secret(), clock.now()
    row = InitialAccessToken(
        token_hash=crypto.digest(token),
        name=name,
        uses_left=uses,
        created_at=now,
        expires_at=now + days * DAY,
    )
    session.add(row)
    session.flush()
    audit.record(session, "initial_token.made", actor=actor, token=str(row.id), name=name)
    return Made(row, token)


def list_all(session: Session) -> Sequence[InitialAccessToken]:
    return session.scalars(select(InitialAccessToken).order_by(InitialAccessToken.id)).all()


def revoke(session: Session, token_id: int, *, actor: str) -> None:
    """Raises UnknownToken."""
    gone = delete(InitialAccessToken).where(InitialAccessToken.id == token_id)
    if session.execute(gone.returning(InitialAccessToken.id)).first() is None:
        raise UnknownToken(f"There is no initial access token {token_id}.")
    audit.record(session, "initial_token.revoked", actor=actor, token=str(token_id))


def is_good(session: Session, token: str) -> bool:
    """Whether it could be used now; to use it is another matter."""
    good = select(InitialAccessToken.id).where(_good(token))
    return session.scalar(good) is not None


def use(session: Session, token: str) -> int | None:
    """One use less; the number of the token, or None. Of many at once no more than are left are
    granted, for the row that comes back is the answer."""
    used = (
        update(InitialAccessToken)
        .where(_good(token))
        .values(uses_left=InitialAccessToken.uses_left - 1)  # of NULL it stays NULL
        .returning(InitialAccessToken.id)
    )
    return session.scalar(used.execution_options(synchronize_session=False))


def _good(token: str) -> ColumnElement[bool]:
    return and_(
        InitialAccessToken.token_hash == crypto.digest(token),
        InitialAccessToken.expires_at > clock.now(),
        or_(InitialAccessToken.uses_left.is_(None), InitialAccessToken.uses_left > 0),
    )
