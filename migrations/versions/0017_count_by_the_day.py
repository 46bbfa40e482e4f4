"""Counts of what happened by the day and the month too, and by kind of grant"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

FRANCE = ZoneInfo("Europe/Paris")
OLD_KEY = ["act", "hour", "client_id", "outcome"]
KEY = ["grain", "act", "begins", "client_id", "outcome", "grant_type"]


def upgrade() -> None:
    op.drop_index("uq_activity_count", "activity_count")
    op.drop_index("ix_activity_count_hour", "activity_count")
    op.execute("ALTER TABLE activity_count RENAME COLUMN hour TO begins")
    for name, value in (("grain", "hour"), ("grant_type", "")):
        column = sa.Column(name, sa.Text(), nullable=False, server_default=value)
        op.add_column("activity_count", column)
    op.create_index("uq_activity_count", "activity_count", KEY, unique=True)
    op.create_index("ix_activity_count_begins", "activity_count", ["begins"])
    # Of the grants that give tokens to people, implicit is off by default.
    _set_grant_type("token.issued", "authorization_code")
    _set_grant_type("token.refreshed", "refresh_token")
    _add("day", {})
    _add("month", {"day": 1})


def _set_grant_type(act: str, grant_type: str) -> None:
    text = sa.text("UPDATE activity_count SET grant_type = :grant_type WHERE act = :act")
    op.execute(text.bindparams(grant_type=grant_type, act=act))


def _add(grain: str, first: dict[str, int]) -> None:
    """Each day or month in France of the hours that are there."""
    connection = op.get_bind()
    hours = connection.scalars(
        sa.text("SELECT DISTINCT begins FROM activity_count WHERE grain = 'hour'")
    )
    found: dict[int, list[int]] = {}
    for hour in hours.all():
        moment = datetime.fromtimestamp(hour, FRANCE).replace(**MIDNIGHT, **first)
        found.setdefault(int(moment.timestamp()), []).append(hour)
    for begins, of_it in found.items():
        values = {"grain": grain, "begins": begins, "first": min(of_it), "last": max(of_it)}
        connection.execute(ADD, values | {"below": BELOW[grain]})


MIDNIGHT = {"hour": 0, "minute": 0, "second": 0, "fold": 0}
# The keys are none that are made: negative, and those of months below those of days.
BELOW = {"day": 0, "month": 1 << 62}
ADD = sa.text("""
    INSERT INTO activity_count (id, grain, act, begins, client_id, outcome, grant_type, count)
    SELECT -min(id) - :below, CAST(:grain AS TEXT), act, :begins, client_id, outcome, grant_type,
        sum(count)
    FROM activity_count WHERE grain = 'hour' AND begins BETWEEN :first AND :last
    GROUP BY act, client_id, outcome, grant_type
""").bindparams(
    sa.bindparam("below", type_=sa.BigInteger), sa.bindparam("begins", type_=sa.BigInteger)
)


def downgrade() -> None:
    op.execute("DELETE FROM activity_count WHERE grain <> 'hour'")
    # Of the kinds of grant, a count of all is made: the first of each keeps the sum.
    op.execute("""
        UPDATE activity_count SET count = (
            SELECT sum(other.count) FROM activity_count AS other
            WHERE other.act = activity_count.act AND other.begins = activity_count.begins
            AND other.client_id = activity_count.client_id
            AND other.outcome = activity_count.outcome
        )
    """)
    op.execute("""
        DELETE FROM activity_count WHERE id NOT IN (
            SELECT min(id) FROM activity_count GROUP BY act, begins, client_id, outcome
        )
    """)
    op.drop_index("uq_activity_count", "activity_count")
    op.drop_index("ix_activity_count_begins", "activity_count")
    op.drop_column("activity_count", "grain")
    op.drop_column("activity_count", "grant_type")
    op.execute("ALTER TABLE activity_count RENAME COLUMN begins TO hour")
    op.create_index("uq_activity_count", "activity_count", OLD_KEY, unique=True)
    op.create_index("ix_activity_count_hour", "activity_count", ["hour"])
