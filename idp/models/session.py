"""A browser in which somebody is signed in, and the applications that took part."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, new_id


class SessionKind(StrEnum):
    """A holder's opens applications and the own account, an operator's the console alone: each has
    a cookie of its own, and neither is worth anything in the other's place."""

    HOLDER = "holder"
    OPERATOR = "operator"


class BrowserSession(Base):
    """The cookie's token is kept as a hash; `*_at` say when each factor was proved. `code_channel`
    is where the code came from: mail, sms, totp or recovery. `passkey_methods` is what the passkey
    proved, in the words of RFC 8176."""

    __tablename__ = "browser_session"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(default=SessionKind.HOLDER)
    created_at: Mapped[int]
    last_seen_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    ended_at: Mapped[int | None]
    password_at: Mapped[int | None]
    code_at: Mapped[int | None]
    code_channel: Mapped[str | None]
    passkey_at: Mapped[int | None]
    passkey_methods: Mapped[str | None]
    address: Mapped[str]
    user_agent: Mapped[str]


class SessionClient(Base):
    """An application that was given a code in this session: whom a logout will have to tell."""

    __tablename__ = "session_client"

    session_id: Mapped[int] = mapped_column(ForeignKey("browser_session.id"), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), primary_key=True)
    first_at: Mapped[int]
    last_at: Mapped[int]
