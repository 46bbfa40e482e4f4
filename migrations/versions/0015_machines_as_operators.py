"""Applications that act as operators"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("operator") as batch_op:
        batch_op.add_column(sa.Column("client_id", BigInt, nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_operator_client_id"), ["client_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_operator_client_id"), "client", ["client_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("operator") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_operator_client_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_operator_client_id"), type_="unique")
        batch_op.drop_column("client_id")
