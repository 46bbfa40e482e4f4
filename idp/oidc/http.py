"""Requests and responses without a framework: what the protocol's endpoints speak."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

FORM = "application/x-www-form-urlencoded"
NO_STORE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]


@dataclass(slots=True)
class Request:
    """`headers` has lower-case names; `query` and `body` are raw; `address` is the caller's,
    after the trusted proxies."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    address: str | None = None

    @property
    def content_type(self) -> str:
        """Without its parameters, in small letters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def cookies(self) -> dict[str, str]:
        """Every cookie, the first of a name. One that somebody else on this host has spoilt
        hides none of ours (RFC 6265, section 5.4)."""
        jar: dict[str, str] = {}
        for pair in self.headers.get("cookie", "").split(";"):
            name, _, value = pair.partition("=")
            jar.setdefault(name.strip(), value.strip())
        return jar


@dataclass(slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


def json_response(
    status: int, document: Any, headers: list[tuple[str, str]] | None = None
) -> Response:
    """JSON that no cache keeps (RFC 6749, section 5.1)."""
    return Response(
        status,
        orjson.dumps(document),
        [("Content-Type", "application/json"), *NO_STORE, *(headers or [])],
    )


def redirect(location: str, headers: list[tuple[str, str]] | None = None) -> Response:
    """303, so that a form's POST is followed by a GET (RFC 9700, section 4.12)."""
    return Response(303, b"", [("Location", location), *NO_STORE, *(headers or [])])
