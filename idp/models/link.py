"""Links: what a person is sent, or a page leads on to, so that one act can be done once."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Sealed, new_id


class LinkPurpose(StrEnum):
    """`NOT_ME` blocks the account; the others are the steps of a recovery and of an emergency, each
    of which is worth nothing at another one."""

    NOT_ME = "not_me"
    RECOVERY = "recovery"
    RECOVERY_PROOF = "recovery_proof"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a step
    EMERGENCY = "emergency"


class Link(Base):
    """`token_hash` is all that stays of the address's random part. `code_mac` is of the code that
    has to be typed beside it, `browser_hash` of the one browser in which it is good; None: in any.
    `account_id` is None for as long as nobody has looked whose it is, or when there is nobody."""

    __tablename__ = "link"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    purpose: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    code_mac: Mapped[bytes | None]
    browser_hash: Mapped[bytes | None]
    detail: Mapped[dict[str, Any]] = mapped_column(Sealed("link.detail"))
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    used_at: Mapped[int | None]
