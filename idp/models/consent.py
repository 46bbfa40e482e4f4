"""What a holder lets an application know."""

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.db import Base, Json, new_id

if TYPE_CHECKING:
    from idp.models.client import Client


class Consent(Base):
    """`granted` and `declined` are scopes and, prefixed `claim:`, single claims. What stands in
    either was asked once and is not asked again."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("account_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    granted: Mapped[list[str]] = mapped_column(Json)
    declined: Mapped[list[str]] = mapped_column(Json)
    given_at: Mapped[int]

    client: Mapped["Client"] = relationship("Client")
