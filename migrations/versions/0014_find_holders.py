"""Holders found by name and birth date, and listed by organisation and state"""

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from idp.db import new_id
from idp.identity import names

revision = "0014"
down_revision = "0013"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "holder_name",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("holder_id", BigInt, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_name")),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("fk_holder_name_holder_id")
        ),
    )
    op.create_index(op.f("ix_holder_name_holder_id"), "holder_name", ["holder_id"])
    op.create_index(op.f("ix_holder_name_value_index"), "holder_name", ["value_index"])
    op.drop_index(op.f("ix_holder_organisation_id"), "holder")
    op.create_index("ix_holder_organisation_id_id", "holder", ["organisation_id", "id"])
    op.create_index("ix_account_state_holder_id", "account", ["state", "holder_id"])
    _name_those_who_are_there(op.get_bind())


def _name_those_who_are_there(connection: sa.Connection) -> None:
    keyring = connection.dialect.idp_keyring  # type: ignore[attr-defined]  # set by Database
    table = sa.table(
        "holder_name", sa.column("id", BigInt), sa.column("holder_id", BigInt),
        sa.column("value", sa.LargeBinary), sa.column("value_index", sa.LargeBinary),
    )  # fmt: skip
    holder = sa.table("holder", sa.column("id", BigInt), sa.column("traits", sa.LargeBinary))
    after = 0
    page = sa.select(holder).order_by(holder.c.id).limit(BATCH)
    while found := connection.execute(page.where(holder.c.id > after)).all():
        rows = []
        for holder_id, sealed in found:
            traits = orjson.loads(keyring.open(bytes(sealed), "holder.traits"))
            rows += [
                {
                    "id": new_id(),
                    "holder_id": holder_id,
                    "value": keyring.seal(orjson.dumps(value), "holder_name.value"),
                    "value_index": keyring.blind_index("holder_name.value", value),
                }
                for value in _values(traits)
            ]
        if rows:
            connection.execute(table.insert(), rows)
        after = found[-1][0]


def _values(traits: dict[str, Any]) -> list[str]:
    given = (traits["birth_name"], traits["used_name"] or "", *traits["first_names"])
    return [f"{word} {traits['birth_date']}" for word in names.words(" ".join(given))]


def downgrade() -> None:
    op.drop_index("ix_account_state_holder_id", "account")
    op.drop_index("ix_holder_organisation_id_id", "holder")
    op.create_index(op.f("ix_holder_organisation_id"), "holder", ["organisation_id"])
    op.drop_table("holder_name")
