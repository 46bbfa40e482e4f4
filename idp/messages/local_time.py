"""Moments as people of two languages say them, by the clocks of Paris."""

from datetime import datetime

from babel.dates import get_timezone

from idp.identity.french_date import in_words

# Babel brings the time zones with it; a slim system may have none.
PARIS = get_timezone("Europe/Paris")
NO_BREAK = "\u00a0"


def hour(at: int, locale: str) -> str:
    """`14 h 42`, in English `2.42 pm`; `at` in seconds since the epoch."""
    moment = datetime.fromtimestamp(at, PARIS)
    if locale == "fr":
        return NO_BREAK.join((str(moment.hour), "h", f"{moment:%M}"))
    half = "am" if moment.hour < 12 else "pm"
    return f"{moment.hour % 12 or 12}.{moment:%M}{NO_BREAK}{half}"


def day(at: int, locale: str) -> str:
    """`22 novembre 2026`, in English `22 November 2026`."""
    moment = datetime.fromtimestamp(at, PARIS)
    if locale == "fr":
        return in_words(moment.year, moment.month, moment.day)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


# Not strftime's: those follow the locale of the process.
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
