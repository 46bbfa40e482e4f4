from typing import Any

import pytest

from idp.db import Database
from idp.directory import resources
from idp.directory.addresses import BadAddress
from idp.directory.documents import InvalidMetadata
from idp.directory.resources import DuplicateResource, UnknownResource
from idp.models import Resource


def document(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "identifier": "https://api.example",
        "name": "Dossier Médical Partagé",
        "scopes": {"dmp:documents": "Lire les documents de votre dossier"},
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def register(database: Database, *, update: bool = False, **changes: Any) -> Resource:
    with database.writing() as session:
        return resources.register(session, document(**changes), actor="operator", update=update)


def test_a_resource_has_its_host_for_sector_unless_it_says_otherwise(database: Database) -> None:
    made = register(database)
    assert (made.sector_identifier, made.access_token_signed_alg) == ("api.example", "ES256")


def test_a_resource_is_registered_once(database: Database) -> None:
    register(database)
    with pytest.raises(DuplicateResource, match="--update"):
        register(database)
    assert register(database, update=True, name="Autre").name == "Autre"


def test_a_scope_belongs_to_one_resource(database: Database) -> None:
    register(database)
    with pytest.raises(InvalidMetadata, match=r"belongs to the resource https://api\.example"):
        register(database, identifier="https://other.example")


def test_a_resource_moves_with_its_scopes(database: Database) -> None:
    register(database)
    with database.writing() as session:
        resources.move(session, "https://api.example", "https://new.example", actor="operator")
    moved = register(
        database, update=True, identifier="https://new.example", sector_identifier="api.example"
    )
    assert moved.sector_identifier == "api.example"


def test_nothing_moves_from_nowhere_or_to_no_address(database: Database) -> None:
    register(database)
    with database.writing() as session:
        with pytest.raises(UnknownResource):
            resources.move(session, "https://a.example", "https://b.example", actor="operator")
        with pytest.raises(BadAddress):
            resources.move(session, "https://api.example", "nowhere", actor="operator")


def test_the_sector_people_are_known_by_stays(database: Database) -> None:
    register(database)
    with pytest.raises(InvalidMetadata, match="for ever"):
        register(database, update=True, sector_identifier="other.example")


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"identifier": None}, "identifier"),
        ({"identifier": "api"}, "identifier"),
        ({"identifier": "https://api.example?x"}, "identifier"),
        ({"name": None}, "name"),
        ({"scopes": None}, "scopes"),
        ({"scopes": {}}, "scopes"),
        ({"scopes": {"a b": "x"}}, "scopes"),
        ({"scopes": {"read": ""}}, "scopes"),
        ({"scopes": {"read": 1}}, "scopes"),
        ({"scopes": ["read"]}, "scopes"),
        ({"scopes": {"openid": "x"}}, "scopes"),
        ({"access_token_signed_alg": "none"}, "access_token_signed_alg"),
        ({"sector_identifier": "a/b"}, "sector_identifier"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_what_cannot_be_registered_is_refused_by_name(
    database: Database, changes: dict[str, Any], member: str
) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        register(database, **changes)
    assert any(problem.startswith(member) for problem in refusal.value.problems)
