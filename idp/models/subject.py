"""Pairwise subject identifiers (OpenID Connect Core 1.0, section 8.1): kept, not computed."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, new_id


class Subject(Base):
    """The random `sub` by which the clients and resources of one sector know an account."""

    __tablename__ = "subject"
    __table_args__ = (UniqueConstraint("account_id", "sector"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    sector: Mapped[str]
    value: Mapped[str] = mapped_column(unique=True)
