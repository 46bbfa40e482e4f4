"""The provider's signing keys."""

from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, Sealed, new_id


class KeyState(StrEnum):
    NEXT = "next"  # published, not yet used
    ACTIVE = "active"
    RETIRED = "retired"  # published until its last token died


class SigningKey(Base):
    """A private JSON Web Key, sealed, and its public half as it is published."""

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    kid: Mapped[str] = mapped_column(unique=True)
    alg: Mapped[str]
    state: Mapped[str] = mapped_column(default=KeyState.ACTIVE)
    private_jwk: Mapped[dict[str, Any]] = mapped_column(Sealed("signing_key.private_jwk"))
    public_jwk: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[int]
