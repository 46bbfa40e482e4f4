"""Rotate keys: a signing key's life, and the key's label in blind indexes"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from idp.config import load

revision = "0002"
down_revision = "0001"

BATCH = 500
INDEXES = (("holder", "nir_index"), ("holder_ins_c", "value_index"), ("channel", "value_index"))
MOMENTS = ("activated_at", "retired_at", "published_until")
LIVING = sa.text("state <> 'retired'")


def upgrade() -> None:
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        for moment in MOMENTS:
            batch_op.add_column(
                sa.Column(
                    moment, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
                )
            )
    op.execute("UPDATE signing_key SET activated_at = created_at")
    op.create_index(
        "uq_signing_key_alg_state",
        "signing_key",
        ["alg", "state"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )
    # Until now an index key could not be replaced: the oldest that is listed made them all.
    label = _label(load().keyring.indexes.ids()[-1])
    for table, column in INDEXES:
        for row_id, value in _rows(table, column):
            _set(table, column, row_id, label + value)


def downgrade() -> None:
    for table, column in INDEXES:
        for row_id, value in _rows(table, column):
            _set(table, column, row_id, value[1 + value[0] :])
    op.drop_index("uq_signing_key_alg_state", "signing_key")
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        for moment in reversed(MOMENTS):
            batch_op.drop_column(moment)


def _label(key_id: str) -> bytes:
    return bytes([len(key_id)]) + key_id.encode()


def _raw(table: str, column: str) -> sa.TableClause:
    return sa.table(table, sa.column("id", sa.BigInteger), sa.column(column, sa.LargeBinary))


def _rows(table: str, column: str) -> Iterator[tuple[int, bytes]]:
    raw, after = _raw(table, column), -1
    query = sa.select(raw.c.id, raw.c[column]).order_by(raw.c.id).limit(BATCH)
    while rows := op.get_bind().execute(query.where(raw.c.id > after)).all():
        for row_id, value in rows:
            yield row_id, bytes(value)
        after = rows[-1][0]


def _set(table: str, column: str, row_id: int, value: bytes) -> None:
    raw = _raw(table, column)
    op.get_bind().execute(raw.update().where(raw.c.id == row_id).values({column: value}))
