"""Counts of messages, by how long they took"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = ["grain", "begins", "client_id", "channel", "kind", "outcome", "within"]


def upgrade() -> None:
    op.create_table(
        "message_count",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("grain", sa.Text(), nullable=False),
        sa.Column("begins", BigInt, nullable=False),
        sa.Column("client_id", BigInt, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("within", BigInt, nullable=False),
        sa.Column("count", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_count")),
    )
    op.create_index("uq_message_count", "message_count", KEY, unique=True)
    op.create_index("ix_message_count_begins", "message_count", ["begins"])
    op.add_column("message", sa.Column("application_id", BigInt, nullable=True))


def downgrade() -> None:
    op.drop_column("message", "application_id")
    op.drop_table("message_count")
