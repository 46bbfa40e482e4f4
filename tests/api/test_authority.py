"""Every operation asks the table of roles, with the object in hand."""

import pytest
from sqlalchemy import select

from idp.db import Database
from idp.directory.authority import TABLE, Reach, Verb
from idp.models import Account, AuditEvent, Role, SigningKey
from idp.web.api.operations import OPERATIONS, Operation
from tests.api.conftest import Program, Programs
from tests.api.test_holders import MARTIN
from tests.console.test_authority import imported
from tests.factories import Factory

ELSEWHERE = "Cpam de la Nièvre"
# What is the whole service's, or always for the own organisation, is nobody's foreign object.
OWNED = ("{client_id}", "{login_identifier}", "{import_id}")


def refused(program: Program, operation: Operation, names: dict[str, str]) -> bool:
    """Whether the roles do not allow it; what is sent is no document, so that nothing is done."""
    path = operation.path.format(**names)
    headers = dict.fromkeys(operation.said.required_headers, '"x"')
    body = {"colour": "blue"} if operation.said.body else None
    answer = program.call(operation.method, path, body, **headers)
    assert answer.status_code in {200, 403, 409, 412, 422}, f"{operation.name}: {answer.text}"
    return answer.status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_table_says_and_nothing_else(
    program: Programs, factory: Factory, database: Database, role: Role
) -> None:
    robot = program(role)
    with database.writing() as session:
        ids = [factory.organisation(session, name) for name in (None, ELSEWHERE)]
        kid = session.scalars(select(SigningKey.kid).where(SigningKey.alg == "PS256")).one()
    people = [factory.person(), factory.person()]
    with database.writing() as session:
        account = session.get_one(Account, people[1].account_id)
        assert account.holder is not None
        account.holder.organisation_id = ids[1]
    own, foreign = (
        {
            "client_id": factory.client(organisation_id=pk).client_id,
            "login_identifier": person.identifier,
            "import_id": str(imported(database, pk)),
            "kid": kid,
            "alg": "ES256",
        }
        for pk, person in zip(ids, people, strict=True)
    )
    for operation in OPERATIONS:
        verb = operation.said.verb
        reach = TABLE[verb].get(role, Reach.NOTHING)
        assert refused(robot, operation, own) == (reach == Reach.NOTHING), operation.name
        if any(name in operation.path for name in OWNED):
            assert refused(robot, operation, foreign) == (reach != Reach.ANY), operation.name
            if reach != Reach.ANY:
                assert last_refusal(database) == verb


def last_refusal(database: Database) -> Verb:
    with database.reading() as session:
        event = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.act == "authority.refused")
            .order_by(AuditEvent.id.desc())
        ).first()
        assert event is not None
        assert event.actor_id is not None
        return Verb(event.detail["verb"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_body_names_is_authorised_too_and_its_refusal_stands_in_the_trail(
    program: Programs, factory: Factory, database: Database
) -> None:
    """An organisation, or an act beside the operation's own."""
    with database.writing() as session:
        factory.organisation(session, ELSEWHERE)
    agent, person = program("enrolment_agent"), factory.person()
    answer = agent.post("/holders", MARTIN | {"organisation": ELSEWHERE}, 403)
    assert answer["reason"] == "organisation"
    assert last_refusal(database) == Verb.HOLDER_ENROL
    wanted = {"motive": "letter-lost", "unblock": True}
    assert agent.post(f"/holders/{person.identifier}/letter", wanted, 403)["reason"] == "role"
    assert last_refusal(database) == Verb.HOLDER_UNBLOCK
