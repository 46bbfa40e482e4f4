"""The outbox: what is to be sent to a person or an application, kept until it was."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Sealed, new_id


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    EXPIRED = "expired"
    VOIDED = "voided"
    FAILED = "failed"


class Message(Base):
    """`content` (recipient and what the template needs) is sealed, and wiped once it was sent or
    will never be. A worker holds a row by a lease; a row whose lease ran out is taken again.

    `client_id` is the application that a message is for, if it is for one, and `session_id` the
    session that it tells of: a number and no foreign key, as in the trail. `application_id` is the
    application on the way to which a person asked for it: it is for the counts alone."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_due", "state", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"))
    session_id: Mapped[int | None] = mapped_column(index=True)
    application_id: Mapped[int | None]
    kind: Mapped[str]
    channel: Mapped[str]
    locale: Mapped[str]
    content: Mapped[dict[str, Any] | None] = mapped_column(Sealed("message.content"))
    state: Mapped[str] = mapped_column(default=MessageState.WAITING)
    created_at: Mapped[int]
    expires_at: Mapped[int | None]
    next_attempt_at: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None]
    leased_until: Mapped[int | None]
    ended_at: Mapped[int | None] = mapped_column(index=True)
    last_error: Mapped[str | None]
