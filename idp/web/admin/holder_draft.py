"""The form of a holder: as typed, as the verbs take it, and what was wrong with it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from idp.directory.enrolment import Enrolment, Problem
from idp.identity import birth_date, nir, phone
from idp.web.admin import holder_words as words

ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
TEXTS = (
    "birth_name", "used_name", "first_names", "birth_date", "sex", "birth_place",
    "birth_place_name", "nir", "address", "organisation", "mail", "mobile",
)  # fmt: skip
LONGEST = 1000


@dataclass
class Draft:
    """As it stands in the form; `problems` is what is wrong, by field."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)

    @property
    def entered(self) -> Enrolment:
        """As the verbs take it."""
        texts = self.texts
        return Enrolment(
            birth_name=texts["birth_name"],
            used_name=texts["used_name"] or None,
            first_names=tuple(each for each in texts["first_names"].split(",") if each.strip()),
            birth_date=birth_date.iso(texts["birth_date"]),
            sex=texts["sex"],
            birth_place=texts["birth_place"],
            birth_place_name=texts["birth_place_name"],
            nir=texts["nir"],
            address=tuple(texts["address"].splitlines()),
            organisation=texts["organisation"],
            mail=texts["mail"] or None,
            mobile=texts["mobile"] or None,
        )

    def wrong(self, found: Iterable[Problem]) -> None:
        """What a verb refused, beside its fields."""
        self.problems = by_field(found)


def of_form(form: Mapping[str, str]) -> Draft:
    return Draft({name: form.get(name, "")[:LONGEST].strip() for name in TEXTS})


def of_enrolment(entered: Enrolment) -> Draft:
    """A holder who is there, as the form shows it."""
    number = nir.Nir(entered.nir)
    return Draft(
        {
            "birth_name": entered.birth_name,
            "used_name": entered.used_name or "",
            "first_names": ", ".join(entered.first_names),
            "birth_date": french(entered.birth_date),
            "sex": entered.sex,
            "birth_place": entered.birth_place,
            "birth_place_name": entered.birth_place_name,
            "nir": f"{number.body} {number.key}",
            "address": "\n".join(entered.address),
            "organisation": entered.organisation,
            "mail": entered.mail or "",
            "mobile": phone.display(entered.mobile) if entered.mobile else "",
        }
    )


def french(registered: str) -> str:
    """`1977-01-31` as `31/01/1977`; anything else as it is."""
    match = ISO_DATE.fullmatch(registered)
    return "/".join(reversed(match.groups())) if match else registered


def by_field(found: Iterable[Problem]) -> dict[str, list[str]]:
    """Sentences in the page's language."""
    problems: dict[str, list[str]] = {}
    for each in found:
        sentence = words.problem(each)
        if sentence not in problems.setdefault(each.field, []):
            problems[each.field].append(sentence)
    return problems
