"""One authorization request (or a visit to one's own account) on its way through the steps."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Sealed, new_id


class Purpose(StrEnum):
    AUTHORIZATION = "authorization"
    ACCOUNT = "account"
    ACTIVATION = "activation"
    CONFIRMATION = "confirmation"
    ADMINISTRATION = "administration"
    TRIAL = "trial"


class Interaction(Base):
    """`handle` is in the address of every step, kept as a hash; `browser_hash` binds the
    interaction to the browser that began it. `request` is the whole authorization request; without
    an application, where in one's own account the journey leads."""

    __tablename__ = "interaction"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    handle_hash: Mapped[bytes] = mapped_column(unique=True)
    browser_hash: Mapped[bytes]
    purpose: Mapped[str]
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    request: Mapped[dict[str, Any]] = mapped_column(Sealed("interaction.request"))
    locale: Mapped[str | None]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    ended_at: Mapped[int | None]

    # What this journey has reached by itself; what the browser has reached is in its session.
    authenticated_at: Mapped[int | None]
    consented_at: Mapped[int | None]
    code_channel: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    activation: Mapped[dict[str, Any] | None] = mapped_column(Sealed("interaction.activation"))
