"""Text that the letter's fonts can draw: a PDF/UA document may not hold a missing glyph."""

import unicodedata

MISSING = "□"
# Blocks that Atkinson Hyperlegible, or the fallback that Typst embeds, draws in full.
DRAWN = (
    range(0x0020, 0x0250),  # Latin
    range(0x0300, 0x0500),  # accents, Greek, Cyrillic
    range(0x1E00, 0x1F00),  # Latin of Vietnam and others
    range(0x2010, 0x2041),  # dashes, quotation marks, dots
    range(0x20A0, 0x20C0),  # currencies
    range(0x2190, 0x2200),  # arrows
    range(0x25A0, 0x2600),  # shapes
    range(0x2639, 0x2670),  # faces, hearts, notes
)


def printable(text: str) -> str:
    """`text` in NFC on one line, □ for what no font has, invisible characters dropped."""
    return "".join(map(_drawn, unicodedata.normalize("NFC", text))).strip()


def _drawn(character: str) -> str:
    if character.isspace():
        return character if character in "\u00a0\u202f" else " "
    if unicodedata.category(character) in ("Cc", "Cf"):
        return ""
    if unicodedata.category(character)[0] == "C":
        return MISSING
    return character if any(ord(character) in block for block in DRAWN) else MISSING
