"""What is kept sealed or indexed, read off the models: each column of type `Sealed`, and each whose
`info["blind_index_of"]` names the sealed column that it finds; `info["blind_index_form"]`, where
there is one, makes of a value what is looked for.

A stored value begins with the label of the key that made it: what is under which can be counted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from idp.crypto import Keyring, KeySet, key_label
from idp.db import BigInt, Database, Sealed
from idp.models import SigningKey


@dataclass(frozen=True)
class Covered:
    """A table with sealed columns: `sealed` maps each to its place, `indexes` each blind index
    to the sealed column that it finds, `forms` to the form of its value that it is made of. `raw`
    is the table as the database sees it."""

    name: str
    key: str
    sealed: dict[str, str]
    indexes: dict[str, str]
    forms: dict[str, Callable[[str], str]]
    raw: sa.TableClause


@dataclass(frozen=True)
class Usage:
    """How many rows hold a value made with a key; `key_id` None: with keys that are not listed,
    and which nobody here can read."""

    use: str  # "sealing" or "index"
    table: str
    column: str
    key_id: str | None
    rows: int


def covered() -> list[Covered]:
    """Every table that has anything to reseal, by name."""
    # One model has them all: importing it declared every table.
    tables = (_covered(table) for table in SigningKey.metadata.tables.values())
    return sorted((each for each in tables if each.sealed), key=lambda each: each.name)


def _covered(table: sa.Table) -> Covered:
    sealed = {c.name: c.type.place for c in table.columns if isinstance(c.type, Sealed)}
    indexes = {
        c.name: c.info["blind_index_of"] for c in table.columns if "blind_index_of" in c.info
    }
    forms = {name: table.columns[name].info.get("blind_index_form", str) for name in indexes}
    key = table.primary_key.columns[0].name
    columns = [sa.column(name, sa.LargeBinary) for name in (*sealed, *indexes)]
    raw = sa.table(table.name, sa.column(key, BigInt), *columns)
    return Covered(table.name, key, sealed, indexes, forms, raw)


def outdated(keyring: Keyring, table: Covered) -> sa.ColumnElement[bool]:
    conditions = [
        sa.and_(table.raw.c[name].is_not(None), sa.not_(_made_with(table.raw.c[name], key_id)))
        for names, key_id in (
            (table.sealed, keyring.sealing.current_id),
            (table.indexes, keyring.indexes.current_id),
        )
        for name in names
    ]
    return sa.or_(*conditions)


def _made_with(column: sa.ColumnElement[Any], key_id: str) -> sa.ColumnElement[bool]:
    label = key_label(key_id)
    start = sa.func.substr(column, 1, len(label), type_=sa.LargeBinary)
    return start == sa.literal(label, sa.LargeBinary)


def usage(database: Database) -> list[Usage]:
    """Rows for each key, listed or not, of each column; keys without rows included."""
    found: list[Usage] = []
    for table in covered():
        uses = (
            ("sealing", database.keyring.sealing, table.sealed),
            ("index", database.keyring.indexes, table.indexes),
        )
        for use, key_set, names in uses:
            for name in names:
                found += _usage(database, table, name, use, key_set)
    return found


def _usage(
    database: Database, table: Covered, name: str, use: str, key_set: KeySet
) -> Iterator[Usage]:
    column = table.raw.c[name]
    counts = [sa.func.count(sa.case((_made_with(column, key_id), 1))) for key_id in key_set.ids()]
    with database.reading() as session:
        total, *rows = session.execute(sa.select(sa.func.count(column), *counts)).one()
    for key_id, count in zip(key_set.ids(), rows, strict=True):
        yield Usage(use, table.name, name, key_id, count)
    if total > sum(rows):
        yield Usage(use, table.name, name, None, total - sum(rows))


def unused(keyring: Keyring, found: Sequence[Usage]) -> dict[str, list[str]]:
    """The older keys of each use that no row needs any more."""
    needed = {(each.use, each.key_id) for each in found if each.rows}
    older = {"sealing": keyring.sealing.ids()[1:], "index": keyring.indexes.ids()[1:]}
    return {
        use: [key_id for key_id in ids if (use, key_id) not in needed] for use, ids in older.items()
    }
