"""Reading a registration document: strict types, unknown members refused by name, and every
problem at once."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from idp.directory.addresses import BadAddress
from idp.directory.refusal import Refusal
from idp.identity import email_address
from idp.identity.errors import InvalidValue

Value = TypeVar("Value")

MAX_TEXT = 200
MAX_ITEMS = 50
SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+", re.ASCII)  # RFC 6749, section 3.3


class InvalidMetadata(Refusal):
    """Every problem of a registration document, each naming its member."""


class Document:
    """A JSON object that is read member by member; what is wrong gathers in `problems`."""

    def __init__(self, value: Any, known: Collection[str]) -> None:
        if not isinstance(value, Mapping):
            raise InvalidMetadata("The registration is not a JSON object.")
        self._value = value
        self.problems = [f"{name}: there is no such member" for name in value if name not in known]

    def has(self, name: str) -> bool:
        return name in self._value

    def complain(self, name: str, problem: str) -> None:
        self.problems.append(f"{name}: {problem}")

    def text(self, name: str, default: str | None = None, *, required: bool = False) -> str | None:
        """A line of text; without it `default`, or a problem if it is required."""
        if not self.has(name):
            if required:
                self.complain(name, "is missing")
            return default
        value = self._value[name]
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            self.complain(name, "is not a line of text")
        elif len(value) > MAX_TEXT:
            self.complain(name, f"is longer than {MAX_TEXT} characters")
        else:
            return value.strip()
        return default

    def texts(self, name: str, default: list[str]) -> list[str]:
        """A list of texts, none twice."""
        if not self.has(name):
            return default
        value = self._value[name]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.complain(name, "is not a list of texts")
            return default
        if len(value) > MAX_ITEMS or len(set(value)) != len(value):
            self.complain(name, f"has a value twice or more than {MAX_ITEMS} of them")
        return value

    def choice(self, name: str, default: str, allowed: Collection[str]) -> str:
        """One of `allowed`."""
        value = self.text(name, default)
        if value not in allowed:
            self.complain(name, f"is not one of {', '.join(allowed)}")
            return default
        return str(value)

    def choices(self, name: str, default: list[str], allowed: Collection[str]) -> list[str]:
        """Some of `allowed`; at least one where the default has one."""
        values = self.texts(name, default)
        strangers = [value for value in values if value not in allowed]
        if strangers or (default and not values):
            self.complain(name, f"has to be made of {', '.join(allowed)}")
        return values

    def scopes(self, name: str, default: str, allowed: Collection[str]) -> str:
        """Scopes separated by single spaces, none twice (RFC 6749, section 3.3)."""
        value = self._value.get(name, default)
        if not isinstance(value, str) or len(value) > MAX_TEXT * 5:
            self.complain(name, "is not a text of scopes separated by spaces")
            return default
        tokens = value.split(" ") if value else []
        if len(set(tokens)) != len(tokens) or not all(map(SCOPE_TOKEN.fullmatch, tokens)):
            self.complain(name, "is not a list of scopes separated by single spaces, each once")
            return default
        for token in tokens:
            if token not in allowed:
                self.complain(name, f"there is no scope “{token}” here")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self._value.get(name, default)
        if not isinstance(value, bool):
            self.complain(name, "is not true or false")
            return default
        return value

    def seconds(self, name: str) -> int | None:
        """A number of seconds, or None."""
        value = self._value.get(name)
        if self.has(name) and (type(value) is not int or not 0 <= value < 1 << 31):
            self.complain(name, "is not a number of seconds")
            return None
        return value

    def address(self, name: str, read: Callable[[str], object]) -> str | None:
        """A web address that `read` accepts, or None."""
        value = self.text_of_any_length(name)
        return value if value is not None and self._accepted(name, value, read) else None

    def addresses(self, name: str, read: Callable[[str], object]) -> list[str]:
        """Web addresses that `read` accepts."""
        return [
            value
            for value in self.texts(name, [])
            if self._accepted(f"{name} {value!r}", value, read)
        ]

    def text_of_any_length(self, name: str) -> str | None:
        value = self._value.get(name)
        if self.has(name) and not isinstance(value, str):
            self.complain(name, "is not a text")
            return None
        return value

    def mails(self, name: str) -> list[str]:
        values = self.texts(name, [])
        for value in values:
            try:
                email_address.parse(value)
            except InvalidValue:
                self.complain(name, f"{value!r} is not an e-mail address")
        return values

    def value(self, name: str) -> Any:
        """As it is, for who looks at it himself; None where there is none."""
        return self._value.get(name)

    def mapping(self, name: str) -> Mapping[str, str]:
        """A JSON object of texts, not empty."""
        value = self._value.get(name)
        if (
            not isinstance(value, Mapping)
            or not value
            or not all(isinstance(text, str) and text.strip() for text in value.values())
        ):
            self.complain(name, "is not an object of texts, or is empty")
            return {}
        return value

    def _accepted(self, label: str, value: str, read: Callable[[str], object]) -> bool:
        try:
            read(value)
        except BadAddress as refusal:
            self.complain(label, str(refusal))
            return False
        return True

    def finish(self) -> None:
        """Raises InvalidMetadata with all that was wrong."""
        if self.problems:
            raise InvalidMetadata(*self.problems)
