"""What an agent enters to enrol a holder, and every rule it has to keep."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from idp.directory import postal_address
from idp.directory.refusal import Refusal
from idp.identity import birth_date, email_address, ins_c, names, nir, phone
from idp.identity.birth_date import BirthDate
from idp.identity.errors import InvalidValue
from idp.identity.ins_c import InsC
from idp.identity.nir import Nir
from idp.identity.traits import Traits

Value = TypeVar("Value")

BIRTH_PLACE = re.compile(r"[0-9]{5}|2[AB][0-9]{3}", re.ASCII)
MAX_PLACE_LENGTH = 100
# First character of a NIR: 1, 2 for good; 3, 4 being registered; 7, 8 provisional.
SEX_OF_KIND = {"1": "M", "3": "M", "7": "M", "2": "F", "4": "F", "8": "F"}
MONTHS = range(1, 13)
# Months that the registry gives when a birth date is incomplete or a series is full.
FICTIVE_MONTHS = frozenset((*range(20, 43), *range(50, 100)))

SENTENCES = {
    ("name", "empty"): "is missing",
    ("name", "length"): "is longer than 100 characters",
    ("name", "characters"): "has a character that no name has",
    ("nir", "length"): "is not 13 characters long, or 15 with its key",
    ("nir", "characters"): "has a character that no NIR has there",
    ("nir", "key"): "has a wrong key: there is a typing error in it",
    ("date", "shape"): "is not written YYYY-MM-DD",
    ("date", "range"): "is not a date (month and day may be 00)",
    ("date", "future"): "is in the future",
    ("mail", "length"): "is too long",
    ("mail", "characters"): "has a character that no address has",
    ("mail", "at"): "does not have exactly one @",
    ("mail", "domain"): "has no valid domain after the @",
    ("mobile", "length"): "does not have the length of a telephone number",
    ("mobile", "characters"): "has a character that no number has",
    ("mobile", "not_mobile"): "is a landline: it receives no SMS",
}
UNREADABLE = "cannot be read"
LABELS = {
    "birth_name": "birth name",
    "used_name": "used name",
    "birth_date": "birth date",
    "nir": "NIR",
    "mail": "e-mail address",
    "mobile": "mobile number",
}


@dataclass(frozen=True)
class Problem:
    """`field` is one of Enrolment's, `reason` a short machine code, for doors with words of their
    own."""

    field: str
    reason: str
    sentence: str


class InvalidEnrolment(Refusal):
    """Every problem of an enrolment at once; `found` says where each is."""

    def __init__(self, *found: Problem) -> None:
        super().__init__(*(each.sentence for each in found))
        self.found = found


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """As entered, nothing checked yet. `birth_date` is `YYYY-MM-DD`, `00` allowed; `sex` "F" or
    "M"; `birth_place` an INSEE code; the NIR with or without its key; at least one of `mail`
    and `mobile`. No value but the organisation's shows in `repr`."""

    birth_name: str = field(repr=False)
    used_name: str | None = field(default=None, repr=False)
    first_names: tuple[str, ...] = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str = field(repr=False)
    birth_place: str = field(repr=False)
    birth_place_name: str = field(repr=False)
    nir: str = field(repr=False)
    address: tuple[str, ...] = field(repr=False)
    organisation: str
    mail: str | None = field(default=None, repr=False)
    mobile: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Person:
    """An enrolment that was checked. `ins_c` is None for a NIR that gets none."""

    traits: Traits
    nir: Nir
    ins_c: InsC | None
    address: list[str]
    mail: str | None
    mobile: str | None


