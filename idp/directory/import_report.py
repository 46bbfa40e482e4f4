"""What became of each row of an import: a page at a time, or as a file for a spreadsheet. Neither
names, nor numbers, nor passwords: the line, and the login identifier of whom it made."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from idp.directory import spreadsheet
from idp.directory.holder_imports import ERRORS
from idp.directory.import_file import COLUMNS
from idp.identity import login_identifier
from idp.models import ImportRow

# The file's own names, by which an agent finds the cell.
COLUMN_OF = {column.member: column.name for column in COLUMNS} | {"address": "adresse_1…6"}


def rows(
    session: Session,
    import_id: int,
    *,
    errors: bool,
    after: int = 0,
    offset: int = 0,
    limit: int | None = None,
) -> Sequence[ImportRow]:
    """In the file's order, from the line after one; with `errors`, only what did not come to
    anything."""
    query = _query(import_id, errors).order_by(ImportRow.line).offset(offset)
    query = query.where(ImportRow.line > after)
    return session.scalars(query.limit(limit) if limit is not None else query).all()


def count(session: Session, import_id: int, *, errors: bool) -> int:
    found = _query(import_id, errors).with_only_columns(func.count(ImportRow.id))
    return session.scalar(found) or 0


def column(field: str) -> str:
    """The name of a problem's column in the file; "" for the whole row."""
    return COLUMN_OF.get(field, "")


def as_table(
    found: Sequence[ImportRow],
    headings: Sequence[str],
    state: Callable[[str], str],
    problem: Callable[[dict[str, object]], str],
    separator: str,
) -> Iterator[bytes]:
    """As CSV, a line for each row; `state` and `problem` say it in the reader's words."""
    yield spreadsheet.BYTE_ORDER_MARK + spreadsheet.line(headings, separator)
    for row in found:
        identifier = row.login_identifier and login_identifier.display(row.login_identifier)
        said = "; ".join(
            f"{column(str(each['field']))}: {problem(each)}".removeprefix(": ")
            for each in row.problems
        )
        cells = [str(row.line), state(row.state), identifier or "", said]
        yield spreadsheet.line(cells, separator)


def _query(import_id: int, errors: bool) -> Select[ImportRow]:
    query = select(ImportRow).where(ImportRow.import_id == import_id)
    return query.where(ImportRow.state.in_(ERRORS)) if errors else query
