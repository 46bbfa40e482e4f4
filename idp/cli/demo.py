"""`idp demo`: the whole journey on one machine, by one command."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from idp import config
from idp.cli import demo_settings
from idp.cli.demo_settings import Ports
from idp.cli.supervisor import ChildFailed, Program, Supervisor
from idp.identity import ins_c, login_identifier

if TYPE_CHECKING:
    from idp.cli.demonstration import Person
    from idp.models import Role

    Staff = list[tuple[Role, str]]

UNUSABLE = 2
MADE = ("letters", "log", "clients", "inbox")
ROLES = {
    "owner": "propriétaire",
    "client_administrator": "administrateur des applications",
    "enrolment_agent": "agent d’enrôlement",
    "help_desk": "assistance",
    "auditor": "auditeur",
}
CHANNELS = {"mail": "courriel", "sms": "SMS"}
PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--port", type=PORT, default=8000, show_default=True, help="The provider.")
@click.option("--portal-port", type=PORT, default=8100, show_default=True)
@click.option("--appointments-port", type=PORT, default=8101, show_default=True)
@click.option("--api-port", type=PORT, default=8102, show_default=True, help="The record API.")
@click.option("--professional-port", type=PORT, default=8103, show_default=True)
@click.option("--inbox-port", type=PORT, default=8200, show_default=True, help="Page and SMS.")
@click.option("--smtp-port", type=PORT, default=8225, show_default=True, help="The inbox’s mail.")
@click.option(
    "--var",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Where everything is kept.",
)
@click.option("--fresh", is_flag=True, help="Forget the demonstration that was there.")
def demo(var: Path, fresh: bool, **numbers: int) -> None:
    """Start provider, applications, inbox and worker; Ctrl-C ends all of them."""
    ports = Ports(**numbers)
    _refuse_taken(ports)
    var = var.absolute()
    with _alone(var):
        if fresh:
            _forget(var)
        _refuse_foreign(var)
        _run(var, ports)


def _run(var: Path, ports: Ports) -> None:
    file = demo_settings.write(var, ports)
    demo_settings.adopt(file)
    supervisor = Supervisor()
    with supervisor.running():
        try:
            people, staff = _start(supervisor, var, ports, file)
            if supervisor.wait_until_ready():
                _tell(ports, people, staff, var)
                supervisor.wait_until_asked_to_end(_tell_restart)
        except ChildFailed as failure:
            _fail(failure)
    click.echo("\nTout est arrêté.")


def _start(
    supervisor: Supervisor, var: Path, ports: Ports, file: Path
) -> "tuple[list[Person], Staff]":
    """Whatever can begin does so while the rest is prepared: a start shall be short."""
    kept = demo_settings.client_secrets(var)
    early = demo_settings.clients(var, ports, file, kept)
    for program in early:
        supervisor.start(program)

    # Imported while the first children start, for they are slow to import.
    from idp.cli import demonstration, migrate
    from idp.db import Database

    settings = config.load()
    migrate.to_newest()
    database = Database(settings.effective_database_url, settings.keyring)
    try:
        secrets = demonstration.seed(database, ports, kept)
        demo_settings.keep_client_secrets(var, secrets)
        late = demo_settings.clients(var, ports, file, secrets)[len(early) :]
        for program in [*demo_settings.provider(var, ports), *late]:
            supervisor.start(program)
        people = demonstration.people(database, settings)
        return people, demonstration.staff(database, settings)
    finally:
        database.dispose()


def _refuse_taken(ports: Ports) -> None:
    taken = demo_settings.taken(ports)
    if taken:
        named = ", ".join(f"{port} ({option})" for option, port in taken)
        _refuse(f"Port déjà pris : {named}. Indiquez-en un autre par l’option.")


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """One demonstration at a time in a folder; the lock goes with the process."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _refuse(f"Une démonstration tourne déjà dans {var} (--var en choisit un autre).")
        yield


def _refuse_foreign(var: Path) -> None:
    if (var / "idp.db").exists() and not (var / demo_settings.SETTINGS_FILE).exists():
        _refuse(f"{var} tient une base qui n’est pas celle d’une démonstration (--var).")


def _forget(var: Path) -> None:
    """Only what a demonstration has made, and only where there was one."""
    if not (var / demo_settings.SETTINGS_FILE).exists():
        return
    for name in MADE:
        shutil.rmtree(var / name, ignore_errors=True)
    for pattern in ("*.db", "*.db-*", demo_settings.CLIENTS_FILE):
        for file in var.glob(pattern):
            file.unlink()
    (var / demo_settings.SETTINGS_FILE).unlink()


def _tell(ports: Ports, people: "list[Person]", staff: "Staff", var: Path) -> None:
    host = f"http://{demo_settings.HOST}"
    lines = [
        "",
        "La démonstration est prête. Ctrl-C arrête tout.",
        "",
        f"  Portail patient         {host}:{ports.portal_port}",
        f"  Rendez-vous             {host}:{ports.appointments_port}",
        f"  Logiciel du cabinet     {host}:{ports.professional_port}",
        f"  Courriels, SMS, lettres {host}:{ports.inbox_port}",
        f"  Fournisseur d’identité  {ports.issuer}  (mon compte : {ports.issuer}/account)",
        f"  API du dossier          {host}:{ports.api_port}",
        "",
    ]
    for person in people:
        lines += _introduced(person)
    lines += _staff(ports, staff)
    lines += [
        f"  Journaux  {_near(var / 'log')}",
        f"  Réglages  {_near(var / demo_settings.SETTINGS_FILE)}",
        "",
        "  Pour administrer, dans un autre terminal :",
        f"    IDP_SETTINGS_FILE={_near(var / demo_settings.SETTINGS_FILE)} .venv/bin/idp --help",
        "",
    ]
    click.echo("\n".join(lines))
    sys.stdout.flush()


def _introduced(person: "Person") -> list[str]:
    channels = " et ".join(CHANNELS[channel] for channel in person.channels)
    lines = [
        f"  {person.name} – codes par {channels}",
        f"    identifiant   {login_identifier.display(person.login_identifier)}",
    ]
    if person.letter:
        lines.append(f"    à activer     avec la lettre {_near(person.letter)}")
    elif person.password:
        lines.append(f"    mot de passe  {person.password}")
    else:
        lines.append("    mot de passe  celui que vous avez choisi")
    if person.ins_c:
        born = "/".join(reversed(person.birth_date.split("-")))
        lines.append(f"    INS-C         {ins_c.parse(person.ins_c).grouped} (naissance {born})")
    return [*lines, ""]


def _staff(ports: Ports, staff: "Staff") -> list[str]:
    from idp.cli.demonstration import OPERATORS_PASSWORD

    return [
        f"  Opérateurs – {ports.issuer}/admin, mot de passe {OPERATORS_PASSWORD}",
        *(
            f"    {ROLES[role]:<34} {login_identifier.display(identifier)}"
            for role, identifier in staff
        ),
        "",
    ]


def _near(path: Path) -> str:
    """As short as it can be typed from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _tell_restart(program: Program, code: int) -> None:
    click.echo(f"{program.name} s’est arrêté (code {code}) : relancé.", err=True)


def _fail(failure: ChildFailed) -> NoReturn:
    late = failure.code is None
    what = "ne répond pas" if late else f"s’est arrêté (code {failure.code})"
    click.echo(f"La démonstration s’arrête : {failure.program.name} {what}.", err=True)
    for line in failure.last_lines:
        click.echo(f"    {line}", err=True)
    click.echo(f"  (la suite dans {_near(failure.program.log)})", err=True)
    sys.exit(1)


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(UNUSABLE)
