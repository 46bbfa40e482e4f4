"""Purge what has expired"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Column of authorization_grant → the rows in which the purge looks for it.
GRANT_INDEXES = {
    "code_expires_at": "refresh_expires_at IS NULL",
    "refresh_expires_at": "refresh_expires_at IS NOT NULL",
    "revoked_at": "revoked_at IS NOT NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("audit_seal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purged_at", BigInt, nullable=True))
    _partial_index("ix_audit_seal_unpurged", "audit_seal", "id", "purged_at IS NULL")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_ended_at"), ["ended_at"], unique=False)

    with op.batch_alter_table("authorization_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authorization_grant_code_expires_at"))
        batch_op.drop_constraint(
            batch_op.f("fk_authorization_grant_session_id"), type_="foreignkey"
        )
    for column, condition in GRANT_INDEXES.items():
        name = f"ix_authorization_grant_{column}"
        _partial_index(name, "authorization_grant", column, condition)


def downgrade() -> None:
    for column in GRANT_INDEXES:
        op.drop_index(f"ix_authorization_grant_{column}", table_name="authorization_grant")
    # What the foreign key would not bear: their sessions are purged.
    op.execute(
        "DELETE FROM authorization_grant WHERE session_id NOT IN (SELECT id FROM browser_session)"
    )
    with op.batch_alter_table("authorization_grant", schema=None) as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_authorization_grant_session_id"),
            "browser_session",
            ["session_id"],
            ["id"],
        )
        batch_op.create_index(
            batch_op.f("ix_authorization_grant_code_expires_at"), ["code_expires_at"], unique=False
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_ended_at"))

    op.drop_index("ix_audit_seal_unpurged", table_name="audit_seal")
    with op.batch_alter_table("audit_seal", schema=None) as batch_op:
        batch_op.drop_column("purged_at")


def _partial_index(name: str, table: str, column: str, condition: str) -> None:
    op.create_index(
        name,
        table,
        [column],
        unique=False,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
