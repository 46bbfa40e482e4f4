"""What happened, counted by the hour, the day and the month: for the dashboard, which must not
count events or messages. No person is in it."""

from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, new_id


class Grain(StrEnum):
    """How long a count is of: an hour, or a day or a month in France. A year of days is too much to
    add up while somebody waits."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class ActivityCount(Base):
    """How many events of an act had an outcome in an hour, a day or a month (the second when it
    `begins`), of an application or, where it is 0, of none; by kind of grant where the act is to
    give tokens."""

    __tablename__ = "activity_count"
    __table_args__ = (
        Index(
            "uq_activity_count",
            "grain",
            "act",
            "begins",
            "client_id",
            "outcome",
            "grant_type",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    grain: Mapped[str]
    act: Mapped[str]
    begins: Mapped[int] = mapped_column(index=True)
    client_id: Mapped[int]
    outcome: Mapped[str]
    grant_type: Mapped[str]
    count: Mapped[int]


class MessageCount(Base):
    """How many messages of a kind ended so (`sent`, `failed`, `expired`) in an hour, a day or a
    month, by how long they had waited: `within` is the smallest of `messages.counts.WITHIN` that
    their seconds do not exceed."""

    __tablename__ = "message_count"
    __table_args__ = (
        Index(
            "uq_message_count",
            "grain",
            "begins",
            "client_id",
            "channel",
            "kind",
            "outcome",
            "within",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    grain: Mapped[str]
    begins: Mapped[int] = mapped_column(index=True)
    client_id: Mapped[int]
    channel: Mapped[str]
    kind: Mapped[str]
    outcome: Mapped[str]
    within: Mapped[int]
    count: Mapped[int]
