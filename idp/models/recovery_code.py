"""Recovery codes: on paper, for the day when every other second factor is out of reach."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, new_id


class RecoveryCode(Base):
    """Kept as Argon2id, for 60 bits are few, and paper outlives keys. A new set removes the old."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str]
    created_at: Mapped[int]
    used_at: Mapped[int | None]
