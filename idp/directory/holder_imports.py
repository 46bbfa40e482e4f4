"""Files of holders to enrol: checked when they come, and worked on once an agent confirms
(`import_work`); paused, resumed, cancelled. Nobody is enrolled twice, whatever comes twice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import DAY, Settings
from idp.crypto import Keyring
from idp.db import Database, new_id
from idp.directory import import_check, import_file
from idp.directory.import_check import Checked
from idp.directory.refusal import Refusal
from idp.models import HolderImport, ImportRow, ImportState, Organisation, RowState

DIGEST = "holder-import"
# What is left to do, and what has not come to anything.
WAITING = (RowState.READY, RowState.LETTERING)
ERRORS = (RowState.WRONG, RowState.REFUSED)


class NotNow(Refusal):
    """What was asked for cannot be done to an import in this state, or not any more."""


@dataclass(frozen=True)
class Counts:
    """Rows of an import by what became of them."""

    by_state: Mapping[str, int]

    def of(self, *states: RowState) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        """Every row that is enrolled or may be."""
        return sum(self.by_state.values()) - self.of(RowState.WRONG)

    @property
    def done(self) -> int:
        return self.total - self.of(*WAITING)


def check(
    database: Database, settings: Settings, content: bytes, organisation_id: int, *, actor: str
) -> int:
    """A file read and checked; returns the id of the import, whose rows tell what was found.
    Nothing is made yet. Raises InvalidFile."""
    with database.reading() as session:
        organisation = session.get_one(Organisation, organisation_id).name
    lines = import_file.read(content, settings, organisation)
    now = clock.now()
    with database.reading() as session:
        rows = import_check.check(session, database.keyring, lines)
    wrong = sum(bool(row.problems) for row in rows)
    with database.writing() as session:
        found = HolderImport(
            id=new_id(),
            organisation_id=organisation_id,
            actor_id=audit.actor_id(actor),
            letters_for=audit.actor_id(actor),
            digest=database.keyring.mac(DIGEST, content),
            state=ImportState.CHECKED,
            created_at=now,
            expires_at=now + settings.import_days * DAY,
        )
        session.add(found)
        session.flush()
        session.execute(insert(ImportRow), [_row(found.id, row) for row in rows])
        record(session, "import.checked", found.id, actor, rows=len(rows), wrong=wrong)
        return found.id


def find(session: Session, import_id: int) -> HolderImport | None:
    return session.get(HolderImport, import_id)


def latest(session: Session, organisation_id: int | None, limit: int) -> Sequence[HolderImport]:
    """The newest first; None: every organisation's."""
    query = select(HolderImport).order_by(HolderImport.id.desc()).limit(limit)
    if organisation_id is not None:
        query = query.where(HolderImport.organisation_id == organisation_id)
    return session.scalars(query).all()


def of_command_line(
    session: Session, keyring: Keyring, content: bytes, organisation_id: int
) -> HolderImport | None:
    """The newest import of this very file by the command line."""
    digests = [keyring.mac(DIGEST, content, key_id) for key_id in keyring.macs.ids()]
    return session.scalar(
        select(HolderImport)
        .where(
            HolderImport.digest.in_(digests),
            HolderImport.organisation_id == organisation_id,
            HolderImport.actor_id.is_(None),
        )
        .order_by(HolderImport.id.desc())
        .limit(1)
    )


def earlier(session: Session, found: HolderImport) -> HolderImport | None:
    """The import of the same file before this one."""
    return session.scalar(
        select(HolderImport)
        .where(
            HolderImport.digest == found.digest,
            HolderImport.organisation_id == found.organisation_id,
            HolderImport.id < found.id,
        )
        .order_by(HolderImport.id.desc())
        .limit(1)
    )


def counts(session: Session, import_id: int) -> Counts:
    query = (
        select(ImportRow.state, func.count())
        .where(ImportRow.import_id == import_id)
        .group_by(ImportRow.state)
    )
    return Counts(dict(iter(session.execute(query).all())))


def confirm(session: Session, import_id: int, *, actor: str) -> None:
    """What is ready shall be enrolled. Raises NotNow."""
    if not counts(session, import_id).of(RowState.READY):
        raise NotNow("There is nobody to enrol in this file.")
    _move(session, import_id, ImportState.CHECKED, ImportState.RUNNING)
    record(session, "import.started", import_id, actor)


def pause(session: Session, settings: Settings, import_id: int, *, actor: str) -> None:
    """Who is being enrolled still is; nobody after. Raises NotNow."""
    expires_at = clock.now() + settings.import_days * DAY
    _move(session, import_id, ImportState.RUNNING, ImportState.PAUSED, expires_at=expires_at)
    record(session, "import.paused", import_id, actor)


def resume(session: Session, import_id: int, *, actor: str) -> None:
    """Raises NotNow."""
    _move(session, import_id, ImportState.PAUSED, ImportState.RUNNING)
    record(session, "import.resumed", import_id, actor)


def cancel(session: Session, import_id: int, *, actor: str) -> int:
    """What has not been done will not be, and is wiped; returns how many rows that is. Who was
    enrolled stays so, and the letters are made. Raises NotNow."""
    open_states = (ImportState.CHECKED, ImportState.RUNNING, ImportState.PAUSED)
    # The worker ends it, as it ends every other one: also when there is nothing left to do.
    moved = session.execute(
        update(HolderImport)
        .where(HolderImport.id == import_id, HolderImport.state.in_(open_states))
        .values(state=ImportState.RUNNING)
        .returning(HolderImport.id)
    ).first()
    gone = session.scalars(
        update(ImportRow)
        .where(ImportRow.import_id == import_id, ImportRow.state == RowState.READY)
        .values(state=RowState.CANCELLED, content=None)
        .returning(ImportRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    if moved is None or not gone:
        raise NotNow("There is nothing left to cancel.")
    record(session, "import.cancelled", import_id, actor, rows=len(gone))
    return len(gone)


def _move(
    session: Session, import_id: int, before: ImportState, after: ImportState, **values: int
) -> None:
    """The row count decides between two who act at once."""
    moved = session.execute(
        update(HolderImport)
        .where(HolderImport.id == import_id, HolderImport.state == before)
        .values(state=after, **values)
        .returning(HolderImport.id)
    ).first()
    if moved is None:
        raise NotNow(f"The import is not {before.value}, or not any more.")


def record(session: Session, act: str, import_id: int, actor: str, **detail: Any) -> None:
    """An act on an import, in the caller's transaction."""
    # As text, as an address has it: no number of JSON is so long everywhere.
    audit.record(session, act, actor=actor, import_id=str(import_id), **detail)


def _row(import_id: int, row: Checked) -> dict[str, object]:
    """Of a row that will not be enrolled nothing is kept but why."""
    ready = not row.problems and row.entered is not None
    return {
        "id": new_id(),
        "import_id": import_id,
        "line": row.line,
        "state": RowState.READY if ready else RowState.WRONG,
        "content": asdict(row.entered) if ready and row.entered else None,
        "letter": None,
        "problems": row.problems,
        "login_identifier": None,
    }
