"""A birth date as the civil registry has it, which no calendar need know."""

import re
from dataclasses import dataclass
from datetime import date

from idp.identity import french_date
from idp.identity.errors import InvalidValue

SHAPE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
FRENCH = re.compile(r"\s*([0-9]{2})[/. -]([0-9]{2})[/. -]([0-9]{4})\s*", re.ASCII)
EARLIEST_YEAR = 1850


class BirthDateError(InvalidValue):
    """Not a birth date; `reason` is "shape", "range" or "future"."""


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A registered birth date; `month` or `day` 0 is unknown ("lunar"), and 31 February exists."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        """`YYYY-MM-DD` as registered, `00` kept."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @property
    def yymmdd(self) -> str:
        """The six digits that the INS-C takes."""
        return f"{self.year % 100:02d}{self.month:02d}{self.day:02d}"

    @property
    def calendar_date(self) -> date | None:
        """The day of the calendar that this is, or None where it is none."""
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    @property
    def oidc(self) -> str:
        """The `birthdate` claim: `YYYY-MM-DD`, or `YYYY` alone (OIDC Core 5.1).

        The claim has no form for a month without a day, and a date that no calendar has would
        break who reads it: both give the year.
        """
        return str(self) if self.calendar_date else f"{self.year:04d}"

    @property
    def in_words(self) -> str:
        """`31 janvier 1977`, `mars 1977` or `1977`."""
        return french_date.in_words(self.year, self.month, self.day)


def parse(text: str, *, not_after: date | None = None) -> BirthDate:
    """The birth date in `YYYY-MM-DD`, where month and day may be `00`; raises BirthDateError.

    `not_after` is the caller's today: a birth date that is surely later is refused ("future").
    """
    match = SHAPE.fullmatch(text.strip())
    if match is None:
        raise BirthDateError("shape")
    year, month, day = (int(part) for part in match.groups())
    if year < EARLIEST_YEAR or month > 12 or day > 31:
        raise BirthDateError("range")
    # An unknown month or day is 0 and sorts first: only what is surely later is refused.
    if not_after and (year, month, day) > (not_after.year, not_after.month, not_after.day):
        raise BirthDateError("future")
    return BirthDate(year, month, day)


def iso(typed: str) -> str:
    """`31/01/1977` as `1977-01-31`; anything else as it is."""
    match = FRENCH.fullmatch(typed)
    return "-".join(reversed(match.groups())) if match else typed.strip()
