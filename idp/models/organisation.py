"""The health-insurance body that holders belong to, and operators too."""

from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, new_id


class Organisation(Base):
    """Its director answers for the rights of its holders: the letter says whom to write to."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    city: Mapped[str]
    address: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[int]
