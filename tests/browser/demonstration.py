"""The whole demonstration, as a stranger starts it: real processes, real ports."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from idp.audit import Origin
from idp.config import Settings
from idp.crypto import digest
from idp.db import Database
from idp.directory import sign_in
from idp.models import (
    Account,
    AuditEvent,
    BrowserSession,
    Grant,
    Interaction,
    OneTimeCode,
    SessionKind,
)
from idp.web import cookies
from tests.browser.inbox import Inbox
from tests.browser.letter import Letter, read
from tests.factories import Factory, Person

LAST_LINE = "  Réglages"  # of what the command prints once all is ready
TO_ACTIVATE = re.compile(r"à activer +avec la lettre (.+\.pdf)")
PROGRAMS = (
    "port", "portal-port", "appointments-port", "api-port", "professional-port", "inbox-port",
    "smtp-port",
)  # fmt: skip
SOMEWHERE = Origin("127.0.0.1", "Chromium")
TO_END = 30  # seconds

# What belongs to a person and says when it was proved, sent or given.
AGEING = {
    BrowserSession: (
        "created_at",
        "last_seen_at",
        "expires_at",
        "password_at",
        "code_at",
        "passkey_at",
    ),
    OneTimeCode: ("created_at", "expires_at"),
    Grant: ("auth_time",),
}


@dataclass
class Demonstration:
    """Addresses, the letter that lies there, and a way to have more people."""

    provider: str
    portal: str
    appointments: str
    professional: str
    inbox: Inbox
    first_letter: Letter
    var: Path
    settings: Settings
    database: Database
    factory: Factory
    api_port: int
    _numbers: Iterator[int]

    def person(self, *, mail: bool = True, mobile: bool = False) -> Person:
        """Somebody with an account, and addresses that nobody else has."""
        number = next(self._numbers)
        return self.factory.person(
            mail=f"titulaire{number}@exemple.fr" if mail else None,
            mobile=f"+336399800{number:02}" if mobile else None,
        )

    def session(self, person: Person) -> tuple[str, str]:
        """The cookie of a browser where the password and a code by mail were just proved."""
        settings = self.settings
        with self.database.writing() as session:
            account = person.account_id
            opened, _ = sign_in.open_session(session, settings, account, None, SOMEWHERE)
            token = sign_in.raise_level(session, opened, "mail", SOMEWHERE)
            operators = opened.kind == SessionKind.OPERATOR
        names = cookies.names(settings)
        return names.operator if operators else names.session, token

    def enrol(self, **channels: str) -> Letter:
        """Somebody with a letter, by the agent's command."""
        number = next(self._numbers)
        told = _idp(
            self.var,
            *("holders", "enrol", "--json", "--birth-name", "Moreau", "--first-name", "Jeanne"),
            *("--birth-date", "1952-03-14", "--sex", "F", "--birth-place", "18033"),
            *("--birth-place-name", "Bourges", "--nir", f"2520318033{number:03}"),
            *("--address", "4 rue du Pont", "--address", "18000 BOURGES"),
            *("--organisation", "Cnam du Cher"),
            *(word for name, value in channels.items() for word in (f"--{name}", value)),
        )
        return read(Path(told["letter"]))

    def first_owner(self, mail: str) -> dict[str, str]:
        """What the command that makes one tells."""
        told: dict[str, str] = _idp(
            self.var,
            *("operators", "create", "--json", "--name", "Camille Durand", "--role", "owner"),
            *("--organisation", "Cnam du Cher", "--mail", mail),
        )
        return told

    @contextmanager
    def application(self, port: int, client_id: str, secret: str) -> Iterator[str]:
        """The appointments' program once more, as an application with these credentials."""
        environment = {
            **os.environ,
            "CLIENTS_ISSUER": self.provider,
            "CLIENTS_VAR_DIR": str(self.var / f"clients-{port}"),
            "APPOINTMENTS_PORT": str(port),
            "APPOINTMENTS_CLIENT_ID": client_id,
            "APPOINTMENTS_CLIENT_SECRET": secret,
            "RECORD_API_PORT": str(self.api_port),
            "NO_PROXY": "localhost,127.0.0.1",
        }
        command = [sys.executable, "-m", "clients.appointments"]
        process = subprocess.Popen(command, env=environment)
        address = f"http://127.0.0.1:{port}"
        try:
            self.inbox.wait_for(f"{address}/healthz")
            yield address
        finally:
            process.terminate()
            process.wait(TO_END)

    def free_port(self) -> int:
        return _free_ports(1)[0]

    def let_time_pass(self, seconds: int, person: Person | Letter) -> None:
        """For this person only, and nobody has to wait: what was proved or sent is that old."""
        identifier = person.identifier.replace(" ", "")
        with self.database.writing() as session:
            account = select(Account.id).where(Account.login_identifier == identifier)
            account_id = session.scalars(account).one()
            for model, names in AGEING.items():
                older = {name: getattr(model, name) - seconds for name in names}
                session.execute(update(model).where(model.account_id == account_id).values(older))

    @contextmanager
    def tampered_trail(self) -> Iterator[int]:
        """A sealed event says another outcome for a while; the id of the seal over it."""
        with self.database.reading() as session:
            event = session.scalars(
                select(AuditEvent).where(AuditEvent.seal_id.is_not(None)).order_by(AuditEvent.id)
            ).first()
            assert event is not None
        one = update(AuditEvent).where(AuditEvent.id == event.id)
        with self.database.writing() as session:
            session.execute(one.values(outcome="tampered"))
        yield event.seal_id or 0
        with self.database.writing() as session:
            session.execute(one.values(outcome=event.outcome))

    def let_interaction_expire(self, address: str) -> None:
        """The one whose page has this address."""
        handle = address.partition("/interaction/")[2].partition("/")[0]
        with self.database.writing() as session:
            session.execute(
                update(Interaction)
                .where(Interaction.handle_hash == digest(handle))
                .values(expires_at=Interaction.created_at)
            )


