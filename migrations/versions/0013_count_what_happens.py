"""Counts of what happened by the hour, begun with the events that are sealed already"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "activity_count",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("hour", BigInt, nullable=False),
        sa.Column("client_id", BigInt, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("count", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_count")),
    )
    op.create_index(
        "uq_activity_count", "activity_count", ["act", "hour", "client_id", "outcome"], unique=True
    )
    op.create_index("ix_activity_count_hour", "activity_count", ["hour"])
    # An event is counted when it is sealed: those that are not yet will be.
    op.execute("""
        INSERT INTO activity_count (id, act, hour, client_id, outcome, count)
        SELECT min(id), act, at - at % 3600, coalesce(client_id, 0), outcome, count(*)
        FROM audit_event WHERE seal_id IS NOT NULL
        GROUP BY act, at - at % 3600, coalesce(client_id, 0), outcome
    """)


def downgrade() -> None:
    op.drop_table("activity_count")
