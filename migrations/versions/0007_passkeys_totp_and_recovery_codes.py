"""Passkeys, authenticator applications, recovery codes, and sessions that a passkey opened"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", BigInt, nullable=False),
        sa.Column("aaguid", sa.Text(), nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("backup_eligible", sa.Boolean(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("made_with", sa.Text(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("last_used_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("bound_to", sa.Text(), nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey_challenge")),
        sa.UniqueConstraint("challenge", name=op.f("uq_passkey_challenge_challenge")),
    )
    op.create_index(op.f("ix_passkey_challenge_expires_at"), "passkey_challenge", ["expires_at"])
    op.create_table(
        "totp",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("confirmed_at", BigInt, nullable=True),
        sa.Column("last_step", BigInt, nullable=False),
        sa.Column("last_used_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_totp_account_id")),
        sa.UniqueConstraint("account_id", name=op.f("uq_totp_account_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("used_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")
        ),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("user_handle", sa.LargeBinary(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_account_user_handle"), ["user_handle"])
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.alter_column("password_at", existing_type=BigInt, nullable=True)
        batch_op.add_column(sa.Column("passkey_at", BigInt, nullable=True))
        batch_op.add_column(sa.Column("passkey_methods", sa.Text(), nullable=True))


def downgrade() -> None:
    # A session without a password is not one of the older provider's.
    op.execute("DELETE FROM session_client WHERE session_id IN "
               "(SELECT id FROM browser_session WHERE password_at IS NULL)")  # fmt: skip
    op.execute("DELETE FROM browser_session WHERE password_at IS NULL")
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.drop_column("passkey_methods")
        batch_op.drop_column("passkey_at")
        batch_op.alter_column("password_at", existing_type=BigInt, nullable=False)
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_account_user_handle"), type_="unique")
        batch_op.drop_column("user_handle")
    for table in ("recovery_code", "totp", "passkey_challenge", "passkey"):
        op.drop_table(table)
