"""Tables for a spreadsheet, as CSV (RFC 4180) none of whose cells is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# With one of these in front a spreadsheet computes, whatever stands in quotes around it.
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it some take the file for Latin-1
SEPARATORS = {"fr": ";"}  # what a spreadsheet expects depends on its language


def answer(name: str, rows: Iterable[Sequence[str]], language: str) -> Response:
    """The table as a file of this name to keep."""
    text = io.StringIO()
    csv.writer(text, delimiter=SEPARATORS.get(language, ",")).writerows(map(_harmless, rows))
    response = Response(BYTE_ORDER_MARK + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _harmless(row: Sequence[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(COMPUTED) else cell for cell in row]
