"""Asks the record API for documents and understands each of its refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound

TIMEOUT = 5  # seconds


class RecordUnreachable(Exception):
    """No answer, or none that can be understood."""


class DocumentMissing(NotFound):
    """There is no such document, so there is no such page."""


@dataclass(frozen=True)
class Challenge:
    """Why a token does not do (RFC 6750, section 3), and what would (RFC 9470, section 3)."""

    error: str
    acr_values: str | None = None
    max_age: int | None = None


class Challenged(Exception):
    """The API asks for another token."""

    def __init__(self, challenge: Challenge) -> None:
        super().__init__(challenge.error)
        self.challenge = challenge


def fetch(api: str, path: str, access_token: str) -> dict[str, Any]:
    """The JSON object at `path`, or one of the exceptions above."""
    try:
        with requests.Session() as http:
            http.trust_env = False
            answer = http.get(
                api + path,
                headers={"Authorization": f"Bearer {access_token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        if answer.status_code == 404:
            raise DocumentMissing
        if answer.status_code in (401, 403):
            raise Challenged(challenge(answer.headers.get("WWW-Authenticate")))
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, ValueError, TypeError) as error:
        raise RecordUnreachable(str(error)) from error


def challenge(header: str | None) -> Challenge:
    """The Bearer challenge of a WWW-Authenticate header; an unreadable one means a bad token."""
    parsed = WWWAuthenticate.from_header(header)
    if parsed is None or parsed.type != "bearer":
        return Challenge("invalid_token")
    age = parsed.get("max_age") or ""
    return Challenge(
        error=parsed.get("error") or "invalid_token",
        acr_values=parsed.get("acr_values"),
        max_age=int(age) if age.isascii() and age.isdigit() else None,
    )
