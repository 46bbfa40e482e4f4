"""A file of persons to enrol: checked when it comes, enrolled row by row once an agent confirms."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from idp.db import Base, Json, Sealed, new_id
from idp.models.organisation import Organisation


class ImportState(StrEnum):
    """Only a running one is worked on; of one that is done the report stays for a while."""

    CHECKED = "checked"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


class RowState(StrEnum):
    """`wrong` was refused when the file was checked, `refused` when its turn came; of a `lettering`
    one the account is there and gets a new letter."""

    WRONG = "wrong"
    READY = "ready"
    ENROLLED = "enrolled"
    LETTERING = "lettering"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class HolderImport(Base):
    """`actor_id` is the account of the operator who imported, `letters_for` of who fetches the
    letters: numbers and no foreign keys, as in the trail; None is the command line. `digest` tells
    the same file again."""

    __tablename__ = "holder_import"
    __table_args__ = (Index("ix_holder_import_organisation_id_id", "organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    actor_id: Mapped[int | None]
    digest: Mapped[bytes]
    state: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[int]
    # When it is given up if nobody confirms or resumes it.
    expires_at: Mapped[int]
    leased_until: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[int | None] = mapped_column(index=True)
    letters_for: Mapped[int | None]
    letters_state: Mapped[str | None]
    letters_at: Mapped[int | None]

    organisation: Mapped[Organisation] = relationship(Organisation)


class ImportRow(Base):
    """`content` is `directory.enrolment.Enrolment` as JSON, wiped once the row is dealt with;
    `letter` is a `LetterContent` as JSON, from the account's making to the letters' own. `problems`
    are reasons, without a word of the row."""

    __tablename__ = "holder_import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "line"),
        Index("ix_holder_import_row_import_id_state_line", "import_id", "state", "line"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    import_id: Mapped[int] = mapped_column(ForeignKey("holder_import.id"))
    line: Mapped[int]
    state: Mapped[str]
    content: Mapped[dict[str, Any] | None] = mapped_column(Sealed("holder_import_row.content"))
    letter: Mapped[dict[str, Any] | None] = mapped_column(Sealed("holder_import_row.letter"))
    problems: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    login_identifier: Mapped[str | None]


class LettersState(StrEnum):
    """Of an import whose letters were made at least once."""

    READY = "ready"
    TAKEN = "taken"
    EXPIRED = "expired"


class ImportLetters(Base):
    """All letters of an import as one PDF, in Base64; the row goes when it is fetched."""

    __tablename__ = "holder_import_letters"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    import_id: Mapped[int] = mapped_column(ForeignKey("holder_import.id"), unique=True)
    letters: Mapped[int]
    made_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    content: Mapped[str] = mapped_column(Sealed("holder_import_letters.content"))
