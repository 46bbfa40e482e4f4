"""Copies of everything about a person, and accounts that are about to close"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "data_export",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("asked_at", BigInt, nullable=False),
        sa.Column("leased_until", BigInt, nullable=False),
        sa.Column("made_at", BigInt, nullable=True),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
        sa.UniqueConstraint("account_id", name=op.f("uq_data_export_account_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_data_export_account_id")
        ),
    )
    op.create_index(op.f("ix_data_export_expires_at"), "data_export", ["expires_at"])
    op.add_column("account", sa.Column("closes_at", BigInt, nullable=True))
    op.create_index(op.f("ix_account_closes_at"), "account", ["closes_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_account_closes_at"), "account")
    op.drop_column("account", "closes_at")
    op.drop_table("data_export")
