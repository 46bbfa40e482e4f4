"""Parameters as OAuth reads them: form-encoded UTF-8, each at most once, an empty one absent.

`resource` alone may be there several times (RFC 8707, section 2): its values are kept in one,
separated by spaces, which no URI has.
"""

import re
from urllib.parse import unquote_to_bytes

LONGEST_ENCODED = 32_768
LONGEST_VALUE = 8_192
MOST_PARAMETERS = 100
REPEATABLE = "resource"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Malformed(ValueError):
    """What cannot be read; the message is ASCII and fit for `error_description`."""


def parse(encoded: str | bytes) -> dict[str, str]:
    """Name → value. Raises Malformed.

    "Parameters sent without a value MUST be treated as if they were omitted from the request"
    and "MUST NOT be included more than once" (RFC 6749, sections 3.1 and 3.2).
    """
    if not encoded:
        return {}
    if len(encoded) > LONGEST_ENCODED:
        raise Malformed("the request is too long")
    try:
        text = encoded.decode("ascii") if isinstance(encoded, bytes) else encoded
        text.encode("ascii")
        if text.count("&") >= MOST_PARAMETERS:
            raise Malformed("the request has too many parameters")
        pairs = [_pair(part) for part in text.split("&") if part]
    except UnicodeError as error:
        raise Malformed("the request is not form-encoded UTF-8") from error
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in parameters and name != REPEATABLE:
            raise Malformed(f"{_ascii(name)} is there more than once")
        check_value(name, value)
        parameters[name] = f"{parameters[name]} {value}" if name in parameters else value
    return {name: value for name, value in parameters.items() if value}


def check_value(name: str, value: str) -> None:
    """What no parameter may be, wherever it comes from. Raises Malformed."""
    if len(value) > LONGEST_VALUE:
        raise Malformed(f"{_ascii(name)} is too long")
    if not value.isprintable() and _CONTROL.search(value):
        raise Malformed(f"{_ascii(name)} has a control character")


def _pair(part: str) -> tuple[str, str]:
    if "%" not in part and "+" not in part:
        name, _, value = part.partition("=")
        return name, value
    name, _, value = part.replace("+", " ").partition("=")
    return unquote_to_bytes(name).decode("utf-8"), unquote_to_bytes(value).decode("utf-8")


def _ascii(name: str) -> str:
    return re.sub(r"[^\w.-]", "?", name[:40], flags=re.ASCII)
