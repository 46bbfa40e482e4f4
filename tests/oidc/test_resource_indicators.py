"""Resource indicators (RFC 8707): a token is for one API, and for the one that is meant."""

import pytest

from tests.browser_client import ISSUER, token_request
from tests.factories import API, App
from tests.oidc.walk import Walk

STOCK = "https://stock.example"
SCOPE = "openid offline_access documents stock"


@pytest.fixture
def client(walk: Walk) -> App:
    """Of two APIs, to both of which somebody agreed."""
    walk.factory.resource()
    walk.factory.resource(STOCK, "stock", sector_identifier="stock.example")
    return walk.ready(scope=SCOPE)


def audience(walk: Walk, token: str) -> list[str]:
    return list(walk.decoded(token).claims["aud"])


def both(walk: Walk, client: App) -> str:
    """A code for both APIs."""
    page = walk.authorize(client, scope=SCOPE, resource=f"{API} {STOCK}")
    assert "code" in page.parameters, page.address
    return page.parameters["code"]


def test_each_api_gets_a_token_of_its_own_from_one_grant(walk: Walk, client: App) -> None:
    first = walk.redeem(client, both(walk, client), resource=API).json or {}
    assert audience(walk, first["access_token"]) == [API, ISSUER]
    assert first["scope"] == "openid offline_access documents"
    second = walk.refresh(client, first["refresh_token"], resource=STOCK).json or {}
    assert audience(walk, second["access_token"]) == [STOCK, ISSUER]
    assert second["scope"] == "openid offline_access stock"


def test_the_two_apis_know_the_person_by_two_names(walk: Walk, client: App) -> None:
    first = walk.redeem(client, both(walk, client), resource=API).json or {}
    second = walk.refresh(client, first["refresh_token"], resource=STOCK).json or {}
    subs = {walk.decoded(each["access_token"]).claims["sub"] for each in (first, second)}
    assert len(subs) == 2


def test_resource_can_be_there_several_times(walk: Walk, client: App) -> None:
    page = walk.browser.get(
        f"/authorize?response_type=code&client_id={client.client_id}&scope=openid+documents+stock"
        f"&redirect_uri={client.redirect_uri}&resource={API}&resource={STOCK}"
        f"&code_challenge={'A' * 43}&code_challenge_method=S256"
    )
    assert "code" in page.parameters, page.address


def test_with_several_granted_and_none_named_the_token_is_for_userinfo(
    walk: Walk, client: App
) -> None:
    tokens = walk.redeem(client, both(walk, client)).json or {}
    assert tokens["scope"] == "openid offline_access"
    assert walk.userinfo(tokens["access_token"]).status_code == 200
    assert walk.tells(client, tokens["access_token"])["aud"] == [ISSUER]


def test_the_scopes_of_one_api_name_it(walk: Walk, client: App) -> None:
    tokens = walk.tokens(client, scope="openid documents")
    assert audience(walk, tokens["access_token"]) == [API, ISSUER]


@pytest.mark.parametrize(
    ("scope", "resource", "error"),
    [
        ("openid documents stock", None, "invalid_scope"),
        ("openid documents stock", API, "invalid_target"),
        ("openid documents", STOCK, "invalid_target"),
        ("openid", API, "invalid_target"),
        ("openid documents", "https://unknown.example", "invalid_target"),
        ("openid documents", f"{API}/", "invalid_target"),
        ("openid documents", f"{API}#fragment", "invalid_target"),
        ("openid documents", "javascript:x", "invalid_target"),
    ],
)
def test_an_authorization_request_names_what_it_means(
    walk: Walk, client: App, scope: str, resource: str | None, error: str
) -> None:
    page = walk.authorize(client, scope=scope, resource=resource)
    assert page.parameters["error"] == error


@pytest.mark.parametrize("resource", [STOCK, "https://unknown.example", f"{API} {STOCK}"])
def test_a_token_request_widens_nothing(walk: Walk, client: App, resource: str) -> None:
    code = walk.code(client, scope="openid offline_access documents")
    answer = walk.redeem(client, code, resource=resource)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_target")


def test_a_refused_resource_costs_nobody_their_refresh_token(walk: Walk, client: App) -> None:
    tokens = walk.tokens(client, scope="openid offline_access documents")
    refused = walk.refresh(client, tokens["refresh_token"], resource=STOCK)
    assert (refused.json or {})["error"] == "invalid_target"
    assert walk.refresh(client, tokens["refresh_token"], resource=API).status_code == 200


def test_two_resources_in_one_token_request_are_refused(walk: Walk, client: App) -> None:
    code = both(walk, client)
    data = {"grant_type": "authorization_code", "code": code, "resource": [API, STOCK]}
    answer = token_request(
        walk.app,
        client,
        data | {"redirect_uri": client.redirect_uri, "code_verifier": "v" * 43},
    )
    assert (answer.json or {})["error"] == "invalid_target"
