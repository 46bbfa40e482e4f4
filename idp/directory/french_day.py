"""Days as the letter's reader counts them: in France."""

from datetime import date, datetime, time, timedelta

from idp import clock
from idp.clock import FRANCE


def today() -> date:
    return of(clock.now())


def of(timestamp: int) -> date:
    """The day in France of a moment in seconds since the epoch."""
    return datetime.fromtimestamp(timestamp, FRANCE).date()


def beginning_of(day: date) -> int:
    """The first second of that day in France, in seconds since the epoch."""
    return int(datetime.combine(day, time(), FRANCE).timestamp())


def end_of(day: date) -> int:
    """The first second after that day in France, in seconds since the epoch."""
    return beginning_of(day + timedelta(days=1))
