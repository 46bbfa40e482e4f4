"""Who administers: an account with roles, in an organisation, and no holder behind it."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.db import Base, Json, Sealed, new_id
from idp.models.account import Account
from idp.models.organisation import Organisation


class Role(StrEnum):
    """What each may do is one table: `directory/authority.py`."""

    OWNER = "owner"
    CLIENT_ADMINISTRATOR = "client_administrator"
    ENROLMENT_AGENT = "enrolment_agent"
    HELP_DESK = "help_desk"
    AUDITOR = "auditor"


class Operator(Base):
    """`roles` in the order of `Role`; without one an operator may sign in, and do nothing.
    `client_id` is the application's that acts as this operator: then nobody signs in as it."""

    __tablename__ = "operator"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(Sealed("operator.name"))
    roles: Mapped[list[str]] = mapped_column(Json)
    client_id: Mapped[int | None] = mapped_column(ForeignKey("client.id"), unique=True)
    created_at: Mapped[int]

    account: Mapped[Account] = relationship(Account)
    organisation: Mapped[Organisation] = relationship(Organisation)
