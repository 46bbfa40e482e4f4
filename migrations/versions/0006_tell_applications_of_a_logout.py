"""Messages to applications: who took part in a session is told of its end"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("client_id", BigInt, nullable=True))
        batch_op.add_column(sa.Column("session_id", BigInt, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_message_client_id"), "client", ["client_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_message_session_id"), ["session_id"])


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE client_id IS NOT NULL")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_session_id"))
        batch_op.drop_constraint(batch_op.f("fk_message_client_id"), type_="foreignkey")
        batch_op.drop_column("session_id")
        batch_op.drop_column("client_id")
