"""First and birth names: as they are kept, and as the INS-C reads them."""

import unicodedata

from idp.identity.errors import InvalidValue

MAX_LENGTH = 100
# The two ligatures of French that no Unicode decomposition takes apart.
LIGATURES = str.maketrans({"Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae"})
APOSTROPHE = str.maketrans({"'": "’"})


class InvalidName(InvalidValue):
    """Not a name; `reason` is "empty", "length" or "characters"."""


def parse(text: str) -> str:
    """`text` as it is kept: NFC, one plain space between words, typographic apostrophes.

    Raises InvalidName "empty", "length" (over 100 characters) or "characters" (anything but
    letters, accents, spaces, hyphens, apostrophes and full stops).
    """
    name = " ".join(unicodedata.normalize("NFC", text).translate(APOSTROPHE).split())
    if not name:
        raise InvalidName("empty")
    if len(name) > MAX_LENGTH:
        raise InvalidName("length")
    if not all(_belongs(character) for character in name):
        raise InvalidName("characters")
    return name


def _belongs(character: str) -> bool:
    return character in " -’." or unicodedata.category(character)[0] in "LM"


def plain_letters(text: str) -> str:
    """`text` in the letters A–Z alone: accents dropped, Œ and Æ expanded, the rest removed.

    Élodie → ELODIE, Jean-Noël → JEANNOEL (design section 3).
    """
    # Decompose first: Ǽ becomes Æ and an accent, which the table then knows.
    decomposed = unicodedata.normalize("NFKD", text).translate(LIGATURES).upper()
    return "".join(c for c in decomposed if "A" <= c <= "Z")


def words(text: str) -> tuple[str, ...]:
    """The words of a name by which it is found again, however it is typed: Jean-Noël → JEAN, NOEL.

    A word without a letter from A to Z is taken as it stands, in capitals.
    """
    parts = text.replace("-", " ").split()
    return tuple(dict.fromkeys(plain_letters(part) or part.upper() for part in parts))
