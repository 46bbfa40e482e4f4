"""Every cell of the table role × verb × own or foreign object, against the console itself."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.directory import authority
from idp.directory.authority import TABLE, Reach, Verb
from idp.models import Account, AuditEvent, HolderImport, Role, SigningKey
from idp.web.admin.visit import FINDS, VERB
from tests.browser_client import Browser
from tests.console.conftest import SignIn
from tests.factories import Factory

PAGE = Path(__file__).parents[2] / "docs" / "operators.md"
ELSEWHERE = "Cpam de la Nièvre"


@dataclass
class Objects:
    """What is there of an organisation, to be acted on."""

    client_id: str
    operator: str
    holder: str
    organisation: str
    holder_import: int


@dataclass
class World:
    """`kid` is a key's that nothing needs."""

    own: Objects
    foreign: Objects
    kid: str


Deed = Callable[[Objects, World], tuple[str, str, dict[str, str]]]
NEW_OPERATOR = {"name": "Sacha Petit", "roles": "auditor", "mail": "sacha@cpam.example"}
NEW_CLIENT = {
    "kind": "site",
    "client_name": "Imagerie Sud",
    "redirect_uris": "https://imagerie-sud.example/retour",
    "minimum_acr": "urn:dmp:acr:mfa",
    "id_token_signed_response_alg": "ES256",
    "scope-openid": "asked",
}

NEW_HOLDER = {
    "birth_name": "Bernard",
    "first_names": "Philippe",
    "birth_date": "17/02/1961",
    "sex": "M",
    "birth_place": "18033",
    "birth_place_name": "Bourges",
    "address": "12 rue des Tilleuls\n18000 BOURGES",
    "mail": "philippe@exemple.fr",
}
CHANNEL = {
    "kind": "mail", "value": "neuf@exemple.fr", "proof": "identity-document", "motive": "lost",
}  # fmt: skip
WHY = {"motive": "holder-request"}

