"""Parameters of addresses, as the API reads and describes them."""

from dataclasses import dataclass
from typing import Any

from idp.directory import french_day

LONGEST = 255
MOST = 200
USUAL = 50


@dataclass(frozen=True)
class Parameter:
    name: str
    meaning: str

    def accepts(self, text: str) -> bool:
        return len(text) <= LONGEST and text.isprintable()

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": LONGEST}


class Number(Parameter):
    """Between 1 and the most that a page has."""

    def accepts(self, text: str) -> bool:
        return text.isascii() and text.isdecimal() and len(text) < 5 and 0 < int(text) <= MOST

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}


@dataclass(frozen=True)
class Choice(Parameter):
    """One of these."""

    values: tuple[str, ...]

    def accepts(self, text: str) -> bool:
        return text in self.values

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.values)}


class Day(Parameter):
    """In the calendar, as `2026-11-22`."""

    def accepts(self, text: str) -> bool:
        return french_day.typed(text) is not None

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class Cursor(Parameter):
    """The number of an entry."""

    def accepts(self, text: str) -> bool:
        return text.isascii() and text.isdecimal() and len(text) < 19

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{1,18}$"}


LIMIT = Number("limit", "How many at the most.")
