"""A date in French words, whole or partly known."""

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def in_words(year: int, month: int = 0, day: int = 0) -> str:
    """`31 janvier 1977`; `mars 1977` when the day is 0; `1977` when the month is 0."""
    if not month:
        return str(year)
    named = f"{MONTHS[month - 1]} {year}"
    if not day:
        return named
    return f"1er {named}" if day == 1 else f"{day} {named}"
