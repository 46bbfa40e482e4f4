"""Days as the letter's reader counts them: in France."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from idp import clock

FRANCE = ZoneInfo("Europe/Paris")


def today() -> date:
    return of(clock.now())


def of(timestamp: int) -> date:
    """The day in France of a moment in seconds since the epoch."""
    return datetime.fromtimestamp(timestamp, FRANCE).date()


def end_of(day: date) -> int:
    """The first second after that day in France, in seconds since the epoch."""
    return int(datetime.combine(day + timedelta(days=1), time(), FRANCE).timestamp())
