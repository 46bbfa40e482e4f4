"""The worker's part of an import: one row after the other, each enrolled with its outcome in one
short transaction; then the letters, as one PDF.

A worker holds an import by a lease, which another takes once it has run out. What that one had
committed is done, and what it had not has left nothing: a row's state decides, not the lease.
"""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.db import Database
from idp.directory import (
    accounts,
    enrolment,
    french_day,
    holder_imports,
    holders,
    import_check,
    import_letters,
    letters,
)
from idp.directory.enrolment import Enrolment, InvalidEnrolment, Person
from idp.directory.holders import AlreadyEnrolled, LetterMotive
from idp.directory.letters import InitialPassword, Recipient
from idp.identity import login_identifier
from idp.models import AccountState, HolderImport, ImportRow, ImportState, RowState

EVERY = 1  # seconds between two rounds of a worker
ROUND = 4.0  # seconds that a round takes at most, but for the letters' typesetting
LEASE = 60
AT_ONCE = 20
NOWHERE = audit.Origin()

Problems = list[dict[str, Any]]


@dataclass(frozen=True)
class Job:
    """An import in this worker's hands."""

    database: Database
    settings: Settings
    import_id: int
    organisation_id: int
    actor_id: int | None
    letters_for: int | None


def advance(database: Database, settings: Settings) -> int:
    """A round of a few seconds; returns how many rows were dealt with. The worker's job."""
    _give_up_what_nobody_wants(database)
    import_letters.expire(database)
    return _advance(database, settings, None, time.monotonic() + ROUND)


def work_on(database: Database, settings: Settings, import_id: int) -> int:
    """The same for one import, for who waits for it; 0 also while a worker has it."""
    return _advance(database, settings, import_id, time.monotonic() + ROUND / 4)


def _advance(database: Database, settings: Settings, import_id: int | None, deadline: float) -> int:
    job = _claim(database, settings, import_id)
    if job is None:
        return 0
    try:
        done = _round(job, deadline)
    except KeyboardInterrupt:  # somebody at a terminal, who may begin again at once
        _release(job)
        raise
    _release(job)
    return done


def _round(job: Job, deadline: float) -> int:
    done = 0
    while _is_running(job):
        rows = _waiting(job)
        if not rows:
            hold = partial(_hold, job)
            import_letters.finish(job.database, job.settings, job.import_id, hold)
            return done
        for row in rows:
            if time.monotonic() >= deadline:
                return done
            _deal_with(job, row)
            done += 1
    return done


def _claim(database: Database, settings: Settings, import_id: int | None) -> Job | None:
    """One conditional UPDATE: of two workers one has it, until its lease runs out."""
    now = clock.now()
    free: list[ColumnElement[bool]] = [
        HolderImport.state == ImportState.RUNNING,
        HolderImport.leased_until <= now,
    ]
    if import_id is not None:
        free.append(HolderImport.id == import_id)
    oldest = select(HolderImport.id).where(*free).order_by(HolderImport.id).limit(1)
    # Most of the time there is none, and nobody should wait for a lock to hear so.
    with database.reading() as session:
        if session.scalar(oldest) is None:
            return None
    with database.writing() as session:
        row = session.execute(
            update(HolderImport)
            .where(HolderImport.id == oldest.scalar_subquery(), *free)
            .values(leased_until=now + LEASE)
            .returning(
                HolderImport.id,
                HolderImport.organisation_id,
                HolderImport.actor_id,
                HolderImport.letters_for,
            )
            .execution_options(synchronize_session=False)
        ).first()
    return Job(database, settings, *row) if row else None


def _hold(job: Job, seconds: int) -> None:
    with job.database.writing() as session:
        session.execute(
            update(HolderImport)
            .where(HolderImport.id == job.import_id)
            .values(leased_until=clock.now() + seconds)
        )


def _release(job: Job) -> None:
    _hold(job, 0)


def _waiting(job: Job) -> Sequence[ImportRow]:
    query = (
        select(ImportRow)
        .where(ImportRow.import_id == job.import_id, ImportRow.state.in_(holder_imports.WAITING))
        .order_by(ImportRow.state, ImportRow.line)
        .limit(AT_ONCE)
    )
    with job.database.reading() as session:
        return session.scalars(query).all()


def _is_running(job: Job) -> bool:
    with job.database.reading() as session:
        return session.get_one(HolderImport, job.import_id).state == ImportState.RUNNING


def _deal_with(job: Job, row: ImportRow) -> None:
    """In the name of the agent who asked for it."""
    again = row.state == RowState.LETTERING
    asked_by = job.letters_for if again else job.actor_id
    agent = nullcontext() if asked_by is None else audit.acting(audit.Acting(asked_by, NOWHERE))
    with agent:
        (_reletter if again else _enrol)(job, row)


