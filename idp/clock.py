"""The time, from one place, so that a test can hold the hands of the clock."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

FRANCE = ZoneInfo("Europe/Paris")

_source: Callable[[], float] = time.time


def now() -> int:
    """Seconds since the epoch, the unit of every timestamp that is stored."""
    return int(_source())


def milliseconds() -> int:
    """Milliseconds since the epoch: the leading part of a time-ordered key."""
    return int(_source() * 1000)


def midnight(at: int) -> int:
    """When the day of that moment began in France."""
    return _began(datetime.fromtimestamp(at, FRANCE))


def first_of_month(at: int) -> int:
    """When the month of that moment began in France."""
    return _began(datetime.fromtimestamp(at, FRANCE).replace(day=1))


def _began(day: datetime) -> int:
    return int(day.replace(hour=0, minute=0, second=0, fold=0).timestamp())


@contextmanager
def driven_by(source: Callable[[], float]) -> Iterator[None]:
    """Take the time from `source` for the length of the block."""
    global _source  # noqa: PLW0603 - one clock for the process is the point of this module
    previous, _source = _source, source
    try:
        yield
    finally:
        _source = previous
