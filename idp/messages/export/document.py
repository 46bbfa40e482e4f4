"""The PDF's sections, made of the very document that the JSON file is: nothing is in one of them
that is not in the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from idp.messages import local_time
from idp.messages.export.words import ACTS, FIELDS, HEADINGS, VALUES
from idp.messages.letter.printable import printable

MOST_ROWS = 1000
LISTS = {
    "channels": ("kind", "value", "since", "awaited_from"),
    "sessions": ("browser", "network_address", "since", "last_seen_at"),
    "applications": ("name", "granted", "declined", "since"),
    "messages": ("kind", "channel", "sent_at"),
    "accesses": ("at", "act", "outcome", "by", "application"),
}


def sections(data: Mapping[str, Any], locale: str) -> list[dict[str, Any]]:
    """Each a `title` with `rows` of term and value, or with `head` and `rows` of a table."""
    said = Words(locale)
    made = [
        {"title": said(HEADINGS, name), "rows": said.pairs(data[name])}
        for name in ("account", "identity", "ways")
    ]
    made += [said.table(name, columns, data[name]) for name, columns in LISTS.items()]
    return made


class Words:
    """In one of the two languages, and printable whatever somebody typed."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self._column = 1 if locale == "en" else 0

    def __call__(self, table: Mapping[Any, tuple[str, str]], name: Any) -> str:
        return table[name][self._column] if name in table else str(name)

    def pairs(self, values: Mapping[str, Any]) -> list[list[str]]:
        """What is not there is not said."""
        return [
            [self(FIELDS, name), self.value(name, value)]
            for name, value in values.items()
            if value not in (None, [], "")
        ]

    def table(
        self, name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        return {
            "title": self(HEADINGS, name),
            "head": [self(FIELDS, column) for column in columns],
            "rows": [
                [self.value(column, row.get(column)) for column in columns]
                for row in rows[:MOST_ROWS]
            ],
            "more": self(HEADINGS, "more") if len(rows) > MOST_ROWS else None,
        }

    def value(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, int) and (name == "at" or name.endswith(("_at", "since", "_from"))):
            moment = local_time.day(value, self.locale), local_time.hour(value, self.locale)
            return ", ".join(moment)
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, Mapping):
            return ", ".join(f"{term}\u00a0: {each}" for term, each in self.pairs(value))
        if isinstance(value, list | tuple):
            return "\u202f; ".join(self.value(name, each) for each in value)
        if name == "act":
            return self(ACTS, value)
        return printable(self(VALUES, value))