# What is sent to the console for each verb; the objects of a whole service are nobody's own.
DEEDS: dict[Verb, Deed] = {
    Verb.HOLDER_READ: lambda it, _: ("GET", f"/holders/{it.holder}", {}),
    Verb.HOLDER_READ_IDENTIFIERS: lambda it, _: ("GET", f"/holders/{it.holder}/identifiers", {}),
    Verb.HOLDER_ENROL: lambda it, _: (
        "POST", "/holders/new",
        NEW_HOLDER | {"organisation": it.organisation, "nir": f"16102757542{len(it.organisation)}"},
    ),
    Verb.HOLDER_IMPORT: lambda it, _: ("GET", f"/imports/{it.holder_import}", {}),
    Verb.HOLDER_CORRECT: lambda it, _: ("GET", f"/holders/{it.holder}/correct", {}),
    Verb.HOLDER_RELETTER: lambda it, _: ("POST", f"/holders/{it.holder}/letter", WHY),
    Verb.HOLDER_CHANGE_CHANNEL: lambda it, _: ("POST", f"/holders/{it.holder}/channel", CHANNEL),
    Verb.HOLDER_BLOCK: lambda it, _: ("POST", f"/holders/{it.holder}/block", WHY),
    Verb.HOLDER_UNBLOCK: lambda it, _: (
        "POST", f"/holders/{it.holder}/unblock", {"motive": "blocked-in-error"},
    ),
    Verb.HOLDER_CLOSE: lambda it, _: ("POST", f"/holders/{it.holder}/close", WHY),
    Verb.HOLDER_KEEP: lambda it, _: ("POST", f"/holders/{it.holder}/keep", WHY),
    Verb.CLIENT_READ: lambda it, _: ("GET", f"/applications/{it.client_id}", {}),
    Verb.CLIENT_REGISTER: lambda _, __: ("POST", "/new-application", NEW_CLIENT),
    Verb.CLIENT_UPDATE: lambda it, _: ("POST", f"/applications/{it.client_id}/edit", NEW_CLIENT),
    Verb.CLIENT_TRY: lambda it, _: ("GET", f"/applications/{it.client_id}/try", {}),
    Verb.CLIENT_ROTATE_SECRET: lambda it, _: ("POST", f"/applications/{it.client_id}/secret", {}),
    Verb.CLIENT_DISABLE: lambda it, _: ("POST", f"/applications/{it.client_id}/disable", {}),
    Verb.CLIENT_ENABLE: lambda it, _: ("POST", f"/applications/{it.client_id}/enable", {}),
    Verb.KEY_READ: lambda _, __: ("GET", "/keys", {}),
    Verb.KEY_ROTATE: lambda _, __: ("POST", "/keys/rotate/ES256", {}),
    Verb.KEY_RETIRE: lambda _, world: ("POST", f"/keys/{world.kid}/retire", {}),
    Verb.OPERATOR_READ: lambda it, _: ("GET", f"/operators/{it.operator}", {}),
    Verb.OPERATOR_CREATE: lambda it, _: (
        "POST", "/operators/new", NEW_OPERATOR | {"organisation": it.organisation},
    ),
    Verb.OPERATOR_GRANT: lambda it, _: (
        "POST", f"/operators/{it.operator}/grant", {"role": "owner"},
    ),
    Verb.OPERATOR_REVOKE: lambda it, _: (
        "POST", f"/operators/{it.operator}/revoke", {"role": "auditor"},
    ),
    Verb.OPERATOR_BLOCK: lambda it, _: (
        "POST", f"/operators/{it.operator}/block", {"motive": "left-service"},
    ),
    Verb.OPERATOR_RENEW: lambda it, _: ("POST", f"/operators/{it.operator}/renew", {}),
    Verb.DASHBOARD_READ: lambda it, _: ("GET", f"/dashboard?application={it.client_id}", {}),
    Verb.TRAIL_READ: lambda _, __: ("GET", "/trail", {}),
    Verb.TRAIL_EXPORT: lambda _, __: ("GET", "/trail/export?format=csv", {}),
    Verb.TRAIL_VERIFY: lambda _, __: ("POST", "/trail/verification", {}),
}  # fmt: skip
# What one does is always for the own organisation, or on what is the whole service's.
WITHOUT_FOREIGN = {
    Verb.CLIENT_REGISTER, Verb.KEY_READ, Verb.KEY_ROTATE, Verb.KEY_RETIRE, Verb.TRAIL_READ,
    Verb.TRAIL_EXPORT, Verb.TRAIL_VERIFY,
}  # fmt: skip


@pytest.fixture
def world(factory: Factory, database: Database) -> World:
    with database.writing() as session:
        ids = [factory.organisation(session), factory.organisation(session, ELSEWHERE)]
        kid = session.scalars(select(SigningKey.kid).where(SigningKey.alg == "PS256")).one()
    names = ["Cpam du Cher", ELSEWHERE]
    own, foreign = (
        Objects(
            factory.client(organisation_id=pk, id_token_signed_response_alg="ES256").client_id,
            factory.operator("auditor", organisation=name).identifier,
            factory.person(organisation=name).identifier,
            name,
            imported(database, pk),
        )
        for pk, name in zip(ids, names, strict=True)
    )
    return World(own, foreign, kid)


def imported(database: Database, organisation_id: int) -> int:
    """A file that somebody has sent."""
    with database.writing() as session:
        found = HolderImport(
            organisation_id=organisation_id, digest=b"", state="checked", created_at=1, expires_at=1
        )
        session.add(found)
        session.flush()
        return found.id


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says_and_nothing_else(
    console: SignIn, world: World, database: Database, role: Role
) -> None:
    browser = console(role)
    for verb, deed in DEEDS.items():
        reach = TABLE[verb].get(role, Reach.NOTHING)
        refused = ask(browser, deed(world.own, world))
        assert refused == (reach == Reach.NOTHING), f"{role} {verb} own"
        if refused:
            assert last_refusal(database) == (verb, "role")
        if verb in WITHOUT_FOREIGN:
            continue
        refused = ask(browser, deed(world.foreign, world))
        assert refused == (reach != Reach.ANY), f"{role} {verb} foreign"
        if refused:
            reason = "role" if reach == Reach.NOTHING else "organisation"
            assert last_refusal(database) == (verb, reason)


