"""A channel that somebody asks to receive codes by, until it does."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Sealed, new_id


class NewChannel(Base):
    """One of each kind for an account. `code_mac`: of the code that was sent there; once it was
    typed (`confirmed_at`) the channel waits until `effective_at`, and whoever has the secret behind
    `cancel_hash` can still stop it. The row goes with its end, whatever that is."""

    __tablename__ = "new_channel"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    value: Mapped[str] = mapped_column(Sealed("new_channel.value"))
    code_mac: Mapped[bytes]
    code_sent_at: Mapped[int]
    code_expires_at: Mapped[int] = mapped_column(index=True)
    failures: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[int | None]
    effective_at: Mapped[int | None] = mapped_column(index=True)
    cancel_hash: Mapped[bytes | None] = mapped_column(unique=True)