def _enrol(job: Job, row: ImportRow) -> None:
    """Hashing is done outside any transaction; the account and the row's outcome are one."""
    entered = _entered(row)
    try:
        person = enrolment.check(entered, today=french_day.today())
        with job.database.reading() as session:
            holders.refuse_known(session, job.database.keyring, person)
            organisation = session.get_one(HolderImport, job.import_id).organisation
            receiver = holders.recipient_of(person, organisation)
        password = letters.new_initial_password(job.settings)
        for _ in range(holders.DRAWS):
            if _inserted(job, row, person, receiver, password):
                return
    except InvalidEnrolment as refusal:
        _refuse(job, row, [import_check.as_json(each) for each in refusal.found])
    except AlreadyEnrolled as refusal:
        known = import_check.INS_C_KNOWN if refusal.by_ins_c else import_check.KNOWN
        _refuse(job, row, [import_check.as_json(known)])
    else:
        raise RuntimeError("no free login identifier was drawn")


def _inserted(
    job: Job, row: ImportRow, person: Person, receiver: Recipient, password: InitialPassword
) -> bool:
    """False: the login identifier was taken. Raises AlreadyEnrolled."""
    identifier = login_identifier.generate()
    letter = letters.written(job.settings, receiver, identifier, password)
    try:
        with job.database.writing() as session:
            ours = _decide(
                session,
                row,
                RowState.ENROLLED,
                login_identifier=identifier,
                letter=letter.to_json(),
            )
            if ours:
                holders.insert(
                    session, job.database.keyring, person, job.organisation_id, identifier,
                    password, "operator", import_id=str(job.import_id),
                )  # fmt: skip
    except IntegrityError:
        with job.database.reading() as session:
            holders.refuse_known(session, job.database.keyring, person)
        return False
    return True


def _reletter(job: Job, row: ImportRow) -> None:
    """A new letter for who has not activated yet; whoever has needs none."""
    with job.database.reading() as session:
        account = accounts.find(session, str(row.login_identifier))
        waits = account.state == AccountState.AWAITING_ACTIVATION and account.holder is not None
        receiver = holders.recipient(account) if waits else None
    if receiver is None:
        with job.database.writing() as session:
            _decide(session, row, RowState.ENROLLED)
        return
    identifier = account.login_identifier
    password = letters.new_initial_password(job.settings)
    letter = letters.written(job.settings, receiver, identifier, password).to_json()
    with job.database.writing() as session:
        account = accounts.find(session, identifier, lock=True)
        if account.state != AccountState.AWAITING_ACTIVATION:
            _decide(session, row, RowState.ENROLLED)
        elif _decide(session, row, RowState.ENROLLED, letter=letter):
            letters.give(account, password)
            audit.record(
                session,
                "account.relettered",
                actor="operator",
                account_id=account.id,
                motive=LetterMotive.LETTER_LOST.value,
                import_id=str(job.import_id),
            )


def _refuse(job: Job, row: ImportRow, problems: Problems) -> None:
    with job.database.writing() as session:
        _decide(session, row, RowState.REFUSED, problems=problems)


def _decide(session: Session, row: ImportRow, after: RowState, **values: Any) -> bool:
    """Whether the row was ours to decide: it waits still, and nobody has paused its import. What it
    held goes."""
    running = select(HolderImport.id).where(HolderImport.state == ImportState.RUNNING)
    decided = session.execute(
        update(ImportRow)
        .where(
            ImportRow.id == row.id,
            ImportRow.state == row.state,
            ImportRow.import_id.in_(running),
        )
        .values(state=after, content=None, **values)
        .returning(ImportRow.id)
        .execution_options(synchronize_session=False)
    ).first()
    return decided is not None


def _entered(row: ImportRow) -> Enrolment:
    values = dict(row.content or {})
    lists = {name: tuple(values[name]) for name in ("first_names", "address")}
    return Enrolment(**values | lists)


def _give_up_what_nobody_wants(database: Database) -> None:
    """What was neither confirmed nor resumed in time: personal data does not wait for ever."""
    forgotten = select(HolderImport.id).where(
        HolderImport.state.in_((ImportState.CHECKED, ImportState.PAUSED)),
        HolderImport.expires_at <= clock.now(),
    )
    with database.reading() as session:
        keys = session.scalars(forgotten).all()
    for key in keys:
        _give_up(database, key)


def _give_up(database: Database, key: int) -> None:
    try:
        with database.writing() as session:
            holder_imports.cancel(session, key, actor="system")
    except holder_imports.NotNow:
        # A file without anybody to enrol, or with letters alone to make: the worker ends it.
        with database.writing() as session:
            session.execute(
                update(HolderImport)
                .where(HolderImport.id == key, HolderImport.state != ImportState.DONE)
                .values(state=ImportState.RUNNING)
            )
