"""What the demonstration is seeded with: an organisation, keys, applications, three people and an
operator of each role.

Seeding again changes nothing but what a moved port asks for.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.cli import letter_file
from idp.cli.demo_settings import HOST, Ports
from idp.cli.repository import ROOT
from idp.config import Settings
from idp.db import Database
from idp.directory import clients, holders, keys, operators, organisations, resources
from idp.directory.enrolment import Enrolment
from idp.directory.operators import Entered
from idp.factors.hashing import Hasher
from idp.identity import nir
from idp.identity.traits import Traits
from idp.models import Account, AccountState, Resource, Role

Answer = TypeVar("Answer")

ORGANISATION = "Cnam du Cher"
ORGANISATION_ADDRESS = ("Service des droits", "5 rue des Écoles", "18000 BOURGES")
APPLICATIONS = ("portal", "appointments", "professional")
OPERATORS_PASSWORD = "tilleul-fanal-sentier-clair"  # noqa: S105 - printed for whoever starts it
OPERATORS = {
    Role.OWNER: "Nadia Fontaine",
    Role.CLIENT_ADMINISTRATOR: "Hugo Marchand",
    Role.ENROLMENT_AGENT: "Inès Caron",
    Role.HELP_DESK: "Paul Lemaire",
    Role.AUDITOR: "Odile Ferrand",
}


@dataclass(frozen=True)
class Part:
    """A person of the demonstration; `password` is None for who has still to activate."""

    enrolment: Enrolment
    password: str | None = field(repr=False)


@dataclass(frozen=True)
class Person:
    """What the command tells about one: `letter` lies there until the account is active. INS-C and
    birth date open the record in the professional's software."""

    name: str
    login_identifier: str
    channels: tuple[str, ...]
    password: str | None = field(repr=False)
    letter: Path | None
    ins_c: str | None = field(repr=False)
    birth_date: str = field(repr=False)


# NIR, first names and birth dates are rows of the public reference sample of the INS-C; the
# telephone numbers belong to the range that is kept for fiction.
PARTS = (
    Part(
        Enrolment(
            birth_name="Martin",
            first_names=("Marie Christine",),
            birth_date="1977-01-31",
            sex="F",
            birth_place="18033",
            birth_place_name="Bourges",
            nir="2 77 01 66 828 426",
            address=("12 rue des Tilleuls", "18000 BOURGES"),
            organisation=ORGANISATION,
            mail="mc.martin@exemple.fr",
            mobile="+33 6 39 98 12 42",
        ),
        password=None,
    ),
    Part(
        Enrolment(
            birth_name="Bernard",
            first_names=("Philippe", "André"),
            birth_date="1961-02-17",
            sex="M",
            birth_place="75115",
            birth_place_name="Paris 15e Arrondissement",
            nir="1 61 02 75 754 289",
            address=("Résidence du Canal", "8 quai des Mariniers", "18000 BOURGES"),
            organisation=ORGANISATION,
            mail="philippe.bernard@exemple.fr",
            mobile="+33 6 39 98 45 17",
        ),
        password="horloge-verger-matin-bleu",  # noqa: S106 - printed for whoever starts it
    ),
    Part(
        Enrolment(
            birth_name="Leroy",
            used_name="Roux",
            first_names=("Anne-Marie",),
            birth_date="1946-09-07",
            sex="F",
            birth_place="67482",
            birth_place_name="Strasbourg",
            nir="2 46 09 67 332 090",
            address=("3 place Gordaine", "18000 BOURGES"),
            organisation=ORGANISATION,
            mobile="+33 6 39 98 70 08",
        ),
        password="panier-rivage-lune-douce",  # noqa: S106 - printed for whoever starts it
    ),
)


def seed(database: Database, ports: Ports, kept: Mapping[str, str]) -> dict[str, str]:
    """Organisation, keys, resource and applications. `kept` has the secrets of earlier starts, by
    client_id; returns them with the new ones."""
    with database.writing() as session:
        _organisation(session)
        keys.ensure_signing_keys(session, actor="system")
        _resource(session, ports)
        return dict(_application(session, name, ports, kept) for name in APPLICATIONS)


def people(database: Database, settings: Settings) -> list[Person]:
    """The demonstration's people, enrolled where they are not yet; who still has to activate has
    a letter that is good."""
    return [_person(database, settings, part) for part in PARTS]


def staff(database: Database, settings: Settings) -> list[tuple[Role, str]]:
    """An operator of each role, with the login identifier; made where there is none yet."""
    with database.reading() as session:
        known = {one.name: one.account.login_identifier for one in operators.list_all(session)}
    return [
        (role, known.get(name) or _operator(database, settings, role, name))
        for role, name in OPERATORS.items()
    ]