@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("grant", {"role": "auditor"}),
        ("revoke", {"role": "owner"}),
        ("block", {"motive": "left-service"}),
        ("renew", {}),
    ],
)
def test_nobody_changes_oneself(
    console: SignIn, database: Database, act: str, values: dict[str, str]
) -> None:
    browser = console("owner")
    with database.reading() as session:
        mine = session.scalars(
            select(AuditEvent.account_id).where(AuditEvent.act == "session.raised")
        ).one()
        identifier = identifier_of(database, mine)
    assert ask(browser, ("POST", f"/operators/{identifier}/{act}", values))
    assert last_refusal(database) == (f"operator.{act}", "oneself")


def test_every_page_of_the_console_says_which_verb_it_is(app: Flask) -> None:
    """And each that names an object in its address has it looked for, and asked about."""
    verbs = set()
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/admin") or rule.endpoint in {
            "dispatcher.sign_in_to_console", "admin.reload", "admin.signed_out",
        }:  # fmt: skip
            continue
        view = app.view_functions[rule.endpoint]
        assert hasattr(view, VERB), rule.rule
        verbs.add(getattr(view, VERB))
        if rule.arguments and rule.endpoint != "admin_operators.reload":
            assert getattr(view, FINDS) is not None, rule.rule
    assert verbs == {None, *Verb}
    assert set(DEEDS) == set(Verb) == set(TABLE)


def test_the_table_is_printed_as_it_is() -> None:
    assert printed() in PAGE.read_text("utf-8")


def printed() -> str:
    """The table, in Markdown."""
    words = {Reach.NOTHING: "–", Reach.OWN: "own", Reach.ANY: "any"}
    names = " | ".join(role.replace("_", " ") for role in Role)
    lines = [f"| verb | {names} |", "|---" * (len(Role) + 1) + "|"]
    for verb, reaches in TABLE.items():
        cells = " | ".join(words[reaches.get(role, Reach.NOTHING)] for role in Role)
        lines.append(f"| `{verb}` | {cells} |")
    return "\n".join(lines)


def ask(browser: Browser, deed: tuple[str, str, dict[str, str]]) -> bool:
    """Whether the console refused it."""
    method, path, values = deed
    if method == "GET":
        page = browser.get(f"/admin{path}")
    else:
        browser.get("/admin")
        token = browser.forms()[0][1]["csrf_token"]
        page = browser.post(f"/admin{path}", data=values | {"csrf_token": token})
    assert page.status in {200, 303, 403}, f"{path}: {page.status}"
    return page.status == 403


def last_refusal(database: Database) -> tuple[str, str]:
    """What was refused last, and why; the trail says who was."""
    with database.reading() as session:
        event = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.act == "authority.refused")
            .order_by(AuditEvent.id.desc())
        ).first()
        assert event is not None
        assert event.actor_id is not None
        return event.detail["verb"], event.outcome


def identifier_of(database: Database, account_id: int | None) -> str:
    with database.reading() as session:
        return session.get_one(Account, account_id).login_identifier


def test_several_roles_reach_as_far_as_the_farthest() -> None:
    roles = {Role.CLIENT_ADMINISTRATOR, Role.AUDITOR}
    assert authority.reach_of(roles, Verb.CLIENT_UPDATE) == Reach.OWN
    assert authority.reach_of(roles, Verb.CLIENT_READ) == Reach.ANY
    assert authority.reach_of([], Verb.CLIENT_READ) == Reach.NOTHING