@contextmanager
def running(var: Path) -> Iterator[Demonstration]:
    """Start it on free ports, end it as Ctrl-C would."""
    ports = dict(zip(PROGRAMS, _free_ports(len(PROGRAMS)), strict=True))
    options = [word for name, port in ports.items() for word in (f"--{name}", str(port))]
    process = subprocess.Popen(
        [sys.executable, "-m", "idp", "demo", "--var", str(var), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        yield _ready(var, ports, _told(process))
    finally:
        process.terminate()
        process.wait(TO_END)


def _free_ports(number: int) -> list[int]:
    """All held at once, so that no two are the same."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _told(process: "subprocess.Popen[str]") -> str:
    """What it prints until it is ready; it gives up by itself when something does not start."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith(LAST_LINE):
            return "".join(lines)
    raise AssertionError(f"the demonstration did not start:\n{''.join(lines)}")


def _ready(var: Path, ports: dict[str, int], told: str) -> Demonstration:
    settings = Settings(_env_file=str(var / "demo.env"))
    database = Database(settings.effective_database_url, settings.keyring)
    found = TO_ACTIVATE.search(told)
    assert found, told
    return Demonstration(
        provider=f"http://localhost:{ports['port']}",
        portal=f"http://127.0.0.1:{ports['portal-port']}",
        appointments=f"http://127.0.0.1:{ports['appointments-port']}",
        professional=f"http://127.0.0.1:{ports['professional-port']}",
        inbox=Inbox(f"http://127.0.0.1:{ports['inbox-port']}"),
        first_letter=read(Path(found[1])),
        var=var,
        settings=settings,
        database=database,
        factory=Factory(settings, database),
        api_port=ports["api-port"],
        _numbers=count(10),
    )


def _idp(var: Path, *words: str) -> Any:
    answer = subprocess.run(
        [sys.executable, "-m", "idp", *words],
        env={**os.environ, "IDP_SETTINGS_FILE": str(var / "demo.env")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)
