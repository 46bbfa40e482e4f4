"""Every setting of the demonstration's applications: environment name, default, why.

The defaults are the demonstration's own; the supervising command and the tests move ports and
directories by setting these variables.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"


class SettingsError(Exception):
    """A setting is missing or makes no sense; the message names it."""


class Variable(NamedTuple):
    name: str
    default: str
    why: str


VARIABLES = (
    Variable("CLIENTS_ISSUER", "http://localhost:8000", "the provider's issuer identifier"),
    Variable("CLIENTS_VAR_DIR", "var/clients", "where portal and appointments keep sessions"),
    Variable("PORTAL_PORT", "8100", "port of the patient portal"),
    Variable("PORTAL_CLIENT_ID", "portail-patient", "as printed by `idp clients register`"),
    Variable("PORTAL_CLIENT_SECRET", "", "as printed by `idp clients register`; required"),
    Variable("APPOINTMENTS_PORT", "8101", "port of the appointments application"),
    Variable("APPOINTMENTS_CLIENT_ID", "rendez-vous", "as printed by `idp clients register`"),
    Variable("APPOINTMENTS_CLIENT_SECRET", "", "as printed by `idp clients register`; required"),
    Variable("RECORD_API_PORT", "8102", "port of the record API; part of its identifier (`aud`)"),
    Variable("PROFESSIONAL_PORT", "8103", "port of the professional's software"),
    Variable("PROFESSIONAL_CLIENT_ID", "logiciel-cabinet", "as printed by `idp clients register`"),
    Variable("PROFESSIONAL_CLIENT_SECRET", "", "as printed by `idp clients register`; required"),
    Variable("INBOX_PORT", "8200", "port of the inbox's page and of its SMS endpoint"),
    Variable("INBOX_SMTP_PORT", "8225", "port of the inbox's mail server"),
    Variable("INBOX_SMTP_USER", "idp", "account that the mail server asks for"),
    Variable("INBOX_SMTP_PASSWORD", "boite-de-demonstration", "password of that account"),
    Variable("INBOX_DIR", "var/inbox", "messages, certificate and inbox-ca.pem"),
    Variable("INBOX_LETTERS_DIR", "var/letters", "the PDF letters that the page lists"),
    Variable("INBOX_SLOW_SECONDS", "5", "how long a slow mail server makes one wait"),
)


@dataclass(frozen=True)
class RelyingPartySettings:
    """How an application reaches its provider, its API and its own sessions."""

    issuer: str
    port: int
    client_id: str
    client_secret: str
    database: Path
    record_api: str

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"


@dataclass(frozen=True)
class RecordApiSettings:
    issuer: str
    port: int

    @property
    def origin(self) -> str:
        """Also the resource identifier that access tokens carry in `aud`."""
        return f"http://{HOST}:{self.port}"


@dataclass(frozen=True)
class ProfessionalSettings:
    """How a professional's software, which nobody connects to through the provider, reaches it and
    the record API."""

    issuer: str
    port: int
    client_id: str
    client_secret: str
    record_api: str

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"


@dataclass(frozen=True)
class InboxSettings:
    port: int
    smtp_port: int
    smtp_user: str
    smtp_password: str
    directory: Path
    letters: Path
    slow_seconds: float

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"


def portal(environ: Mapping[str, str] = os.environ) -> RelyingPartySettings:
    return _relying_party("PORTAL", "portal.sqlite3", environ)


def appointments(environ: Mapping[str, str] = os.environ) -> RelyingPartySettings:
    return _relying_party("APPOINTMENTS", "appointments.sqlite3", environ)


def professional(environ: Mapping[str, str] = os.environ) -> ProfessionalSettings:
    values = _values(environ)
    return ProfessionalSettings(
        issuer=values["CLIENTS_ISSUER"],
        port=_port(values, "PROFESSIONAL_PORT"),
        client_id=values["PROFESSIONAL_CLIENT_ID"],
        client_secret=_secret(values, "PROFESSIONAL"),
        record_api=f"http://{HOST}:{_port(values, 'RECORD_API_PORT')}",
    )


def record_api(environ: Mapping[str, str] = os.environ) -> RecordApiSettings:
    values = _values(environ)
    return RecordApiSettings(values["CLIENTS_ISSUER"], _port(values, "RECORD_API_PORT"))


def inbox(environ: Mapping[str, str] = os.environ) -> InboxSettings:
    values = _values(environ)
    return InboxSettings(
        port=_port(values, "INBOX_PORT"),
        smtp_port=_port(values, "INBOX_SMTP_PORT"),
        smtp_user=values["INBOX_SMTP_USER"],
        smtp_password=values["INBOX_SMTP_PASSWORD"],
        directory=Path(values["INBOX_DIR"]),
        letters=Path(values["INBOX_LETTERS_DIR"]),
        slow_seconds=_number(values, "INBOX_SLOW_SECONDS"),
    )


def _relying_party(prefix: str, file: str, environ: Mapping[str, str]) -> RelyingPartySettings:
    values = _values(environ)
    return RelyingPartySettings(
        issuer=values["CLIENTS_ISSUER"],
        port=_port(values, f"{prefix}_PORT"),
        client_id=values[f"{prefix}_CLIENT_ID"],
        client_secret=_secret(values, prefix),
        database=Path(values["CLIENTS_VAR_DIR"]) / file,
        record_api=f"http://{HOST}:{_port(values, 'RECORD_API_PORT')}",
    )


def _secret(values: Mapping[str, str], prefix: str) -> str:
    name = f"{prefix}_CLIENT_SECRET"
    if not values[name]:
        raise SettingsError(
            f"{name} manque : enregistrez l’application "
            "(idp clients register) et donnez le secret qu’elle reçoit."
        )
    return values[name]


def _values(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ.get(name) or default for name, default, _ in VARIABLES}


def _port(values: Mapping[str, str], name: str) -> int:
    port = _number(values, name)
    if not port.is_integer() or not 0 < port < 65536:
        raise SettingsError(f"{name} doit être un port entre 1 et 65535, pas « {values[name]} ».")
    return int(port)


def _number(values: Mapping[str, str], name: str) -> float:
    try:
        number = float(values[name])
    except ValueError as error:
        raise SettingsError(f"{name} doit être un nombre, pas « {values[name]} ».") from error
    if not 0 <= number < 1e6:
        raise SettingsError(f"{name} est hors limites : « {values[name]} ».")
    return number
