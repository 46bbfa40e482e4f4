"""The trail searched by what an operator knows, vouched for by signatures, verified at leisure"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

PARTIAL = {
    "act": ("ix_audit_event_act_id", "seal_id IS NOT NULL"),
    "client_id": ("ix_audit_event_client_id_id", "seal_id IS NOT NULL"),
    "address": ("ix_audit_event_address_id", "address IS NOT NULL"),
    "actor_id": ("ix_audit_event_actor_id_id", "actor_id IS NOT NULL"),
    "outcome": ("ix_audit_event_refused", "outcome <> 'success'"),
}


def upgrade() -> None:
    for name, (index, which) in PARTIAL.items():
        op.create_index(
            index,
            "audit_event",
            [name, "id"],
            sqlite_where=sa.text(which),
            postgresql_where=sa.text(which),
        )
    op.create_table(
        "audit_key",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("private_jwk", sa.LargeBinary(), nullable=True),
        sa.Column("public_jwk", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("retired_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_audit_key_kid")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("seal_id", BigInt, nullable=False),
        sa.Column("signed_at", BigInt, nullable=False),
        sa.Column("key_id", BigInt, nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoint")),
        sa.ForeignKeyConstraint(
            ["key_id"], ["audit_key.id"], name=op.f("fk_audit_checkpoint_key_id")
        ),
    )
    for name in ("seal_id", "signed_at"):
        op.create_index(f"ix_audit_checkpoint_{name}", "audit_checkpoint", [name])
    op.create_table(
        "audit_check",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("asked_at", BigInt, nullable=False),
        sa.Column("asked_by", BigInt, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expected", BigInt, nullable=False),
        sa.Column("step", BigInt, nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("ended_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    for name in ("state", "ended_at"):
        op.create_index(f"ix_audit_check_{name}", "audit_check", [name])


def downgrade() -> None:
    for name in ("audit_check", "audit_checkpoint", "audit_key"):
        op.drop_table(name)
    for index, _ in PARTIAL.values():
        op.drop_index(index, "audit_event")
