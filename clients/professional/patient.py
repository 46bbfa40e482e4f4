"""From an INS-C and a birth date to the patient's documents: the provider says by which name the
record API knows the patient, the API gives the documents of that name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from clients.relying_party.record import Challenged, RecordUnreachable, fetch
from clients.settings import ProfessionalSettings

TIMEOUT = 10  # seconds for one answer of the provider
RESOLVE, READ = "ins_c:resolve", "dmp:professional"


class NoPatient(Exception):
    """No account has this INS-C and this birth date; which of both is wrong is not told."""


class TooMany(Exception):
    """The application has to wait, so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Invalid(Exception):
    """What was typed is no INS-C or no date; `members` names which."""

    def __init__(self, members: set[str]) -> None:
        super().__init__(", ".join(sorted(members)))
        self.members = members


class Unreachable(Exception):
    """Provider or API do not answer, or not as they should."""


@dataclass(frozen=True)
class Search:
    """`birth_date` is `YYYY-MM-DD`; `purpose` one of the provider's list."""

    ins_c: str
    birth_date: str
    purpose: str


def documents(settings: ProfessionalSettings, search: Search) -> dict[str, Any]:
    """What the record API says of the patient, or one of the exceptions above."""
    try:
        sub = _resolved(settings, search)
        token = _token(settings, settings.record_api, READ)
        return fetch(settings.record_api, f"/holders/{quote(sub, safe='')}/documents", token)
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise Unreachable(type(error).__name__) from error
    except (Challenged, RecordUnreachable) as error:
        raise Unreachable("record API") from error


def _resolved(settings: ProfessionalSettings, search: Search) -> str:
    """In the body: an address would stand in logs."""
    answer = _post(
        f"{settings.issuer}/ins-c/resolve",
        headers={
            "Authorization": f"Bearer {_token(settings, f'{settings.issuer}/ins-c', RESOLVE)}"
        },
        json={
            "ins_c": search.ins_c,
            "birth_date": search.birth_date,
            "purpose": search.purpose,
            "resource": settings.record_api,
        },
    )
    if answer.status_code == 404:
        raise NoPatient
    if answer.status_code == 429:
        raise TooMany(int(answer.headers.get("Retry-After", "60")))
    if answer.status_code == 422:
        raise Invalid({problem["member"] for problem in answer.json()["problems"]})
    answer.raise_for_status()
    return str(answer.json()["sub"])


def _token(settings: ProfessionalSettings, resource: str, scope: str) -> str:
    """RFC 6749, section 4.4, for one API (RFC 8707)."""
    answer = _post(
        f"{settings.issuer}/token",
        auth=(settings.client_id, settings.client_secret),
        data={"grant_type": "client_credentials", "resource": resource, "scope": scope},
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def _post(address: str, **options: Any) -> requests.Response:
    with requests.Session() as http:
        http.trust_env = False
        return http.post(address, timeout=TIMEOUT, allow_redirects=False, **options)
