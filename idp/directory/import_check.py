"""The rows of a file against every rule of an enrolment, against each other and against who is
enrolled already: what an agent sees before anything is made."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp.crypto import Keyring
from idp.directory import enrolment, french_day, holders
from idp.directory.enrolment import Enrolment, InvalidEnrolment, Person, Problem
from idp.directory.import_file import Line
from idp.models import Holder, HolderInsC

# A number that a spreadsheet took for a quantity: 2.77017E+12.
ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?E\+?[0-9]+", re.ASCII | re.IGNORECASE)
AT_ONCE = 500

CELLS = Problem(
    "row",
    "cells",
    "There are more or fewer cells than columns: is there a separator in one, without quotes?",
)
SPREADSHEET = Problem(
    "nir", "spreadsheet", "A spreadsheet has rounded the NIR: make the column one of text."
)
KNOWN = Problem("nir", "known", "A holder with this NIR is enrolled already.")
INS_C_KNOWN = Problem(
    "nir",
    "ins_c_known",
    "A holder with this INS-C, as the present or a former one, is enrolled already.",
)


@dataclass
class Checked:
    """`entered` is there for a row that can be enrolled; `problems` say why not, as `as_json`
    does."""

    line: int
    entered: Enrolment | None = field(repr=False)
    person: Person | None = field(repr=False)
    problems: list[dict[str, Any]]


def check(session: Session, keyring: Keyring, lines: Iterable[Line]) -> list[Checked]:
    """Each row, in the file's order."""
    rows = [_checked(line) for line in lines]
    _find_twins(rows)
    _find_known(session, keyring, rows)
    return rows


def as_json(problem: Problem, **more: int) -> dict[str, Any]:
    """As the database keeps it; `line` names another row."""
    return asdict(problem) | more


def _checked(line: Line) -> Checked:
    if line.entered is None:
        return Checked(line.number, None, None, [as_json(CELLS)])
    try:
        person = enrolment.check(line.entered, today=french_day.today())
    except InvalidEnrolment as refusal:
        found: Sequence[Problem] = refusal.found
        if ROUNDED.fullmatch(line.entered.nir):
            found = [SPREADSHEET, *(each for each in found if each.field != "nir")]
        return Checked(line.number, line.entered, None, [as_json(each) for each in found])
    return Checked(line.number, line.entered, person, [])


def _find_twins(rows: Sequence[Checked]) -> None:
    """Who is there twice is enrolled by the first row."""
    seen: dict[str, int] = {}
    for row in rows:
        if row.person is None:
            continue
        number = row.person.nir.body
        if number in seen:
            twin = Problem("nir", "twice", f"The same NIR is on line {seen[number]}.")
            row.problems.append(as_json(twin, line=seen[number]))
        seen.setdefault(number, row.line)


def _find_known(session: Session, keyring: Keyring, rows: Sequence[Checked]) -> None:
    for place, column, problem in (
        (holders.NIR, Holder.nir_index, KNOWN),
        (holders.INS_C, HolderInsC.value_index, INS_C_KNOWN),
    ):
        wanted = _indexes(keyring, place, rows)
        for index in _present(session, column, wanted):
            row = wanted[index]
            if as_json(KNOWN) not in row.problems:
                row.problems.append(as_json(problem))


def _indexes(keyring: Keyring, place: str, rows: Sequence[Checked]) -> dict[bytes, Checked]:
    """Of rows without a problem yet; under every key."""
    wanted: dict[bytes, Checked] = {}
    for row in rows:
        if row.person is None or row.problems:
            continue
        value = row.person.nir.body if place == holders.NIR else str(row.person.ins_c or "")
        if value:
            wanted |= dict.fromkeys(keyring.blind_indexes(place, value), row)
    return wanted


def _present(
    session: Session, column: InstrumentedAttribute[bytes], wanted: Mapping[bytes, Checked]
) -> Iterable[bytes]:
    values = list(wanted)
    for begin in range(0, len(values), AT_ONCE):
        found = select(column).where(column.in_(values[begin : begin + AT_ONCE]))
        yield from session.scalars(found)
