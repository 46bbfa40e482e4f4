"""The identity traits of a person, as registered at enrolment and as applications are told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

from idp.identity import birth_date

FRANCE = "99100"  # France in INSEE's code of countries
FOREIGN = "99"
SEX = {"F": "female", "M": "male"}
CIVILITY = {"F": "Madame", "M": "Monsieur"}
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """`birth_date` is `YYYY-MM-DD` as registered, `00` kept; `sex` "F" or "M"; `birth_place` the
    INSEE code of a commune, or of a country (`99…`). All but `sex` stay out of `repr`."""

    birth_name: str = field(repr=False)
    used_name: str | None = field(repr=False)
    first_names: tuple[str, ...] = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str
    birth_place: str = field(repr=False)
    birth_place_name: str = field(repr=False)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; KeyError or TypeError on anything else."""
        return cls(**{**value, "first_names": tuple(value["first_names"])})

    def to_json(self) -> dict[str, Any]:
        """What `Holder.traits` keeps."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return values | {"first_names": list(self.first_names)}

    @property
    def civility(self) -> str:
        """`Madame` or `Monsieur`."""
        return CIVILITY[self.sex]

    @property
    def display_name(self) -> str:
        """As on an envelope: `Marie Christine MARTIN`, the name in use before the birth name."""
        name = self.used_name or self.birth_name
        return f"{_capitalised(self.first_names[0])} {name.upper()}"

    @property
    def identite_pivot(self) -> dict[str, str]:
        """The claims of the scope `identite_pivot`: names in capitals, as the registry has them.

        `birthplace` is the commune's INSEE code, empty for a birth abroad; `birthcountry` the
        country's. `birthdate` is of OpenID Connect Core 1.0, section 5.1.
        """
        abroad = self.birth_place.startswith(FOREIGN)
        return {
            "given_name": " ".join(self.first_names).upper(),
            "family_name": self.birth_name.upper(),
            "birthdate": _birthdate(self.birth_date),
            "gender": SEX[self.sex],
            "birthplace": "" if abroad else self.birth_place,
            "birthcountry": self.birth_place if abroad else FRANCE,
        }

    @property
    def dictionary(self) -> tuple[str, ...]:
        """The words and numbers that a password of this person's had better not be made of."""
        names = (self.birth_name, self.used_name or "", *self.first_names, self.birth_place_name)
        year, month, day = self.birth_date.split("-")
        dates = (year, f"{day}{month}", f"{day}{month}{year}", f"{day}{month}{year[2:]}")
        return tuple(WORD.findall(" ".join(names).lower())) + dates


@lru_cache(maxsize=4096)
def _birthdate(registered: str) -> str:
    """Cached: many are born on one day."""
    return birth_date.parse(registered).oidc


def _capitalised(name: str) -> str:
    """`MARIE CHRISTINE` → `Marie Christine`; a name that has small letters stays as typed."""
    if not name.isupper():
        return name
    return WORD.sub(lambda word: word[0].capitalize(), name)
