"""The letters of an import: one PDF, sealed until it is fetched once by whom it is for, and gone
after. What was fetched and lost, or was never fetched, is replaced by new letters."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import DAY, Settings
from idp.crypto import b64decode, b64encode
from idp.db import Database
from idp.directory.authority import Mandate, NotAuthorised, Target, Verb
from idp.directory.holder_imports import WAITING, NotNow, record
from idp.messages.letter.apart import render_apart
from idp.messages.letter.content import LetterContent
from idp.models import (
    HolderImport,
    ImportLetters,
    ImportRow,
    ImportState,
    LettersState,
    RowState,
)

# Seconds: how long an import is held while its letters are typeset.
TYPESETTING, FOR_EACH = 60, 0.3

REPLACEABLE = (LettersState.TAKEN, LettersState.EXPIRED)


def finish(
    database: Database, settings: Settings, import_id: int, hold: Callable[[int], None]
) -> None:
    """Once no row waits: the letters are typeset, outside any transaction, and the import is done.
    `hold` keeps it from others for so many seconds; if that was too short, who is first wins."""
    kept = _kept(database, import_id)
    pdf = b""
    if kept:
        hold(TYPESETTING + int(len(kept) * FOR_EACH))
        pdf = render_apart(kept)
    now = clock.now()
    with database.writing() as session:
        if not _ended(session, import_id, now):
            return
        if kept:
            _keep(session, settings, import_id, pdf, len(kept))
        record(session, "import.ended", import_id, "system")


def may_take(found: HolderImport, mandate: Mandate) -> bool:
    """Whether the letters are for this operator."""
    return found.letters_for == mandate.account_id


def check_taker(found: HolderImport, mandate: Mandate) -> None:
    """Raises NotAuthorised."""
    if not may_take(found, mandate):
        raise NotAuthorised(Verb.HOLDER_IMPORT, "importer", Target(found.organisation_id))


def waiting(session: Session, import_id: int) -> ImportLetters | None:
    """The letters that may be fetched."""
    return session.scalar(select(ImportLetters).where(*_ready(import_id)))


def take(session: Session, import_id: int, *, actor: str) -> bytes:
    """The PDF, once: of two who ask at the same moment one deletes the row. Raises NotNow."""
    content = session.scalar(
        delete(ImportLetters)
        .where(*_ready(import_id))
        .returning(ImportLetters.content)
        .execution_options(synchronize_session=False)
    )
    if content is None:
        raise NotNow("The letters were fetched already, have expired, or are not made yet.")
    _mark(session, import_id, LettersState.TAKEN)
    record(session, "import.letters_taken", import_id, actor)
    return b64decode(content)


def renew(session: Session, import_id: int, *, actor: str) -> None:
    """New letters for whoever of the import has not activated yet, with new initial passwords; they
    are for who asks. Raises NotNow."""
    again = session.execute(
        update(HolderImport)
        .where(
            HolderImport.id == import_id,
            HolderImport.state == ImportState.DONE,
            HolderImport.letters_state.in_(REPLACEABLE),
        )
        .values(
            state=ImportState.RUNNING,
            ended_at=None,
            letters_state=None,
            letters_for=audit.actor_id(actor),
        )
        .returning(HolderImport.id)
    ).first()
    if again is None:
        raise NotNow("There are no letters that were fetched or have expired.")
    session.execute(
        update(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.state == RowState.ENROLLED)
        .values(state=RowState.LETTERING)
    )
    record(session, "import.letters_asked", import_id, actor)


def expire(database: Database) -> int:
    """Those that nobody has fetched in time go; returns how many. The worker's job."""
    overdue = ImportLetters.expires_at <= clock.now()
    with database.reading() as session:
        if session.scalar(select(ImportLetters.id).where(overdue).limit(1)) is None:
            return 0
    with database.writing() as session:
        gone = session.scalars(
            delete(ImportLetters)
            .where(overdue)
            .returning(ImportLetters.import_id)
            .execution_options(synchronize_session=False)
        ).all()
        for import_id in gone:
            _mark(session, import_id, LettersState.EXPIRED)
            record(session, "import.letters_expired", import_id, "system")
    return len(gone)


def _ready(import_id: int) -> tuple[ColumnElement[bool], ...]:
    return ImportLetters.import_id == import_id, ImportLetters.expires_at > clock.now()


def _kept(database: Database, import_id: int) -> list[LetterContent]:
    query = (
        select(ImportRow.letter)
        .where(ImportRow.import_id == import_id, ImportRow.letter.is_not(None))
        .order_by(ImportRow.line)
    )
    with database.reading() as session:
        return [LetterContent.from_json(each) for each in session.scalars(query) if each]


def _ended(session: Session, import_id: int, now: int) -> bool:
    """Whether it is this one that ends the import."""
    waiting_rows = select(ImportRow.id).where(
        ImportRow.import_id == import_id, ImportRow.state.in_(WAITING)
    )
    ended = session.execute(
        update(HolderImport)
        .where(
            HolderImport.id == import_id,
            HolderImport.state == ImportState.RUNNING,
            ~waiting_rows.exists(),
        )
        .values(state=ImportState.DONE, ended_at=now)
        .returning(HolderImport.id)
        .execution_options(synchronize_session=False)
    ).first()
    return ended is not None


def _keep(session: Session, settings: Settings, import_id: int, pdf: bytes, count: int) -> None:
    """From now on the initial passwords are in the PDF alone."""
    now = clock.now()
    session.add(
        ImportLetters(
            import_id=import_id,
            letters=count,
            made_at=now,
            expires_at=now + settings.letters_days * DAY,
            content=b64encode(pdf),
        )
    )
    session.execute(update(ImportRow).where(ImportRow.import_id == import_id).values(letter=None))
    _mark(session, import_id, LettersState.READY)
    record(session, "import.letters_made", import_id, "system", letters=count)


def _mark(session: Session, import_id: int, state: LettersState) -> None:
    session.execute(
        update(HolderImport)
        .where(HolderImport.id == import_id)
        .values(letters_state=state, letters_at=clock.now())
    )
