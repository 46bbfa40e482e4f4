"""A period that figures are shown of, cut into the hours, days or months of France."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from idp import clock
from idp.config import HOUR
from idp.directory import french_day
from idp.directory.refusal import Refusal
from idp.models import Grain

LONGEST = 400  # days: what counts are kept for
BY_HOUR, BY_DAY = 2, 62  # days, at most
HOURS = 24


class Period(StrEnum):
    """Up to now."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    YEAR = "12m"


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class NoPeriod(Refusal):
    """`reason` is "unknown", "dates", "reversed" or "too_long"."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True)
class Span:
    """`edges`: where each slot begins, in seconds since the epoch, and where the last one ends."""

    unit: Unit
    edges: tuple[int, ...]

    @property
    def slots(self) -> tuple[int, ...]:
        return self.edges[:-1]

    @property
    def grain(self) -> Grain:
        """Which counts to add up."""
        return Grain(self.unit.value)

    def place(self, begins: int) -> int:
        """In which slot a count is, by where it begins."""
        return bisect_right(self.edges, begins) - 1


def asked(period: str, since: str = "", until: str = "") -> Span:
    """The first and the last day, as `2026-11-22`, or else a period's name. Raises NoPeriod."""
    if since or until:
        first, last = french_day.typed(since), french_day.typed(until)
        if first is None or last is None:
            raise NoPeriod("dates", "Say the first and the last day, each as 2026-11-22.")
        return between(first, last)
    if period not in set(Period):
        raise NoPeriod("unknown", f"The period is none of {', '.join(Period)}.")
    return latest(Period(period))


def latest(period: Period) -> Span:
    """The hour, day or month that it is now is the last one."""
    today = french_day.today()
    if period == Period.DAY:
        hour = clock.now() - clock.now() % HOUR
        edges = range(hour - (HOURS - 1) * HOUR, hour + HOUR + 1, HOUR)
        return Span(Unit.HOUR, tuple(edges))
    if period == Period.YEAR:
        return _months(today.replace(year=today.year - 1, day=1), today, skipped=1)
    return _days(today - timedelta(days={Period.WEEK: 6, Period.MONTH: 29}[period]), today)


def between(first: date, last: date) -> Span:
    """Of both days and those between them, or, where they are many, of their months as a whole.
    Raises NoPeriod."""
    count = (last - first).days + 1
    if count < 1:
        raise NoPeriod("reversed", "The period ends before it begins.")
    if count > LONGEST:
        raise NoPeriod("too_long", f"The period is longer than {LONGEST} days.")
    if count <= BY_HOUR:
        since, until = french_day.beginning_of(first), french_day.end_of(last)
        return Span(Unit.HOUR, tuple(range(since, until + 1, HOUR)))
    return _days(first, last) if count <= BY_DAY else _months(first, last)


def _days(first: date, last: date) -> Span:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return _span(Unit.DAY, days, last)


def _months(first: date, last: date, skipped: int = 0) -> Span:
    months = [*_beginnings(first.replace(day=1), last)][skipped:]
    end = (last.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return _span(Unit.MONTH, months, end)


def _beginnings(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def _span(unit: Unit, days: list[date], last: date) -> Span:
    edges = [french_day.beginning_of(day) for day in days]
    return Span(unit, (*edges, french_day.end_of(last)))
