"""The person whose record it is: identity traits, NIR, INS-C and postal address, all sealed."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.db import Base, Sealed, new_id

if TYPE_CHECKING:
    from idp.models.account import Account
    from idp.models.organisation import Organisation


class Holder(Base):
    """A holder has one account. `traits` is `identity.traits.Traits` as JSON."""

    __tablename__ = "holder"
    # The console's list is an organisation's, the newest first.
    __table_args__ = (Index("ix_holder_organisation_id_id", "organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    traits: Mapped[dict[str, Any]] = mapped_column(Sealed("holder.traits"))
    nir: Mapped[str] = mapped_column(Sealed("holder.nir"))
    nir_index: Mapped[bytes] = mapped_column(unique=True, info={"blind_index_of": "nir"})
    address: Mapped[list[str]] = mapped_column(Sealed("holder.address"))
    created_at: Mapped[int]

    organisation: Mapped["Organisation"] = relationship("Organisation")
    account: Mapped["Account"] = relationship("Account", back_populates="holder")
    ins_c_history: Mapped[list["HolderInsC"]] = relationship(
        "HolderInsC", back_populates="holder", order_by="HolderInsC.id"
    )
    names: Mapped[list["HolderName"]] = relationship("HolderName", cascade="all, delete-orphan")

    @property
    def ins_c(self) -> str | None:
        """The newest of the INS-Cs there ever were: 22 digits, or None."""
        return self.ins_c_history[-1].value if self.ins_c_history else None


class HolderInsC(Base):
    """An INS-C the holder has or had: a corrected first name makes a new one."""

    __tablename__ = "holder_ins_c"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"), index=True)
    value: Mapped[str] = mapped_column(Sealed("holder_ins_c.value"))
    value_index: Mapped[bytes] = mapped_column(unique=True, info={"blind_index_of": "value"})
    created_at: Mapped[int]

    holder: Mapped[Holder] = relationship(Holder, back_populates="ins_c_history")


class HolderName(Base):
    """A word of a name with the birth date (`identity.names.words`, "MARTIN 1977-01-31"), by which
    the holder is found: alone, a name or a date would be guessed from how often it is there."""

    __tablename__ = "holder_name"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"), index=True)
    value: Mapped[str] = mapped_column(Sealed("holder_name.value"))
    value_index: Mapped[bytes] = mapped_column(index=True, info={"blind_index_of": "value"})
