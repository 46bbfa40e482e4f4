"""The login identifier: 12 digits for life, the last two a key."""

import secrets
from collections.abc import Callable

from idp.identity.check_key import check_key
from idp.identity.errors import InvalidValue
from idp.identity.typed_text import is_ascii_digits, without_separators

LENGTH = 12
KEY_LENGTH = 2
SMALLEST = 10 ** (LENGTH - KEY_LENGTH - 1)


class LoginIdentifierError(InvalidValue):
    """Not a login identifier; `reason` is "length", "characters", or "key" (a typing error)."""


def generate(random: Callable[[int], int] = secrets.randbelow) -> str:
    """A new identifier, 12 digits, the first not 0: random, so that none leads to the next.

    `random(n)` gives a number from 0 to n − 1. That the identifier is new is the caller's to see.
    """
    number = SMALLEST + random(9 * SMALLEST)
    return f"{number}{check_key(number):02d}"


def parse(text: str) -> str:
    """The 12 digits in `text`, spaces, hyphens and dots forgiven; raises LoginIdentifierError."""
    digits = without_separators(text)
    if not is_ascii_digits(digits):
        raise LoginIdentifierError("characters" if digits else "length")
    if len(digits) != LENGTH:
        raise LoginIdentifierError("length")
    if int(digits[-KEY_LENGTH:]) != check_key(int(digits[:-KEY_LENGTH])):
        raise LoginIdentifierError("key")
    return digits


def display(value: str) -> str:
    """As it is shown and printed: `1234 5678 9012`."""
    digits = without_separators(value)
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
