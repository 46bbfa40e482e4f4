"""The demonstration's ports, its settings file, and the environment of its programs."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from idp.cli import ports as ports_of
from idp.cli import secrets
from idp.cli.repository import ROOT
from idp.cli.supervisor import Program
from idp.crypto import new_secret

HOST = "127.0.0.1"
SETTINGS_FILE = "demo.env"
CLIENTS_FILE = "demo-clients.json"
SMTP_USER = "idp"
OWNER_READS_AND_WRITES = 0o600
# Nothing of the demonstration is behind a proxy, whatever the person's shell says.
ENVIRONMENT = {
    "NO_PROXY": f"localhost,{HOST}",
    "no_proxy": f"localhost,{HOST}",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class Ports:
    port: int
    portal_port: int
    appointments_port: int
    api_port: int
    professional_port: int
    inbox_port: int
    smtp_port: int

    def by_option(self) -> list[tuple[str, int]]:
        """`("--portal-port", 8100)`, for each."""
        return [
            (f"--{field.name.replace('_', '-')}", getattr(self, field.name))
            for field in fields(self)
        ]

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"


def taken(ports: Ports) -> list[tuple[str, int]]:
    """The options whose port nobody can listen on, or that is asked for twice."""
    seen: set[int] = set()
    found = []
    for option, port in ports.by_option():
        if port in seen or ports_of.why_not(HOST, port):
            found.append((option, port))
        seen.add(port)
    return found


def write(var: Path, ports: Ports) -> Path:
    """The settings file, its secrets kept from the last start; read by the owner alone."""
    file = var / SETTINGS_FILE
    values = _secrets(file) | {
        "IDP_ENVIRONMENT": "demonstration",
        "IDP_ISSUER": ports.issuer,
        "IDP_VAR": str(var),
        "IDP_DATABASE_URL": f"sqlite:///{var / 'idp.db'}",
        "IDP_LISTEN_HOST": HOST,
        "IDP_LISTEN_PORT": str(ports.port),
        "IDP_SMTP_HOST": "localhost",
        "IDP_SMTP_PORT": str(ports.smtp_port),
        "IDP_SMTP_SECURITY": "starttls",
        "IDP_SMTP_CA_FILE": str(var / "inbox" / "inbox-ca.pem"),
        # The applications are on this machine, their logos and logout addresses too.
        "IDP_FETCH_PRIVATE": HOST,
        "IDP_SMS_URL": f"json://{HOST}:{ports.inbox_port}/sms?:to={{to}}",
    }
    draft = file.with_suffix(".new")
    draft.touch(mode=OWNER_READS_AND_WRITES)
    draft.write_text("".join(f"{name}={value}\n" for name, value in values.items()), "utf-8")
    draft.replace(file)
    return file


def _secrets(file: Path) -> dict[str, str]:
    """What is random in the settings: made once, or the data could not be read any more."""
    made = dict(line.split("=", 1) for line in secrets.lines())
    made |= {"IDP_SMTP_USERNAME": SMTP_USER, "IDP_SMTP_PASSWORD": new_secret()}
    if not file.exists():
        return made
    kept = dict(line.split("=", 1) for line in file.read_text("utf-8").splitlines() if "=" in line)
    return {name: kept.get(name, value) for name, value in made.items()}


def values(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text("utf-8").splitlines())


def adopt(file: Path) -> None:
    """This process and its children have the file's settings. What the person's own environment
    adds (a brand, a hotline) stays; what it would contradict goes."""
    for name in values(file):
        os.environ.pop(name, None)
    os.environ["IDP_SETTINGS_FILE"] = str(file)


def client_secrets(var: Path) -> dict[str, str]:
    """By client_id, from earlier starts; none when the database they fit is not there."""
    file = var / CLIENTS_FILE
    if not file.exists() or not (var / "idp.db").exists():
        return {}
    kept: dict[str, str] = json.loads(file.read_text("utf-8"))
    return kept


def keep_client_secrets(var: Path, secrets: Mapping[str, str]) -> None:
    file = var / CLIENTS_FILE
    file.touch(mode=OWNER_READS_AND_WRITES)
    file.write_text(json.dumps(secrets, indent=2), "utf-8")


def provider(var: Path, ports: Ports) -> list[Program]:
    """The provider's two processes, with the settings that this one has adopted."""
    environment = os.environ | ENVIRONMENT
    return [
        _program(var, "provider", "idp serve", environment, f"{ports.issuer}/healthz"),
        _program(var, "worker", "idp worker", environment, None),
    ]


def clients(var: Path, ports: Ports, file: Path, secrets: Mapping[str, str]) -> list[Program]:
    """Inbox, record API, and the applications whose secret is known."""
    environment = _client_environment(var, ports, values(file)["IDP_SMTP_PASSWORD"])
    found = [
        _program(var, "inbox", "clients.inbox", environment, _healthz(ports.inbox_port)),
        _program(var, "record-api", "clients.record_api", environment, _healthz(ports.api_port)),
    ]
    for name, client_id, port in (
        ("portal", "portail-patient", ports.portal_port),
        ("appointments", "rendez-vous", ports.appointments_port),
        ("professional", "logiciel-cabinet", ports.professional_port),
    ):
        if client_id in secrets:
            own = {
                f"{name.upper()}_CLIENT_ID": client_id,
                f"{name.upper()}_CLIENT_SECRET": secrets[client_id],
            }
            url = _healthz(port)
            found.append(_program(var, name, f"clients.{name}", environment | own, url))
    return found


def _program(
    var: Path, name: str, module: str, environment: Mapping[str, str], ready_at: str | None
) -> Program:
    command = (sys.executable, "-m", *module.split())
    return Program(name, command, environment, ready_at, var / "log" / f"{name}.log", ROOT)


def _healthz(port: int) -> str:
    return f"http://{HOST}:{port}/healthz"


def _client_environment(var: Path, ports: Ports, smtp_password: str) -> dict[str, str]:
    """An application sees what a stranger's would: no setting of the provider's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    return inherited | ENVIRONMENT | {
        "CLIENTS_ISSUER": ports.issuer,
        "CLIENTS_VAR_DIR": str(var / "clients"),
        "PORTAL_PORT": str(ports.portal_port),
        "APPOINTMENTS_PORT": str(ports.appointments_port),
        "RECORD_API_PORT": str(ports.api_port),
        "PROFESSIONAL_PORT": str(ports.professional_port),
        "INBOX_PORT": str(ports.inbox_port),
        "INBOX_SMTP_PORT": str(ports.smtp_port),
        "INBOX_SMTP_USER": SMTP_USER,
        "INBOX_SMTP_PASSWORD": smtp_password,
        "INBOX_DIR": str(var / "inbox"),
        "INBOX_LETTERS_DIR": str(var / "letters"),
    }  # fmt: skip
