"""Pairwise `sub` (OpenID Connect Core 1.0, section 8.1): what each sector calls a person."""

from tests.factories import App
from tests.oidc.walk import Walk


def subjects(walk: Walk, *clients: App, scope: str = "openid") -> list[str]:
    """What each client is told of one person."""
    person = walk.factory.person()
    walk.sign_in(person)
    told = []
    for client in clients:
        walk.agree(person, client)
        told.append(walk.id_claims(walk.tokens(client, scope=scope))["sub"])
    return told


def test_two_sectors_know_one_person_by_two_names(walk: Walk) -> None:
    one, other = subjects(walk, walk.factory.client(), walk.factory.client())
    assert one != other


def test_two_clients_of_a_sector_know_one_person_by_one_name(walk: Walk) -> None:
    sector = {"sector_identifier": "app.example"}
    one, other = subjects(walk, walk.factory.client(**sector), walk.factory.client(**sector))
    assert one == other


def test_two_persons_have_two_names(walk: Walk) -> None:
    client = walk.factory.client()
    assert subjects(walk, client) != subjects(walk, client)


def test_a_name_stays_the_same(walk: Walk) -> None:
    client = walk.ready()
    first = walk.id_claims(walk.tokens(client))["sub"]
    assert walk.id_claims(walk.tokens(client))["sub"] == first


def test_a_name_says_nothing_of_the_account(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client)
    sub = walk.id_claims(walk.tokens(client))["sub"]
    assert person.identifier not in sub
    assert str(person.account_id) not in sub


def test_userinfo_and_id_token_say_the_same_name(walk: Walk) -> None:
    tokens = walk.tokens(walk.ready())
    told = walk.userinfo(tokens["access_token"]).json
    assert told == {"sub": walk.id_claims(tokens)["sub"]}


def test_one_api_knows_a_person_by_one_name_through_two_clients(walk: Walk) -> None:
    walk.factory.resource()
    person = walk.factory.person()
    walk.sign_in(person)
    names = set()
    for client in (walk.factory.client(scope="openid documents") for _ in range(2)):
        walk.agree(person, client)
        token = walk.tokens(client, scope="openid documents")["access_token"]
        names.add(walk.decoded(token).claims["sub"])
    assert len(names) == 1
