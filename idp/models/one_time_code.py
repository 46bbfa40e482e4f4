"""One-time codes that were sent."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, new_id


class OneTimeCode(Base):
    """The code is kept as a MAC: six digits have too few secrets for a plain hash. It is bound
    to the interaction that asked for it; a new one for the account voids the old."""

    __tablename__ = "one_time_code"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    interaction_id: Mapped[int] = mapped_column(ForeignKey("interaction.id"), index=True)
    channel: Mapped[str]
    code_mac: Mapped[bytes]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    used_at: Mapped[int | None]
    voided_at: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0)
