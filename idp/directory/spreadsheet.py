"""Lines for a spreadsheet, as CSV (RFC 4180) none of whose cells is taken for a formula."""

import csv
import io
from collections.abc import Sequence

# With one of these in front a spreadsheet computes, whatever stands in quotes around it.
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff".encode()  # without it some take the file for Latin-1
# What a spreadsheet expects depends on its language.
SEPARATORS = {"fr": ";", "en": ","}


def line(cells: Sequence[str], separator: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerow(map(harmless, cells))
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """The cell, read as a text."""
    return f"'{cell}" if cell.startswith(COMPUTED) else cell
