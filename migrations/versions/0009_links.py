"""Links that are good once: "this was not me", recovery, emergency"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("account_id", BigInt, nullable=True),
        sa.Column("code_mac", sa.LargeBinary(), nullable=True),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("used_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_link_token_hash")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_link_account_id")),
    )
    op.create_index(op.f("ix_link_account_id"), "link", ["account_id"])
    op.create_index(op.f("ix_link_expires_at"), "link", ["expires_at"])


def downgrade() -> None:
    op.drop_table("link")
