"""E-mail addresses found whatever their capitals"""

import orjson
import sqlalchemy as sa
from alembic import op

from idp.crypto import Keyring, Unsealable
from idp.identity import contact

revision = "0019"
down_revision = "0018"

BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH = 1000
PLACE = "channel.value"

channel = sa.table(
    "channel",
    sa.column("id", BigInt),
    sa.column("value", sa.LargeBinary),
    sa.column("value_index", sa.LargeBinary),
)


def upgrade() -> None:
    """The index is not unique: two accounts that now have the same one stay as they are, and each
    is found."""
    connection = op.get_bind()
    keyring: Keyring = connection.dialect.idp_keyring  # type: ignore[attr-defined]  # by Database
    after = 0
    page = sa.select(channel.c.id, channel.c.value).order_by(channel.c.id).limit(BATCH)
    while found := connection.execute(page.where(channel.c.id > after)).all():
        changes = [
            {"row": row_id, "index": keyring.blind_index(PLACE, contact.folded(value))}
            for row_id, sealed in found
            if (value := _opened(keyring, bytes(sealed))) and contact.folded(value) != value
        ]
        if changes:
            change = sa.update(channel).where(channel.c.id == sa.bindparam("row"))
            connection.execute(change.values(value_index=sa.bindparam("index")), changes)
        after = found[-1][0]


def _opened(keyring: Keyring, sealed: bytes) -> str | None:
    """None: its key is not listed, and nobody can be written to there anyhow."""
    try:
        return str(orjson.loads(keyring.open(sealed, PLACE)))
    except Unsealable:
        return None


def downgrade() -> None:
    """The code before this one looks for what was typed and for its small letters: it finds more
    with the new index than with its own."""
