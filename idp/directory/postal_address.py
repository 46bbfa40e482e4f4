"""A postal address as the window of an envelope shows it: six lines of 38 characters
(NF Z 10-011)."""

import unicodedata
from collections.abc import Iterable, Sequence

MAX_LINES = 6
MAX_LINE_LENGTH = 38


def parse(lines: Iterable[str]) -> list[str]:
    """The lines in NFC with single spaces, empty ones dropped."""
    tidy = (" ".join(unicodedata.normalize("NFC", line).split()) for line in lines)
    return [line for line in tidy if line]


def problems(lines: Sequence[str]) -> list[str]:
    """What is wrong with a parsed address, a sentence each."""
    return [sentence for _, sentence in faults(lines)]


def faults(lines: Sequence[str]) -> list[tuple[str, str]]:
    """The same, each with its reason: "missing", "lines", "length" or "characters"."""
    found = []
    if not lines:
        found.append(("missing", "The postal address is missing."))
    if len(lines) > MAX_LINES:
        found.append(("lines", f"The postal address has more than {MAX_LINES} lines."))
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_LENGTH:
            sentence = f"Address line {number} is longer than {MAX_LINE_LENGTH} characters."
            found.append(("length", sentence))
        if any(unicodedata.category(character)[0] == "C" for character in line):
            found.append(("characters", f"Address line {number} has a control character."))
    return found
