"""A file of persons to enrol, as spreadsheets write it (CSV, RFC 4180): read, nothing checked yet
but that it is one."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from idp.config import Settings
from idp.directory.enrolment import Enrolment
from idp.directory.refusal import Refusal
from idp.directory.spreadsheet import BYTE_ORDER_MARK
from idp.identity import birth_date

SEPARATORS = (";", ",", "\t")
MOST_COLUMNS = 60
LONGEST_CELL = 1000
LINES_OF_ADDRESS = 6
QUOTED, SHORTEN_TO = 5, 30  # of what an error says of somebody's headings
KILOBYTE = 1024


@dataclass(frozen=True)
class Column:
    """`member` is Enrolment's (of an address, a line of it): another name that is taken."""

    name: str
    member: str
    example: str
    required: bool = False


COLUMNS = (
    Column("nom_naissance", "birth_name", "MARTIN", True),
    Column("nom_utilise", "used_name", "DURAND"),
    Column("prenoms", "first_names", "Marie, Christine", True),
    Column("date_naissance", "birth_date", "31/01/1977", True),
    Column("sexe", "sex", "F", True),
    Column("code_insee_naissance", "birth_place", "18033", True),
    Column("lieu_naissance", "birth_place_name", "Bourges", True),
    Column("nir", "nir", "2 77 01 66 828 426", True),
    Column("adresse_1", "address_1", "12 RUE DES TILLEULS", True),
    *(
        Column(f"adresse_{number}", f"address_{number}", "18000 BOURGES" if number == 2 else "")
        for number in range(2, LINES_OF_ADDRESS + 1)
    ),
    Column("courriel", "mail", "marie.martin@exemple.fr"),
    Column("mobile", "mobile", "06 12 34 56 78"),
)
BY_NAME = {name: column for column in COLUMNS for name in (column.name, column.member)}

SENTENCES = {
    "empty": "The file is empty.",
    "heavy": "The file is heavier than {most} KB. Cut it into several.",
    "binary": "The file is not text: in the spreadsheet, save it as CSV (UTF-8).",
    "quotes": "From line {line} on the file cannot be read: a quotation mark is not closed, or is "
    "followed by something else than a separator.",
    "missing": "Columns are missing: {names}. The first line names the columns, as the model does.",
    "unknown": "Columns are not known: {names}. Take them out, or name them as the model does.",
    "twice": "Columns are there twice: {names}.",
    "columns": "There are more than {most} columns: is this the right file?",
    "rows": "There are more than {most} persons in the file. Cut it into several.",
    "nobody": "There is nobody in the file: the first line names the columns, a person is a line.",
}


class InvalidFile(Refusal):
    """Nothing of the file can be taken. `reason` is one of SENTENCES, `detail` what it names."""

    def __init__(self, reason: str, **detail: str | int) -> None:
        super().__init__(SENTENCES[reason].format(**detail))
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Line:
    """A person as written, `number` counting the file's lines from 1; `entered` is None where there
    are more or fewer cells than columns."""

    number: int
    entered: Enrolment | None = field(repr=False)


def read(content: bytes, settings: Settings, organisation: str) -> list[Line]:
    """The persons of a file, for one organisation. Raises InvalidFile."""
    if len(content) > settings.import_kilobytes * KILOBYTE:
        raise InvalidFile("heavy", most=settings.import_kilobytes)
    records = _records(_decoded(content))
    _, heading = next(records, (0, []))
    columns = _columns(heading)
    lines: list[Line] = []
    for number, cells in records:
        if len(lines) == settings.import_rows:
            raise InvalidFile("rows", most=settings.import_rows)
        lines.append(Line(number, _entered(columns, cells, organisation)))
    if not lines:
        raise InvalidFile("nobody")
    return lines


def model() -> bytes:
    """A file with every column and one person who does not exist, as a French spreadsheet opens
    it."""
    rows = ([column.name for column in COLUMNS], [column.example for column in COLUMNS])
    text = io.StringIO()
    csv.writer(text, delimiter=SEPARATORS[0]).writerows(rows)
    return BYTE_ORDER_MARK + text.getvalue().encode()


def _decoded(content: bytes) -> str:
    """UTF-8, with its mark or not, or else what Windows writes in France (Windows-1252)."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            raise InvalidFile("binary") from error
    if "\0" in text:
        raise InvalidFile("binary")
    if not text.strip():
        raise InvalidFile("empty")
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each with the line that it begins on; those that are empty are left out. Raises
    InvalidFile."""
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    # The reader takes \r, \n and both together for the end of a line.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidFile("quotes", line=begins) from error
        if any(cell.strip() for cell in cells):
            yield begins, cells


def _columns(heading: Sequence[str]) -> list[Column]:
    """Raises InvalidFile."""
    if len(heading) > MOST_COLUMNS:
        raise InvalidFile("columns", most=MOST_COLUMNS)
    named = [re.sub(r"[\s_-]+", "_", cell.strip().lower()) for cell in heading]
    # A spreadsheet writes the separators of empty columns at the end.
    while named and not named[-1]:
        named.pop()
    unknown = [cell for name, cell in zip(named, heading, strict=False) if name not in BY_NAME]
    if unknown:
        raise InvalidFile("unknown", names=_quoted(unknown))
    columns = [BY_NAME[name] for name in named]
    if twice := [column.name for column, times in Counter(columns).items() if times > 1]:
        raise InvalidFile("twice", names=", ".join(twice))
    missing = [column.name for column in COLUMNS if column.required and column not in columns]
    if not {BY_NAME["mail"], BY_NAME["mobile"]} & set(columns):
        missing.append(BY_NAME["mail"].name)
    if missing:
        raise InvalidFile("missing", names=", ".join(missing))
    return columns


def _quoted(cells: Sequence[str]) -> str:
    short = [" ".join(cell.split())[:SHORTEN_TO] or "—" for cell in cells[:QUOTED]]
    return ", ".join((*short, "…") if len(cells) > QUOTED else short)


def _entered(columns: Sequence[Column], cells: list[str], organisation: str) -> Enrolment | None:
    while len(cells) > len(columns) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(columns):
        return None
    texts = {
        column.member: cell.strip()[:LONGEST_CELL]
        for column, cell in zip(columns, cells, strict=True)
    }
    address = (texts.get(f"address_{number}", "") for number in range(1, LINES_OF_ADDRESS + 1))
    return Enrolment(
        birth_name=texts["birth_name"],
        used_name=texts.get("used_name") or None,
        first_names=tuple(name for name in texts["first_names"].split(",") if name.strip()),
        birth_date=birth_date.iso(texts["birth_date"]),
        sex=texts["sex"].upper(),
        birth_place=texts["birth_place"],
        birth_place_name=texts["birth_place_name"],
        nir=texts["nir"],
        address=tuple(line for line in address if line),
        organisation=organisation,
        mail=texts.get("mail") or None,
        mobile=texts.get("mobile") or None,
    )
