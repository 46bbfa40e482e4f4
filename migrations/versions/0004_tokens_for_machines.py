"""Tokens for machines, given back, looked into and meant for one API"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CLIENT_COLUMNS = (
    ("userinfo_signed_response_alg", sa.Text()),
    ("introspection_signed_response_alg", sa.Text()),
    ("resource_id", BigInt),
    ("token_endpoint_auth_signing_alg", sa.Text()),
    ("jwks", sa.Text()),
    ("client_secret", sa.LargeBinary()),
)


def upgrade() -> None:
    op.create_table(
        "revoked_token",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revoked_token")),
    )
    op.create_index(op.f("ix_revoked_token_expires_at"), "revoked_token", ["expires_at"])
    op.create_table(
        "client_assertion",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("client_id", BigInt, nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_assertion")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_assertion_client_id")
        ),
        sa.UniqueConstraint(
            "client_id", "jti_hash", name=op.f("uq_client_assertion_client_id_jti_hash")
        ),
    )
    op.create_index(op.f("ix_client_assertion_expires_at"), "client_assertion", ["expires_at"])
    with op.batch_alter_table("client", schema=None) as batch_op:
        for name, kind in CLIENT_COLUMNS:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_client_resource_id"), "resource", ["resource_id"], ["id"]
        )
    op.add_column(
        "resource",
        sa.Column("access_token_format", sa.Text(), nullable=False, server_default="jwt"),
    )
    op.add_column(
        "authorization_grant", sa.Column("resource", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("authorization_grant", "resource")
    op.drop_column("resource", "access_token_format")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_client_resource_id"), type_="foreignkey")
        for name, _ in CLIENT_COLUMNS:
            batch_op.drop_column(name)
    op.drop_table("client_assertion")
    op.drop_table("revoked_token")
