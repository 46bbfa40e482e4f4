"""A copy of everything about a person, that the person has asked for."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Sealed, new_id


class DataExport(Base):
    """One for an account; a worker that makes it holds the row by a lease. `content` has the JSON
    as text, and the PDF as Base64."""

    __tablename__ = "data_export"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    locale: Mapped[str]
    asked_at: Mapped[int]
    leased_until: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[int | None]
    expires_at: Mapped[int] = mapped_column(index=True)
    content: Mapped[dict[str, Any] | None] = mapped_column(Sealed("data_export.content"))
