"""Operators with sessions of their own, and applications as they administer them"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "operator",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("organisation_id", BigInt, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("account_id", name=op.f("uq_operator_account_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_operator_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_operator_organisation_id")
        ),
    )
    op.create_table(
        "client_change",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("client_id", BigInt, nullable=False),
        sa.Column("at", BigInt, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", BigInt, nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_change")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_change_client_id")
        ),
    )
    op.create_index("ix_client_change_client_id_id", "client_change", ["client_id", "id"])
    op.add_column(
        "browser_session", sa.Column("kind", sa.Text(), nullable=False, server_default="holder")
    )
    op.add_column("audit_event", sa.Column("actor_id", BigInt, nullable=True))
    with op.batch_alter_table("client") as batch_op:
        batch_op.add_column(sa.Column("previous_secret_hash", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("previous_secret_expires_at", BigInt, nullable=True))
        batch_op.add_column(sa.Column("organisation_id", BigInt, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_client_organisation_id"), "organisation", ["organisation_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("client") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_client_organisation_id"), type_="foreignkey")
        for name in ("organisation_id", "previous_secret_expires_at", "previous_secret_hash"):
            batch_op.drop_column(name)
    op.drop_column("audit_event", "actor_id")
    op.drop_column("browser_session", "kind")
    op.drop_table("client_change")
    op.drop_table("operator")
