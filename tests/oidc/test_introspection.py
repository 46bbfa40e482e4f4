"""Token introspection (RFC 7662): what a token is worth now, told to whom it concerns."""

from typing import Any

import pytest

from idp.models import AccountState
from tests.browser_client import ISSUER, token_request
from tests.factories import API, App
from tests.held_clock import START, HeldClock
from tests.oidc.walk import MFA, OFFLINE, Walk

JWT = "application/token-introspection+jwt"
SCOPE = "openid offline_access documents"
INACTIVE = {"active": False}


@pytest.fixture(params=["jwt", "opaque"])
def client(request: pytest.FixtureRequest, walk: Walk) -> App:
    """An application with an API whose tokens are of either format, somebody having agreed."""
    walk.factory.resource(access_token_format=request.param)
    return walk.ready(scope=SCOPE)


def access_token(walk: Walk, client: App, scope: str = SCOPE) -> str:
    return str(walk.tokens(client, scope=scope)["access_token"])


def test_the_api_learns_whose_token_it_is_and_what_for(walk: Walk, client: App) -> None:
    told = walk.tells(walk.factory.api(), access_token(walk, client))
    assert told.pop("jti")
    sub = told.pop("sub")
    now = told.pop("iat")
    assert told == {
        "active": True,
        "scope": "openid offline_access documents",
        "client_id": client.client_id,
        "token_type": "Bearer",
        "exp": now + 300,
        "iss": ISSUER,
        "aud": [API, ISSUER],
        "acr": MFA,
        "amr": ["pwd", "otp", "mfa"],
        "auth_time": now,
    }
    assert sub not in {"", None}


def test_both_formats_tell_the_api_the_same_sub(walk: Walk) -> None:
    walk.factory.resource()
    client = walk.ready(scope=SCOPE)
    token = access_token(walk, client)
    assert walk.tells(walk.factory.api(), token)["sub"] == walk.decoded(token).claims["sub"]


def test_the_client_learns_of_its_own_tokens(walk: Walk) -> None:
    client = walk.ready(scope=OFFLINE)
    tokens = walk.tokens(client, scope=OFFLINE)
    told = walk.tells(client, tokens["access_token"])
    assert (told["active"], told["aud"]) == (True, [ISSUER])
    assert told["sub"] == walk.id_claims(tokens)["sub"]
    of_refresh = walk.tells(client, tokens["refresh_token"])
    assert (of_refresh["active"], of_refresh["token_type"]) == (True, "refresh_token")
    assert of_refresh["sub"] == told["sub"]


def test_a_stranger_learns_nothing(walk: Walk, client: App) -> None:
    tokens = walk.tokens(client, scope=SCOPE)
    walk.factory.resource("https://other.example", "stock", sector_identifier="stock.example")
    for stranger in (walk.factory.client(), walk.factory.api("https://other.example")):
        assert walk.tells(stranger, tokens["access_token"]) == INACTIVE
        assert walk.tells(stranger, tokens["refresh_token"]) == INACTIVE


def test_an_api_learns_nothing_of_a_refresh_token(walk: Walk, client: App) -> None:
    tokens = walk.tokens(client, scope=SCOPE)
    assert walk.tells(walk.factory.api(), tokens["refresh_token"]) == INACTIVE


def test_an_expired_token_is_not_active(walk: Walk, client: App, clock: HeldClock) -> None:
    token = access_token(walk, client)
    clock.advance(300)
    assert walk.tells(client, token) == INACTIVE


def test_a_rotated_refresh_token_is_not_active(walk: Walk) -> None:
    client = walk.ready(scope=OFFLINE)
    old = walk.tokens(client, scope=OFFLINE)["refresh_token"]
    new = (walk.refresh(client, old).json or {})["refresh_token"]
    assert walk.tells(client, old) == INACTIVE
    assert walk.tells(client, new)["active"]


