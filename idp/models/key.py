"""The provider's signing keys."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, Sealed, new_id


class KeyState(StrEnum):
    NEXT = "next"  # published, not yet used
    ACTIVE = "active"
    RETIRED = "retired"  # published until its last token died


class SigningKey(Base):
    """A private JSON Web Key, sealed, and its public half as it is published from `created_at`
    on; once retired, until `published_until`."""

    __tablename__ = "signing_key"
    # Of each algorithm one key is active and one is next, whoever rotates at the same moment.
    __table_args__ = (
        Index(
            "uq_signing_key_alg_state",
            "alg",
            "state",
            unique=True,
            sqlite_where=text("state <> 'retired'"),
            postgresql_where=text("state <> 'retired'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    kid: Mapped[str] = mapped_column(unique=True)
    alg: Mapped[str]
    state: Mapped[str] = mapped_column(default=KeyState.ACTIVE)
    private_jwk: Mapped[dict[str, Any]] = mapped_column(Sealed("signing_key.private_jwk"))
    public_jwk: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[int]
    activated_at: Mapped[int | None]
    retired_at: Mapped[int | None]
    published_until: Mapped[int | None]
