"""Failures counted in the database, so that every process sees the same count."""

from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base


class Throttle(Base):
    """`subject` is a keyed hash of what is counted: an account and a secret's kind, a browser
    that the account has used before, or a network address."""

    __tablename__ = "throttle"

    subject: Mapped[bytes] = mapped_column(primary_key=True)
    in_a_row: Mapped[int]
    locked_until: Mapped[int]
    window_start: Mapped[int]
    in_window: Mapped[int]
    updated_at: Mapped[int] = mapped_column(index=True)
