"""The copy of one's data: asked for, made by a worker, there for a day, then gone."""

import base64

import orjson
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.db import Database
from idp.directory import account_notices, data_export_content
from idp.factors import throttle, ways
from idp.messages import wake
from idp.messages.export import render
from idp.models import Account, DataExport

EVERY = 5  # seconds between two rounds of a worker
LEASE = 120
BATCH = 5

FORMATS = {"json": "application/json", "pdf": "application/pdf"}


def ask(
    database: Database, settings: Settings, account_id: int, *, locale: str, origin: audit.Origin
) -> None:
    """A new copy takes the place of one that is there; one that is being made is waited for. Raises
    throttle.MustWait: each copy is work, and a message to every channel."""
    with database.reading() as session:
        if _is_being_made(session, account_id):
            return
    counter = throttle.for_exports(database.keyring, settings, account_id)
    throttle.reserve(database, settings, [counter])
    with database.writing() as session:
        ways.lock(session, account_id)
        if _is_being_made(session, account_id):
            return
        session.execute(delete(DataExport).where(DataExport.account_id == account_id))
        now = clock.now()
        session.add(
            DataExport(
                account_id=account_id,
                locale=locale,
                asked_at=now,
                expires_at=now + settings.export_lifetime,
            )
        )
        audit.record(session, "export.asked", actor="holder", account_id=account_id, origin=origin)


def _is_being_made(session: Session, account_id: int) -> bool:
    present = find(session, account_id)
    return present is not None and present.made_at is None


def find(session: Session, account_id: int) -> DataExport | None:
    """The copy that there is or will be, as long as it is not to go."""
    return session.scalar(
        select(DataExport).where(
            DataExport.account_id == account_id, DataExport.expires_at > clock.now()
        )
    )


def take(session: Session, account_id: int, wanted: str, *, origin: audit.Origin) -> bytes | None:
    """The file of one of FORMATS; the trail has it. None: there is none."""
    found = find(session, account_id)
    if found is None or found.content is None:
        return None
    audit.record(
        session,
        "export.taken",
        actor="holder",
        account_id=account_id,
        origin=origin,
        format=wanted,
    )
    text = str(found.content[wanted])
    return text.encode() if wanted == "json" else base64.b64decode(text)


def make_due(database: Database, settings: Settings) -> int:
    """Those asked for; returns how many were made. The worker's job."""
    made = 0
    for _ in range(BATCH):
        key = _claim(database)
        if key is None:
            break
        _make(database, settings, key)
        made += 1
    if made:
        wake.wake(settings)
    return made


def _claim(database: Database) -> int | None:
    """One conditional UPDATE: of two workers one has it, until its lease runs out."""
    now = clock.now()
    free = (
        DataExport.made_at.is_(None),
        DataExport.leased_until <= now,
        DataExport.expires_at > now,
    )
    oldest = select(DataExport.id).where(*free).order_by(DataExport.id).limit(1).scalar_subquery()
    with database.writing() as session:
        return session.scalar(
            update(DataExport)
            .where(DataExport.id == oldest, *free)
            .values(leased_until=now + LEASE)
            .returning(DataExport.id)
            .execution_options(synchronize_session=False)
        )


def _make(database: Database, settings: Settings, key: int) -> None:
    """Read, typeset outside any transaction, then written."""
    with database.reading() as session:
        wanted = session.get_one(DataExport, key)
        account_id, locale = wanted.account_id, wanted.locale
        account = session.get_one(Account, account_id)
        data = data_export_content.gather(session, settings, account)
    pdf = render.render(data, settings, locale)
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
    content = {"json": text, "pdf": base64.b64encode(pdf).decode()}
    now = clock.now()
    with database.writing() as session:
        kept = session.execute(
            update(DataExport)
            .where(DataExport.id == key, DataExport.made_at.is_(None))
            .values(content=content, made_at=now, expires_at=now + settings.export_lifetime)
            .returning(DataExport.id)
        ).first()
        if kept is None:
            return
        audit.record(session, "export.made", actor="system", account_id=account_id)
        owner = session.get_one(Account, account_id)
        account_notices.tell(
            session, owner, account_notices.EXPORT_READY, at=now + settings.export_lifetime
        )
