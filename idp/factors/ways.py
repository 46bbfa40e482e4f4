"""The second factors that an account has; the last one stays."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idp.models import Account, Channel, Passkey, RecoveryCode, Totp


class LastWay(Exception):
    """Without this one nobody could sign in with two factors any more."""


@dataclass(frozen=True)
class Ways:
    """`channels` are kinds, `passkeys` and `recovery_codes` how many there are."""

    channels: tuple[str, ...]
    passkeys: int
    totp: bool
    recovery_codes: int

    @property
    def others_than_channels(self) -> bool:
        return bool(self.passkeys or self.totp or self.recovery_codes)


def of(session: Session, account_id: int) -> Ways:
    """As it is now."""
    channels = session.scalars(
        select(Channel.kind).where(Channel.account_id == account_id).order_by(Channel.kind)
    ).all()
    passkeys, totp, codes = session.execute(
        select(
            select(func.count()).where(Passkey.account_id == account_id).scalar_subquery(),
            select(func.count())
            .where(Totp.account_id == account_id, Totp.confirmed_at.is_not(None))
            .scalar_subquery(),
            select(func.count())
            .where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
            .scalar_subquery(),
        )
    ).one()
    return Ways(tuple(channels), passkeys, bool(totp), codes)


def lock(session: Session, account_id: int) -> None:
    """Until the transaction ends, nobody else changes the account's ways."""
    session.get_one(Account, account_id, with_for_update=True)


def keep_one(session: Session, account_id: int) -> None:
    """Asked under the lock, before a channel, a passkey or the application is removed. Raises
    LastWay. Recovery codes are used up, and do not count."""
    ways = of(session, account_id)
    if len(ways.channels) + ways.passkeys + ways.totp <= 1:
        raise LastWay
