"""Days as the letter's reader counts them: in France."""

import re
from datetime import date, datetime, time, timedelta

from idp import clock
from idp.clock import FRANCE

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def today() -> date:
    return of(clock.now())


def of(timestamp: int) -> date:
    """The day in France of a moment in seconds since the epoch."""
    return datetime.fromtimestamp(timestamp, FRANCE).date()


def typed(text: str) -> date | None:
    """`2026-11-22` as a day; None where it is none, or one that a timestamp cannot say."""
    try:
        day = date.fromisoformat(text if DAY.fullmatch(text) else "")
    except ValueError:
        return None
    # So that there are moments of the days around it too.
    return day if 1970 < day.year < 9999 else None


def beginning_of(day: date) -> int:
    """The first second of that day in France, in seconds since the epoch."""
    return int(datetime.combine(day, time(), FRANCE).timestamp())


def end_of(day: date) -> int:
    """The first second after that day in France, in seconds since the epoch."""
    return beginning_of(day + timedelta(days=1))


def days_before_today(count: int) -> int:
    """The first second of the day that was so many days ago."""
    return beginning_of(today() - timedelta(days=count))
