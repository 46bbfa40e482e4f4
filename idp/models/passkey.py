"""Passkeys (Web Authentication), and the challenges that wait for one."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, Sealed, new_id


class Passkey(Base):
    """One credential of an account. `sign_count` never goes back; `backup_eligible` says that the
    key may live on several devices, `backed_up` that it does now; `made_with` is the browser in
    which it was made, in two words."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    aaguid: Mapped[str]
    transports: Mapped[list[str]] = mapped_column(Json)
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    name: Mapped[str] = mapped_column(Sealed("passkey.name"))
    made_with: Mapped[str]
    created_at: Mapped[int]
    last_used_at: Mapped[int | None]


class PasskeyChallenge(Base):
    """Random bytes that one answer of an authenticator has to carry. `bound_to` is the interaction
    or the session that asked; whoever uses the challenge removes the row."""

    __tablename__ = "passkey_challenge"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    challenge: Mapped[bytes] = mapped_column(unique=True)
    bound_to: Mapped[str]
    expires_at: Mapped[int] = mapped_column(index=True)
