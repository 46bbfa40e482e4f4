"""Dates, times and long numbers the way a person in France reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from babel.dates import format_datetime, get_timezone

PARIS = get_timezone("Europe/Paris")
NO_BREAK = "\u00a0"


def paris(timestamp: float) -> datetime:
    """The Paris time of a Unix timestamp in seconds."""
    return datetime.fromtimestamp(timestamp, UTC).astimezone(PARIS)


def clock_time(timestamp: float) -> str:
    """« 14 h 32 »."""
    moment = paris(timestamp)
    return f"{moment.hour}{NO_BREAK}h{NO_BREAK}{moment.minute:02d}"


def moment(timestamp: float, now: float) -> str:
    """« aujourd’hui à 14 h 32 », « hier à 9 h 12 », « le 18 novembre 2026 à 20 h 47 »."""
    day, today = paris(timestamp).date(), paris(now).date()
    if day == today:
        words = "aujourd’hui"
    elif day == today - timedelta(days=1):
        words = "hier"
    else:
        words = "le " + format_datetime(paris(timestamp), f"d{NO_BREAK}MMMM y", locale="fr")
    return f"{words} à {clock_time(timestamp)}"


def weekday(timestamp: float) -> str:
    """« mardi 24 novembre 2026 »."""
    return format_datetime(paris(timestamp), f"EEEE d{NO_BREAK}MMMM y", locale="fr")


def calendar_date(iso: str) -> str:
    """« 31 janvier 1977 » for `1977-01-31`; a date with an unknown part stays in digits."""
    try:
        day = datetime.strptime(iso, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return "/".join(reversed(iso.split("-")))
    return format_datetime(day, f"d{NO_BREAK}MMMM y", tzinfo=get_timezone("UTC"), locale="fr")


def telephone(number: str) -> str:
    """« 06 12 34 56 42 » for `+33612345642`; a foreign number stays as it is."""
    national = "0" + number.removeprefix("+33")
    french = number.startswith("+33") and len(national) == 10
    return grouped(national, 2) if french else number


def grouped(digits: str, size: int = 4) -> str:
    """`1322674008` as « 1322 6740 08 », on one line."""
    return NO_BREAK.join(digits[i : i + size] for i in range(0, len(digits), size))
