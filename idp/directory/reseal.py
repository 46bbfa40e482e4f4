"""Sealing and index keys are replaced without downtime: what stands under an older key is written
again under the newest, a few rows at a time, while everybody works.

Nothing is remembered between two runs: a stored value begins with the label of its key, so what
is left to do can be seen.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from idp import audit
from idp.crypto import Keyring, Unsealable
from idp.db import BigInt, Database
from idp.directory.sealed_columns import Covered, covered, outdated

BATCH = 200
# Seconds between two batches, for those who wait for the database meanwhile.
PAUSE = 0.05
# Another process may write under an older key while we pass; it is looked for once more.
PASSES = 3

Values = dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """`done` of `total` rows of a table are under the newest keys; `problems` are those of this
    batch that cannot be, in words."""

    table: str
    done: int
    total: int
    problems: tuple[str, ...] = ()


def reseal(
    database: Database, *, actor: str, batch: int = BATCH, pause: float = PAUSE
) -> Iterator[Progress]:
    """Every row under the newest keys, table after table; to be called again after a stop, with
    nothing lost. Writing transactions are as long as `batch` updates by primary key."""
    for table in covered():
        problems: tuple[str, ...] = ()
        for progress in _reseal_table(database, table, batch, pause):
            problems += progress.problems
            yield progress
        with database.writing() as session:
            audit.record(
                session,
                "keys.resealed",
                actor=actor,
                outcome="incomplete" if problems else "success",
                table=table.name,
                sealing_key=database.keyring.sealing.current_id,
                index_key=database.keyring.indexes.current_id,
            )


def _reseal_table(
    database: Database, table: Covered, batch: int, pause: float
) -> Iterator[Progress]:
    total, left = _count(database, table)
    yield Progress(table.name, total - left, total)
    for _ in range(PASSES):
        problems = 0
        for rows, told in _pass(database, table, batch):
            problems += len(told)
            left = max(left - rows + len(told), 0)
            yield Progress(table.name, total - left, total, tuple(told))
            time.sleep(pause)
        total, left = _count(database, table)
        if left <= problems:
            break
    yield Progress(table.name, total - left, total)


def _pass(database: Database, table: Covered, batch: int) -> Iterator[tuple[int, list[str]]]:
    """Once through the table, by primary key; after each batch its size, and its problems."""
    key = table.raw.c[table.key]
    query = sa.select(table.raw).where(outdated(database.keyring, table)).order_by(key)
    after = -1
    while True:
        with database.reading() as session:
            rows = session.execute(query.where(key > after).limit(batch)).mappings().all()
        if not rows:
            return
        changes, problems = _renewed(database.keyring, table, rows)
        yield len(rows), problems + _write(database, table, changes)
        after = rows[-1][table.key]


def _count(database: Database, table: Covered) -> tuple[int, int]:
    """All rows, and those that are not under the newest keys yet."""
    left_over = sa.case((outdated(database.keyring, table), 1))
    with database.reading() as session:
        total, left = session.execute(
            sa.select(sa.func.count(), sa.func.count(left_over)).select_from(table.raw)
        ).one()
    return total, left


def _renewed(
    keyring: Keyring, table: Covered, rows: Sequence[sa.RowMapping]
) -> tuple[list[Values], list[str]]:
    changes, problems = [], []
    for row in rows:
        try:
            changes.append(_change(keyring, table, row))
        except Unsealable as error:
            row_id = row[table.key]
            problems.append(f"{table.name} {row_id}: {error} was altered or its key is not listed.")
    return changes, problems


def _change(keyring: Keyring, table: Covered, row: sa.RowMapping) -> Values:
    """The parameters of `_update`: what is there now, and what shall be. Raises Unsealable."""
    opened = {
        name: None if row[name] is None else keyring.open(bytes(row[name]), place)
        for name, place in table.sealed.items()
    }
    new = {
        name: None if value is None else keyring.seal(value, table.sealed[name])
        for name, value in opened.items()
    }
    for name, source in table.indexes.items():
        value = opened[source]
        if value is None:
            new[name] = None
        else:
            form = table.forms[name](orjson.loads(value))
            new[name] = keyring.blind_index(table.sealed[source], form)
    old = {name: row[name] for name in new}
    return (
        {"row_id": row[table.key]}
        | {f"new_{name}": value for name, value in new.items()}
        | {f"old_{name}": value for name, value in old.items()}
    )


def _update(table: Covered) -> sa.Update:
    """Where somebody has changed the row since it was read, nothing: it is new already."""
    names = (*table.sealed, *table.indexes)
    unchanged = [
        table.raw.c[name].is_not_distinct_from(sa.bindparam(f"old_{name}", type_=sa.LargeBinary))
        for name in names
    ]
    return (
        sa.update(table.raw)
        .where(table.raw.c[table.key] == sa.bindparam("row_id", type_=BigInt), *unchanged)
        .values({name: sa.bindparam(f"new_{name}", type_=sa.LargeBinary) for name in names})
    )


def _write(database: Database, table: Covered, changes: list[Values]) -> list[str]:
    """Commit the batch; row by row where a unique constraint says that one is there twice."""
    try:
        _commit(database, table, changes)
        return []
    except IntegrityError:
        if len(changes) > 1:
            return [line for change in changes for line in _write(database, table, [change])]
        indexes = ", ".join(table.indexes)
        return [f"{table.name} {changes[0]['row_id']}: another row has the same {indexes}."]


def _commit(database: Database, table: Covered, changes: list[Values]) -> None:
    if changes:
        with database.writing() as session:
            session.connection().execute(_update(table), changes)
