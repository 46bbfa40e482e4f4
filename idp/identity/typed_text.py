"""What people put between the characters of a number that they copy."""

SEPARATORS = frozenset("-.\u00ad\u2010\u2011\u2012\u2013\u2014\u2212\u200b\u2060\ufeff")


def without_separators(text: str) -> str:
    """`text` without any white space (no-break ones too), hyphen, dash, dot or invisible joiner."""
    return "".join(c for c in text if not c.isspace() and c not in SEPARATORS)


def is_ascii_digits(text: str) -> bool:
    """Whether `text` is made of 0–9 only; `str.isdigit` alone would let ² and ٣ through."""
    return text.isascii() and text.isdigit()