def _operator(database: Database, settings: Settings, role: Role, name: str) -> str:
    entered = Entered(
        name=name, roles=[role], organisation=ORGANISATION, mail=f"{role}@cnam-du-cher.example"
    )
    made = operators.create(database, settings, entered, actor="system")
    hashed = Hasher(settings).hash(OPERATORS_PASSWORD)
    with database.writing() as session:
        _activate(session, session.get_one(Account, made.account_id), hashed)
    return made.login_identifier


def _organisation(session: Session) -> None:
    try:
        organisations.find(session, ORGANISATION)
    except organisations.UnknownOrganisation:
        organisations.create(
            session,
            name=ORGANISATION,
            city="Bourges",
            address=ORGANISATION_ADDRESS,
            actor="system",
        )


def _resource(session: Session, ports: Ports) -> None:
    document = _document("record_api/resource.json", ports)
    sector = document["sector_identifier"]
    known = session.scalar(select(Resource).where(Resource.sector_identifier == sector))
    if known is not None and known.identifier != document["identifier"]:
        resources.move(session, known.identifier, document["identifier"], actor="system")
    resources.register(session, document, actor="system", update=True)


def _application(
    session: Session, name: str, ports: Ports, kept: Mapping[str, str]
) -> tuple[str, str]:
    document = _document(f"{name}/client.json", ports)
    registered = clients.register(
        session,
        document,
        actor="system",
        update=True,
        organisation_id=organisations.find(session, ORGANISATION).id,
    )
    client_id = registered.client.client_id
    secret = registered.client_secret or kept.get(client_id)
    # A file that was lost is no reason to start afresh.
    return client_id, secret or clients.rotate_secret(session, client_id, actor="system")


def _document(path: str, ports: Ports) -> Any:
    """A registration file, its addresses moved to the ports in use."""
    text = (ROOT / "clients" / path).read_text("utf-8")
    moved = {
        8100: ports.portal_port,
        8101: ports.appointments_port,
        8102: ports.api_port,
        8103: ports.professional_port,
    }
    for default, port in moved.items():
        # The mark keeps a port just written from being taken for another one's default.
        text = text.replace(f"http://{HOST}:{default}", f"http://{HOST}:\0{port}")
    return json.loads(text.replace("\0", ""))


def _person(database: Database, settings: Settings, part: Part) -> Person:
    body = nir.parse(part.enrolment.nir).body
    identifier = _on_account(database, body, lambda account: account.login_identifier)
    if identifier is None:
        _enrol(database, settings, part)
    elif _on_account(database, body, lambda account: _needs_letter(settings, account)):
        made = holders.reletter(database, settings, identifier, actor="system")
        letter_file.write(made.letter, None, settings.var / "letters", identifier)
    person = _on_account(database, body, lambda account: _told(settings, account, part))
    if person is None:
        raise RuntimeError("who was just enrolled is not there")
    return person


def _on_account(
    database: Database, nir_body: str, ask: Callable[[Account], Answer]
) -> Answer | None:
    with database.reading() as session:
        account = holders.find_by_nir(session, database.keyring, nir_body)
        return ask(account) if account else None


def _enrol(database: Database, settings: Settings, part: Part) -> None:
    enrolled = holders.enrol(database, settings, part.enrolment, actor="system")
    if part.password is None:
        folder = settings.var / "letters"
        folder.mkdir(parents=True, exist_ok=True)
        letter_file.write(enrolled.letter, None, folder, enrolled.login_identifier)
        return
    hashed = Hasher(settings).hash(part.password)
    with database.writing() as session:
        _activate(session, session.get_one(Account, enrolled.account_id), hashed)


def _activate(session: Session, account: Account, password_hash: str) -> None:
    """As if its holder had come with the letter and typed the code of every channel."""
    now = clock.now()
    account.state = AccountState.ACTIVE
    account.activated_at = account.password_changed_at = now
    account.password_hash = password_hash
    account.initial_password_hash = account.initial_password_expires_at = None
    for channel in account.channels:
        channel.verified_at = now
    audit.record(session, "account.activated", actor="system", account_id=account.id)


def _needs_letter(settings: Settings, account: Account) -> bool:
    """Whether a letter is awaited but was lost or has expired."""
    if account.state != AccountState.AWAITING_ACTIVATION:
        return False
    lies_there = _letter(settings, account.login_identifier).exists()
    return not lies_there or (account.initial_password_expires_at or 0) <= clock.now()


def _told(settings: Settings, account: Account, part: Part) -> Person:
    traits = Traits.from_json(account.holder.traits) if account.holder else None
    waits = account.state == AccountState.AWAITING_ACTIVATION
    return Person(
        name=f"{traits.civility} {traits.display_name}" if traits else "",
        login_identifier=account.login_identifier,
        channels=tuple(channel.kind for channel in account.channels),
        password=None if waits else part.password,
        letter=_letter(settings, account.login_identifier) if waits else None,
        ins_c=account.holder.ins_c if account.holder else None,
        birth_date=traits.birth_date if traits else "",
    )


def _letter(settings: Settings, login_identifier: str) -> Path:
    return letter_file.default(settings.var / "letters", login_identifier)
