"""The whole client metadata of OpenID Connect, and applications that register themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPTIONAL_TEXTS = (
    "logo_uri",
    "software_id",
    "software_version",
    "jwks_uri",
    "sector_identifier_uri",
    "initiate_login_uri",
    "request_object_signing_alg",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "frontchannel_logout_uri",
    "backchannel_logout_uri",
)
FLAGS = (
    "require_auth_time",
    "frontchannel_logout_session_required",
    "backchannel_logout_session_required",
)
TEXTS = (("registered_by", "operator"), ("application_type", "web"), ("request_uris", "[]"))


def upgrade() -> None:
    for name in OPTIONAL_TEXTS:
        op.add_column("client", sa.Column(name, sa.Text(), nullable=True))
    for name in FLAGS:
        column = sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column("client", column)
    for name, default in TEXTS:
        column = sa.Column(name, sa.Text(), nullable=False, server_default=default)
        op.add_column("client", column)
    op.add_column("client", sa.Column("registration_token_hash", sa.LargeBinary(), nullable=True))
    # Until now who kept no secret was native, and nobody else.
    op.execute(
        "UPDATE client SET application_type = 'native' WHERE token_endpoint_auth_method = 'none'"
    )
    op.create_table(
        "initial_access_token",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uses_left", BigInt, nullable=True),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_access_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_initial_access_token_token_hash")),
    )
    op.create_index(
        op.f("ix_initial_access_token_expires_at"), "initial_access_token", ["expires_at"]
    )
    op.create_table(
        "client_logo",
        sa.Column("client_id", BigInt, nullable=False),
        sa.Column("logo_uri", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("fetch_after", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_logo")),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_logo_client_id")
        ),
    )
    op.create_index(op.f("ix_client_logo_content_hash"), "client_logo", ["content_hash"])


def downgrade() -> None:
    op.drop_table("client_logo")
    op.drop_table("initial_access_token")
    names = (*OPTIONAL_TEXTS, *FLAGS, *(name for name, _ in TEXTS), "registration_token_hash")
    for name in names:
        op.drop_column("client", name)
