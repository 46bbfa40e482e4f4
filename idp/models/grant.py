"""What a holder's browser obtained for a client: first an authorization code, then the family of
tokens that came of it. One row from the code to the last refresh token."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, new_id


class Grant(Base):
    """The code is kept as a hash and used by one conditional UPDATE. A refresh token is this
    row's id, a generation and a MAC: rotation is an increment of `generation`."""

    __tablename__ = "authorization_grant"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("browser_session.id"), index=True)
    created_at: Mapped[int]

    code_hash: Mapped[bytes] = mapped_column(unique=True)
    code_expires_at: Mapped[int] = mapped_column(index=True)
    code_used_at: Mapped[int | None]
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str | None]
    nonce: Mapped[str | None]

    scope: Mapped[str]
    claims: Mapped[dict[str, Any]] = mapped_column(Json)
    acr: Mapped[str]
    amr: Mapped[str]
    auth_time: Mapped[int]

    generation: Mapped[int] = mapped_column(default=0)
    rotated_at: Mapped[int | None]
    refresh_expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]