@pytest.mark.parametrize("text", ["x", "a.b.c", "a.b", "é", "0" * 8000, "k1.AAAA"])
def test_what_is_no_token_is_not_active(walk: Walk, text: str) -> None:
    assert walk.tells(walk.factory.client(), text) == INACTIVE


def test_an_id_token_is_no_access_token(walk: Walk) -> None:
    client = walk.ready()
    assert walk.tells(client, walk.tokens(client)["id_token"]) == INACTIVE


@pytest.mark.parametrize("state", [AccountState.BLOCKED, AccountState.CLOSED])
def test_tokens_die_at_once_with_the_account(walk: Walk, client: App, state: str) -> None:
    person = walk.factory.person()
    walk.browser.client.delete_cookie("dmp-session")
    walk.sign_in(person)
    walk.agree(person, client)
    tokens = walk.tokens(client, scope=SCOPE)
    walk.set_state(person, state)
    assert walk.tells(client, tokens["access_token"]) == INACTIVE
    assert walk.tells(client, tokens["refresh_token"]) == INACTIVE


def test_tokens_die_at_once_with_their_client(walk: Walk, client: App) -> None:
    token, api = access_token(walk, client), walk.factory.api()
    walk.disable(client)
    assert walk.tells(api, token) == INACTIVE


def test_a_scope_that_the_client_lost_is_not_told(walk: Walk, client: App) -> None:
    token = access_token(walk, client)
    walk.change(client, scope="openid")
    assert walk.tells(walk.factory.api(), token)["scope"] == "openid"


def test_a_caller_without_credentials_is_refused(walk: Walk) -> None:
    public = walk.factory.client(token_endpoint_auth_method="none")
    wrong = walk.factory.client()
    wrong.secret = "another"
    for caller in (public, wrong):
        answer = walk.introspect(caller, "x")
        assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_the_token_is_asked_for_in_the_body_alone(walk: Walk) -> None:
    client = walk.factory.client()
    assert token_request(walk.app, client, {}, "/introspect").status_code == 400
    answer = token_request(walk.app, client, {"token": "x"}, "/introspect?token=y")
    assert answer.status_code == 400
    assert walk.app.test_client().get("/introspect?token=x").status_code == 405


def test_a_hint_that_is_wrong_costs_nothing(walk: Walk, client: App) -> None:
    data = {"token": access_token(walk, client), "token_type_hint": "refresh_token"}
    assert (token_request(walk.app, client, data, "/introspect").json or {})["active"]


# As a signed JWT (RFC 9701)


def signed(walk: Walk, caller: App, token: str, alg: str) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = walk.introspect(caller, token, headers={"Accept": JWT})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, JWT)
    assert answer.headers["Cache-Control"] == "no-store"
    decoded = walk.decoded(answer.text, alg)
    return dict(decoded.header), dict(decoded.claims)


@pytest.mark.parametrize("alg", [None, "ES256", "PS256", "EdDSA"])
def test_who_wants_proof_gets_it_signed(walk: Walk, client: App, alg: str | None) -> None:
    api = walk.factory.api(introspection_signed_response_alg=alg)
    token = access_token(walk, client)
    header, claims = signed(walk, api, token, alg or "RS256")
    assert header["typ"] == "token-introspection+jwt"
    assert claims == {
        "iss": ISSUER,
        "aud": api.client_id,
        "iat": START,
        "token_introspection": walk.tells(api, token),
    }


def test_a_stranger_gets_it_signed_that_there_is_nothing(walk: Walk, client: App) -> None:
    stranger = walk.factory.client()
    _, claims = signed(walk, stranger, access_token(walk, client), "RS256")
    assert claims["token_introspection"] == INACTIVE


def test_a_signed_answer_is_no_token(walk: Walk, client: App) -> None:
    token = access_token(walk, client)
    answer = walk.introspect(client, token, headers={"Accept": JWT}).text
    assert walk.userinfo(answer).status_code == 401
    assert walk.tells(client, answer) == INACTIVE
