"""Credentials and channels: a holder has one account, an operator one and no holder behind it."""

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.db import Base, Sealed, new_id
from idp.identity import contact

if TYPE_CHECKING:
    from idp.models.holder import Holder


class AccountState(StrEnum):
    AWAITING_ACTIVATION = "awaiting_activation"
    ACTIVE = "active"
    BLOCKED = "blocked"
    CLOSED = "closed"


class Account(Base):
    """`login_identifier` is 12 digits, never changed, never reused."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_state_holder_id", "state", "holder_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("holder.id"), unique=True)
    login_identifier: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=AccountState.AWAITING_ACTIVATION)
    locale: Mapped[str] = mapped_column(default="fr")
    created_at: Mapped[int]
    activated_at: Mapped[int | None]

    # The initial password lives until the first activation that is confirmed; afterwards only a
    # keyed fingerprint stays, to tell its holder that it has served already.
    initial_password_hash: Mapped[str | None]
    initial_password_expires_at: Mapped[int | None]
    initial_password_fingerprint: Mapped[bytes | None]
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[int | None]

    # When the holder's wish to close it will be done; until then it can be undone. Why, where an
    # operator closes it.
    closes_at: Mapped[int | None] = mapped_column(index=True)
    closing_motive: Mapped[str | None]

    # What authenticators know the account by: random, made with the first passkey.
    user_handle: Mapped[bytes | None] = mapped_column(unique=True)

    holder: Mapped["Holder | None"] = relationship("Holder", back_populates="account")
    channels: Mapped[list["Channel"]] = relationship(
        "Channel", back_populates="account", order_by="Channel.kind"
    )

    def channel(self, kind: str) -> "Channel | None":
        return next((channel for channel in self.channels if channel.kind == kind), None)


class ChannelKind(StrEnum):
    MAIL = "mail"
    SMS = "sms"


class Channel(Base):
    """Where a one-time code goes: an e-mail address, or a mobile number in E.164."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    value: Mapped[str] = mapped_column(Sealed("channel.value"))
    value_index: Mapped[bytes] = mapped_column(
        index=True, info={"blind_index_of": "value", "blind_index_form": contact.folded}
    )
    verified_at: Mapped[int | None]
    created_at: Mapped[int]

    account: Mapped[Account] = relationship(Account, back_populates="channels")
