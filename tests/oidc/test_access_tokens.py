"""Access tokens: a JWT for an API (RFC 9068), sealed bytes where only userinfo is meant."""

import pytest
from joserfc import jwt

from tests.browser_client import ISSUER
from tests.factories import API, App
from tests.held_clock import HeldClock
from tests.oidc.walk import MFA, Walk

SCOPE = "openid documents"


def reader(walk: Walk, **resource: str) -> App:
    """A client that reads documents at an API."""
    walk.factory.resource(**resource)
    return walk.ready(scope="openid documents email")


def at_api(walk: Walk, client: App, alg: str = "ES256") -> jwt.Token:
    return walk.decoded(walk.tokens(client, scope=SCOPE)["access_token"], alg)


def test_a_token_for_an_api_says_what_rfc_9068_wants(walk: Walk, clock: HeldClock) -> None:
    client = reader(walk)
    clock.advance(10)
    claims, now = at_api(walk, client).claims, int(clock.now)
    assert claims.pop("jti")
    assert len(claims.pop("sub")) == 32
    assert claims == {
        "iss": ISSUER,
        "aud": [API, ISSUER],
        "client_id": client.client_id,
        "scope": SCOPE,
        "iat": now,
        "exp": now + 300,
        "auth_time": now - 10,
        "acr": MFA,
        "amr": ["pwd", "otp", "mfa"],
    }


def test_a_token_for_an_api_says_that_it_is_one(walk: Walk) -> None:
    assert at_api(walk, reader(walk)).header["typ"] == "at+jwt"


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_the_algorithm_is_the_one_the_api_registered(walk: Walk, alg: str) -> None:
    client = reader(walk, access_token_signed_alg=alg)
    assert at_api(walk, client, alg).header["alg"] == alg


def test_each_token_has_an_id_of_its_own(walk: Walk) -> None:
    client = reader(walk)
    assert at_api(walk, client).claims["jti"] != at_api(walk, client).claims["jti"]


def test_the_person_is_the_apis_and_not_the_clients(walk: Walk) -> None:
    tokens = walk.tokens(reader(walk), scope=SCOPE)
    at_the_api = walk.decoded(tokens["access_token"]).claims["sub"]
    assert at_the_api != walk.id_claims(tokens)["sub"]


def test_a_token_for_no_api_cannot_be_read(walk: Walk) -> None:
    token = walk.tokens(reader(walk), scope="openid email")["access_token"]
    assert "." not in token
    assert walk.userinfo(token).status_code == 200


def test_a_token_for_an_api_opens_userinfo_too(walk: Walk) -> None:
    tokens = walk.tokens(reader(walk), scope=f"{SCOPE} email")
    told = walk.userinfo(tokens["access_token"]).json
    assert told is not None
    assert told["sub"] == walk.id_claims(tokens)["sub"]
    assert told["email"]


def test_no_access_token_is_stored(walk: Walk) -> None:
    client = reader(walk)
    for scope in (SCOPE, "openid"):
        assert walk.tokens(client, scope=scope)["access_token"] not in str(walk.contents())


def test_a_token_for_an_api_lives_five_minutes(walk: Walk, clock: HeldClock) -> None:
    token = walk.tokens(reader(walk), scope=SCOPE)["access_token"]
    clock.advance(299)
    assert walk.userinfo(token).status_code == 200
    clock.advance(1)
    assert walk.userinfo(token).status_code == 401