class _Reader:
    """Reads values and keeps what was wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(
        self, name: str, kind: str, text: str, parse: Callable[[str], Value], label: str = ""
    ) -> Value | None:
        label = label or LABELS[name]
        if not text.strip():
            self.problems.append(Problem(name, "missing", f"The {label} is missing."))
            return None
        try:
            return parse(text)
        except InvalidValue as error:
            sentence = f"The {label} {SENTENCES.get((kind, error.reason), UNREADABLE)}."
            self.problems.append(Problem(name, error.reason, sentence))
            return None

    def optional(
        self, name: str, kind: str, text: str | None, parse: Callable[[str], Value]
    ) -> Value | None:
        return self.read(name, kind, text, parse) if text and text.strip() else None


def check(enrolment: Enrolment, *, today: date) -> Person:
    """The person that an enrolment describes. Raises InvalidEnrolment with every problem."""
    reader = _Reader()
    birth_name = reader.read("birth_name", "name", enrolment.birth_name, names.parse)
    used_name = reader.optional("used_name", "name", enrolment.used_name, names.parse)
    first_names = _first_names(reader, enrolment.first_names)
    born = reader.read("birth_date", "date", enrolment.birth_date, lambda text: _born(text, today))
    number = reader.read("nir", "nir", enrolment.nir, nir.parse)
    mail = reader.optional("mail", "mail", enrolment.mail, email_address.parse)
    mobile = reader.optional("mobile", "mobile", enrolment.mobile, phone.parse)
    address = postal_address.parse(enrolment.address)
    problems = [
        *reader.problems,
        *_sex_problems(enrolment.sex),
        *_place_problems(enrolment),
        *(Problem("address", *fault) for fault in postal_address.faults(address)),
        *_channel_problems(enrolment),
        *_contradictions(number, born, enrolment.sex),
    ]
    # The second half says nothing new but to the type checker.
    if problems or not (birth_name and first_names and born and number):
        raise InvalidEnrolment(*problems)
    traits = Traits(
        birth_name=birth_name,
        used_name=used_name,
        first_names=first_names,
        birth_date=str(born),
        sex=enrolment.sex,
        birth_place=enrolment.birth_place.strip().upper(),
        birth_place_name=_place_name(enrolment),
    )
    return Person(
        traits=traits,
        nir=number,
        ins_c=_ins_c(number, first_names[0], born),
        address=address,
        mail=mail,
        mobile=mobile,
    )


def _ins_c(number: Nir, first_name: str, born: BirthDate) -> InsC | None:
    return ins_c.compute(first_name, born.yymmdd, number.body) if number.gets_ins_c else None


def _born(text: str, today: date) -> BirthDate:
    return birth_date.parse(text, not_after=today)


def _first_names(reader: _Reader, given: tuple[str, ...]) -> tuple[str, ...]:
    """The first names in the registry's order; the first one makes the INS-C."""
    if not given:
        reader.problems.append(Problem("first_names", "missing", "The first name is missing."))
    read = [
        reader.read("first_names", "name", text, names.parse, f"first name number {number}")
        for number, text in enumerate(given, 1)
    ]
    parsed = tuple(name for name in read if name)
    if parsed and not names.plain_letters(parsed[0]):
        sentence = "The first name has no letter from A to Z, as the registry has it."
        reader.problems.append(Problem("first_names", "letters", sentence))
    return parsed


def _sex_problems(sex: str) -> list[Problem]:
    known = sex in {"F", "M"}
    return [] if known else [Problem("sex", "unknown", "The sex is neither F nor M.")]


def _place_problems(enrolment: Enrolment) -> list[Problem]:
    found = []
    if not BIRTH_PLACE.fullmatch(enrolment.birth_place.strip().upper()):
        sentence = "The birth place is not an INSEE code of five characters (99… for abroad)."
        found.append(Problem("birth_place", "shape", sentence))
    name = _place_name(enrolment)
    if not name:
        sentence = "The birth place’s name is missing."
        found.append(Problem("birth_place_name", "missing", sentence))
    elif len(name) > MAX_PLACE_LENGTH or not name.isprintable():
        sentence = "The birth place’s name is too long or has a control character."
        found.append(Problem("birth_place_name", "characters", sentence))
    return found


def _place_name(enrolment: Enrolment) -> str:
    return " ".join(unicodedata.normalize("NFC", enrolment.birth_place_name).split())


def _channel_problems(enrolment: Enrolment) -> list[Problem]:
    if any(text and text.strip() for text in (enrolment.mail, enrolment.mobile)):
        return []
    sentence = "There must be an e-mail address or a mobile number, for the one-time codes."
    return [Problem("mail", "no_channel", sentence)]


def _contradictions(number: Nir | None, born: BirthDate | None, sex: str) -> list[Problem]:
    """Where NIR and traits cannot be of one person."""
    if number is None:
        return []
    found = []
    year, month = number.body[1:3], int(number.body[3:5])
    if sex in {"F", "M"} and SEX_OF_KIND.get(number.body[0], sex) != sex:
        found.append(Problem("nir", "sex", "The NIR and the sex contradict each other."))
    if born and year != f"{born.year % 100:02d}":
        sentence = "The NIR and the year of birth contradict each other."
        found.append(Problem("nir", "year", sentence))
    if month not in MONTHS and month not in FICTIVE_MONTHS:
        sentence = "The NIR has a month of birth that does not exist."
        found.append(Problem("nir", "no_month", sentence))
    elif born and born.month and month in MONTHS and month != born.month:
        sentence = "The NIR and the month of birth contradict each other."
        found.append(Problem("nir", "month", sentence))
    return found
