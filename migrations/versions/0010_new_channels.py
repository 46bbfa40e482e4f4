"""Channels that wait for their code, and then for the old ones’ silence"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "new_channel",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("code_mac", sa.LargeBinary(), nullable=False),
        sa.Column("code_sent_at", BigInt, nullable=False),
        sa.Column("code_expires_at", BigInt, nullable=False),
        sa.Column("failures", BigInt, nullable=False),
        sa.Column("confirmed_at", BigInt, nullable=True),
        sa.Column("effective_at", BigInt, nullable=True),
        sa.Column("cancel_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_channel")),
        sa.UniqueConstraint("account_id", "kind", name=op.f("uq_new_channel_account_id_kind")),
        sa.UniqueConstraint("cancel_hash", name=op.f("uq_new_channel_cancel_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_new_channel_account_id")
        ),
    )
    op.create_index(op.f("ix_new_channel_code_expires_at"), "new_channel", ["code_expires_at"])
    op.create_index(op.f("ix_new_channel_effective_at"), "new_channel", ["effective_at"])


def downgrade() -> None:
    op.drop_table("new_channel")
