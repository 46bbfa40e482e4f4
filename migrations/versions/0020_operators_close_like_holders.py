"""An account that an operator closes is closed as its holder would close it, after a month"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

MONTH = 30 * 86_400


def upgrade() -> None:
    op.add_column("account", sa.Column("closing_motive", sa.Text(), nullable=True))
    # What is known of those who were closed before goes in the same time.
    op.get_bind().execute(
        sa.text(
            "UPDATE account SET closes_at = :at, closing_motive = 'holder-request'"
            " WHERE state = 'closed' AND holder_id IS NOT NULL"
        ),
        {"at": int(time.time()) + MONTH},
    )


def downgrade() -> None:
    op.drop_column("account", "closing_motive")
