"""Events are counted in the transaction that seals them: each once, whatever happens."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idp.db import new_id
from idp.models import ActivityCount, AuditEvent

HOUR = 3600
KEY = ("act", "hour", "client_id", "outcome")


def add(session: Session, events: Sequence[AuditEvent]) -> None:
    """Add them to the counts of their hours."""
    counted = Counter(
        (event.act, event.at - event.at % HOUR, event.client_id or 0, event.outcome)
        for event in events
    )
    # In one order: of two transactions that count the same, neither waits for the other for ever.
    rows = [
        {"id": new_id(), "count": count, **dict(zip(KEY, key, strict=True))}
        for key, count in sorted(counted.items())
    ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(ActivityCount).values(rows)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=KEY, set_={"count": ActivityCount.count + insert.excluded.count}
        )
    )
