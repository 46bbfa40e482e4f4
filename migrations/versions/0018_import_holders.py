"""Files of holders to enrol"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "holder_import",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("organisation_id", BigInt, nullable=False),
        sa.Column("actor_id", BigInt, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("leased_until", BigInt, nullable=False),
        sa.Column("ended_at", BigInt, nullable=True),
        sa.Column("letters_for", BigInt, nullable=True),
        sa.Column("letters_state", sa.Text(), nullable=True),
        sa.Column("letters_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_import")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_holder_import_organisation_id")
        ),
    )
    op.create_index(
        "ix_holder_import_organisation_id_id", "holder_import", ["organisation_id", "id"]
    )
    op.create_index(op.f("ix_holder_import_state"), "holder_import", ["state"])
    op.create_index(op.f("ix_holder_import_ended_at"), "holder_import", ["ended_at"])
    op.create_table(
        "holder_import_row",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("import_id", BigInt, nullable=False),
        sa.Column("line", BigInt, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("letter", sa.LargeBinary(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("login_identifier", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_import_row")),
        sa.UniqueConstraint("import_id", "line", name=op.f("uq_holder_import_row_import_id_line")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["holder_import.id"], name=op.f("fk_holder_import_row_import_id")
        ),
    )
    op.create_index(
        "ix_holder_import_row_import_id_state_line",
        "holder_import_row",
        ["import_id", "state", "line"],
    )
    op.create_table(
        "holder_import_letters",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("import_id", BigInt, nullable=False),
        sa.Column("letters", BigInt, nullable=False),
        sa.Column("made_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_import_letters")),
        sa.UniqueConstraint("import_id", name=op.f("uq_holder_import_letters_import_id")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["holder_import.id"], name=op.f("fk_holder_import_letters_import_id")
        ),
    )
    op.create_index(
        op.f("ix_holder_import_letters_expires_at"), "holder_import_letters", ["expires_at"]
    )


def downgrade() -> None:
    op.drop_table("holder_import_letters")
    op.drop_table("holder_import_row")
    op.drop_table("holder_import")
