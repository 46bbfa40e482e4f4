"""What happened, counted by the hour: for the dashboard, which must not count events."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, new_id


class ActivityCount(Base):
    """How many events of an act had an outcome in an hour (the second when it began), of an
    application or, where it is 0, of none."""

    __tablename__ = "activity_count"
    __table_args__ = (
        Index("uq_activity_count", "act", "hour", "client_id", "outcome", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    act: Mapped[str]
    hour: Mapped[int] = mapped_column(index=True)
    client_id: Mapped[int]
    outcome: Mapped[str]
    count: Mapped[int]
