"""The NIR, the number that the civil registry gives: 13 characters and a key."""

import re
from dataclasses import dataclass

from idp.identity.check_key import check_key
from idp.identity.errors import InvalidValue
from idp.identity.typed_text import without_separators

BODY_LENGTH = 13
KEY_LENGTH = 2
# Sex or kind, year, month, department (2A and 2B are Corsica), commune, order.
BODY = re.compile(r"[1-9][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}", re.ASCII)


class NirError(InvalidValue):
    """Not a NIR; `reason` is "length", "characters" or "key"."""


@dataclass(frozen=True, slots=True)
class Nir:
    """A NIR whose shape was checked: `body` is 13 characters, upper case."""

    body: str

    def __post_init__(self) -> None:
        if len(self.body) != BODY_LENGTH:
            raise NirError("length")
        if not BODY.fullmatch(self.body):
            raise NirError("characters")

    @property
    def key(self) -> str:
        """The key, two digits."""
        return f"{key(self.body):02d}"

    @property
    def gets_ins_c(self) -> bool:
        """Whether this kind of NIR gets an INS-C: only those that begin with 1 or 2."""
        return self.body[0] in "12"

    def __str__(self) -> str:
        """Body and key, 15 characters."""
        return self.body + self.key


def parse(text: str) -> Nir:
    """The NIR in `text`: 13 characters, or 15 with its key, spaces forgiven.

    Raises NirError "length", "characters", or "key" when a key is given and is not the one.
    """
    typed = without_separators(text).upper()
    if len(typed) not in (BODY_LENGTH, BODY_LENGTH + KEY_LENGTH):
        raise NirError("length")
    nir, typed_key = Nir(typed[:BODY_LENGTH]), typed[BODY_LENGTH:]
    if typed_key and typed_key != nir.key:
        raise NirError("key")
    return nir


def key(body: str) -> int:
    """The key of a 13-character body, 1 to 97; Corsica counts as 19 (2A) or 18 (2B)."""
    return check_key(int(body.replace("2A", "19").replace("2B", "18")))


def display(nir: Nir) -> str:
    """The NIR in the groups of the Vitale card: `1 61 02 75 754 289 92`."""
    body = nir.body
    groups = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:], nir.key)
    return " ".join(groups)
