"""The authenticator application of an account."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Sealed, new_id


class Totp(Base):
    """`secret` is base32. Without `confirmed_at` it waits for its first code, and proves nothing.
    `last_step` is the newest time step that was used: it and older ones are used up."""

    __tablename__ = "totp"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str] = mapped_column(Sealed("totp.secret"))
    created_at: Mapped[int]
    confirmed_at: Mapped[int | None]
    last_step: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[int | None]
