"""Telephone numbers that can receive an SMS: kept as E.164, shown as people know them."""

import re

from idp.identity.errors import InvalidValue
from idp.identity.typed_text import without_separators

E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
NATIONAL = re.compile(r"0[1-9][0-9]{8}", re.ASCII)
METROPOLE = "+33"
# Mobile ranges dialled nationally that belong to another country code (ARCEP numbering plan).
OVERSEAS = {
    "639": "+262",
    "690": "+590",
    "691": "+590",
    "692": "+262",
    "693": "+262",
    "694": "+594",
    "696": "+596",
    "697": "+596",
}
FRENCH = re.compile(r"\+(?:33|262|590|594|596)([1-9][0-9]{8})", re.ASCII)
HIDDEN = "••"


class PhoneError(InvalidValue):
    """Not a number for an SMS; `reason` is "characters", "length" or "not_mobile"."""


def parse(text: str) -> str:
    """The number in E.164: `06 12 34 56 42` → `+33612345642`; raises PhoneError.

    Takes French mobiles as dialled at home, overseas ones included, and anything that looks like
    an international number after `+` or `00`. A French landline is refused ("not_mobile").
    """
    typed = without_separators(text).replace("(0)", "").replace("/", "")
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    digits = typed.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise PhoneError("characters" if digits else "length")
    number = typed if typed.startswith("+") else _from_national(typed)
    return _checked(number)


def _from_national(typed: str) -> str:
    if not NATIONAL.fullmatch(typed):
        raise PhoneError("length")
    return OVERSEAS.get(typed[1:4], METROPOLE) + typed[1:]


def _checked(number: str) -> str:
    if number.startswith(METROPOLE + "0"):
        number = METROPOLE + number[4:]  # +33 06…, a common slip
    if not E164.fullmatch(number):
        raise PhoneError("length")
    french = FRENCH.fullmatch(number)
    if number.startswith(METROPOLE) and not french:
        raise PhoneError("length")
    if french and french[1][0] not in "67":
        raise PhoneError("not_mobile")
    return number


def display(number: str) -> str:
    """`06 12 34 56 42` for a French number, the E.164 itself for any other."""
    french = FRENCH.fullmatch(number)
    return _in_pairs("0" + french[1]) if french else number


def mask(number: str) -> str:
    """`06 •• •• •• 42`; for a foreign number, its first and last two digits."""
    french = FRENCH.fullmatch(number)
    if french:
        return " ".join((f"0{french[1][0]}", HIDDEN, HIDDEN, HIDDEN, number[-2:]))
    return " ".join((number[:3], HIDDEN, HIDDEN, HIDDEN, number[-2:]))


def _in_pairs(digits: str) -> str:
    return " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))
