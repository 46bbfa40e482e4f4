"""The initial password, made to be printed once and copied by hand."""

import secrets
from collections.abc import Callable

from idp.identity.typed_text import without_separators

# 24 letters and 8 digits: without I, O, 0 and 1, which paper confuses. 32¹² is 60 bits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 12
GROUP = 4


def generate(random: Callable[[int], int] = secrets.randbelow) -> str:
    """A new password, 12 characters; `random(n)` gives a number from 0 to n − 1."""
    return "".join(ALPHABET[random(len(ALPHABET))] for _ in range(LENGTH))


def display(password: str) -> str:
    """As it is printed: `K7TP-4WXN-RH9M`."""
    characters = normalise(password)
    return "-".join(characters[i : i + GROUP] for i in range(0, len(characters), GROUP))


def normalise(text: str) -> str:
    """What was typed, in the form that is hashed: upper case, no spaces, no hyphens.

    Never refuses: what is not an initial password simply will not match one.
    """
    return without_separators(text).upper()
