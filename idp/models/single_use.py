"""What is kept only so that it is not taken again."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, new_id


class RevokedToken(Base):
    """An access token that its client gave back before it expired (RFC 7009): `id` is the token's
    own number."""

    __tablename__ = "revoked_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    expires_at: Mapped[int] = mapped_column(index=True)


class ClientAssertion(Base):
    """A JWT by which a client authenticated, or asked: its `jti` is good once (RFC 7523,
    section 3)."""

    __tablename__ = "client_assertion"
    __table_args__ = (UniqueConstraint("client_id", "jti_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    jti_hash: Mapped[bytes]
    expires_at: Mapped[int] = mapped_column(index=True)
