"""What a holder's browser obtained for a client: first an authorization code, then the family of
tokens that came of it. One row from the code to the last refresh token."""

from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, new_id


class Grant(Base):
    """The code is kept as a hash and used by one conditional UPDATE. A refresh token is this
    row's id, a generation and a MAC: rotation is an increment of `generation`."""

    __tablename__ = "authorization_grant"
    # What the purge looks for, each row in the one where it can be due: a table full of lasting
    # connections is not searched through for the few that are over.
    __table_args__ = tuple(
        Index(
            f"ix_authorization_grant_{column}",
            column,
            sqlite_where=text(condition),
            postgresql_where=text(condition),
        )
        for column, condition in (
            ("code_expires_at", "refresh_expires_at IS NULL"),
            ("refresh_expires_at", "refresh_expires_at IS NOT NULL"),
            ("revoked_at", "revoked_at IS NOT NULL"),
        )
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # The session's number and no foreign key, as in the trail: a lasting connection outlives the
    # session that it came from by weeks, and is no reason to keep a browser's address as long.
    session_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[int]

    code_hash: Mapped[bytes] = mapped_column(unique=True)
    code_expires_at: Mapped[int]
    code_used_at: Mapped[int | None]
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str | None]
    nonce: Mapped[str | None]

    scope: Mapped[str]
    # The APIs that tokens may be meant for (RFC 8707), separated by spaces.
    resource: Mapped[str] = mapped_column(default="")
    claims: Mapped[dict[str, Any]] = mapped_column(Json)
    acr: Mapped[str]
    amr: Mapped[str]
    auth_time: Mapped[int]

    generation: Mapped[int] = mapped_column(default=0)
    rotated_at: Mapped[int | None]
    refresh_expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]
