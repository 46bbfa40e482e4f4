"""What vouches for the trail, and its check."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.db import Base, Json, Sealed, new_id


class AuditKey(Base):
    """Signs checkpoints until the next key does; then `private_jwk` is wiped. The public half is no
    secret: sealed, it cannot be replaced by whoever has the database alone."""

    __tablename__ = "audit_key"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    kid: Mapped[str] = mapped_column(unique=True)
    private_jwk: Mapped[dict[str, Any] | None] = mapped_column(Sealed("audit_key.private_jwk"))
    public_jwk: Mapped[dict[str, Any]] = mapped_column(Sealed("audit_key.public_jwk"))
    created_at: Mapped[int]
    retired_at: Mapped[int | None]


class AuditCheckpoint(Base):
    """The chain's head at a moment, signed: `statement` is a compact JWS (RFC 7515). `seal_id` is a
    number and no foreign key: it tells of a seal that was removed, too."""

    __tablename__ = "audit_checkpoint"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    seal_id: Mapped[int] = mapped_column(index=True)
    signed_at: Mapped[int] = mapped_column(index=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("audit_key.id"))
    statement: Mapped[str]

    key: Mapped[AuditKey] = relationship(AuditKey)


class CheckState(StrEnum):
    RUNNING = "running"
    HELD = "held"
    BROKEN = "broken"


class AuditCheck(Base):
    """A verification that an operator asked for. The worker goes on with it a few seals at a time:
    `progress` is how far it is, `step` counts its steps, so that of two workers one takes each.
    `expected` is how many seals there were when it began."""

    __tablename__ = "audit_check"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    asked_at: Mapped[int]
    asked_by: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=CheckState.RUNNING, index=True)
    expected: Mapped[int]
    step: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any]] = mapped_column(Json)
    ended_at: Mapped[int | None] = mapped_column(index=True)
