"""Events are counted in the transaction that seals them: each once, whatever happens."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from idp import clock
from idp.db import Base, new_id
from idp.models import ActivityCount, AuditEvent, Grain

HOUR = 3600
KEY = ("grain", "act", "begins", "client_id", "outcome", "grant_type")


def add(session: Session, events: Sequence[AuditEvent]) -> None:
    """Add them to the counts of their hours, days and months."""
    counted: Counter[tuple[Any, ...]] = Counter()
    for event in events:
        grant_type = event.detail.get("grant_type", "")
        for grain, begins in slots(event.at):
            counted[grain, event.act, begins, event.client_id or 0, event.outcome, grant_type] += 1
    increase(session, ActivityCount, KEY, counted)


def slots(at: int) -> Iterator[tuple[str, int]]:
    """The hour, the day and the month of a moment, each with the second when it begins."""
    hour = at - at % HOUR
    yield Grain.HOUR.value, hour
    day, month = _day_and_month(hour)
    yield Grain.DAY.value, day
    yield Grain.MONTH.value, month


@lru_cache(maxsize=64)
def _day_and_month(hour: int) -> tuple[int, int]:
    """Every day in France begins with an hour of UTC."""
    return clock.midnight(hour), clock.first_of_month(hour)


def increase(
    session: Session,
    model: type[Base],
    key: Sequence[str],
    counted: Mapping[tuple[Any, ...], int],
) -> None:
    """Add to the counts of these keys, in the caller's transaction."""
    # In one order: of two transactions that count the same, neither waits for the other for ever.
    rows = [
        {"id": new_id(), "count": count, **dict(zip(key, values, strict=True))}
        for values, count in sorted(counted.items())
    ]
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    table = model.metadata.tables[model.__tablename__]
    insert = dialect.insert(table)
    summed = {"count": table.c["count"] + insert.excluded["count"]}
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=summed), rows)
