"""`idp ins-c`: computing the health identifier, and checking a file of them."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from idp.identity import birth_date as dates
from idp.identity import ins_c as identifier
from idp.identity import nir as nirs
from idp.identity.birth_date import BirthDateError
from idp.identity.errors import InvalidValue
from idp.identity.ins_c import BIRTH_DATE_LENGTH, InsCError

COLUMNS = ["first_name", "birth_date_yymmdd", "nir", "nir_key", "ins_c", "ins_c_key"]
REASONS = {
    "nir_kind": "only a NIR that begins with 1 or 2 gets an INS-C",
    "birth_date": "the birth date is neither YYYY-MM-DD nor YYMMDD",
    "shape": "the birth date is neither YYYY-MM-DD nor YYMMDD",
    "range": "the birth date does not exist",
    "length": "the NIR is not 13 characters long, or 15 with its key",
    "characters": "the NIR has a character that no NIR has there",
    "key": "the NIR’s key is wrong",
}


@click.group()
def ins_c() -> None:
    """The INS-C, computed from first name, birth date and NIR."""


@ins_c.command()
@click.option("--first-name", required=True, help="As registered, with its accents.")
@click.option("--birth-date", required=True, help="As registered: YYYY-MM-DD or YYMMDD.")
@click.option("--nir", required=True, help="13 characters, or 15 with the key.")
def compute(first_name: str, birth_date: str, nir: str) -> None:
    """Print the INS-C, its 22 digits."""
    try:
        number = identifier.compute(first_name, _yymmdd(birth_date), nirs.parse(nir).body)
    except InvalidValue as error:
        click.echo(f"No INS-C: {REASONS[error.reason]}.", err=True)
        sys.exit(1)
    click.echo(str(number))


@ins_c.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Compute every row of FILE (CSV with `;`) and compare; exit 1 if one differs."""
    rows, mismatches = 0, 0
    try:
        for number, row in _rows(file):
            rows += 1
            wrong = _differences(row)
            if wrong:
                mismatches += 1
                click.echo(f"line {number}: {', '.join(wrong)}")
    except (csv.Error, UnicodeDecodeError, UnreadableFile) as error:
        click.echo(f"{file} cannot be read: {error}", err=True)
        sys.exit(1)
    click.echo(f"{rows} rows read, {mismatches} mismatches")
    sys.exit(1 if mismatches else 0)


class UnreadableFile(Exception):
    """The file does not have the sample's columns; the message says what is missing."""


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, delimiter=";", restval="")
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UnreadableFile(f"it has no column {', '.join(missing)}")
        for row in reader:
            yield reader.line_num, row


def _differences(row: dict[str, str]) -> list[str]:
    """What of a row is not as computed, without telling whose it is."""
    try:
        nir = nirs.parse(row["nir"])
        computed = identifier.compute(row["first_name"], row["birth_date_yymmdd"], nir.body)
    except InvalidValue as error:
        return [REASONS[error.reason]]
    expected = {
        "nir_key": nir.key,
        "ins_c": computed.number,
        "ins_c_key": computed.key,
    }
    return [f"{name} differs" for name, value in expected.items() if row[name] != value]


def _yymmdd(text: str) -> str:
    """Raises InsCError or BirthDateError."""
    if len(text) == BIRTH_DATE_LENGTH and text.isdecimal():
        return text
    try:
        return dates.parse(text).yymmdd
    except BirthDateError as error:
        raise InsCError(error.reason) from error
