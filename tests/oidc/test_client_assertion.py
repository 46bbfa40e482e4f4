"""Client authentication by a signed JWT (RFC 7523; OpenID Connect Core 1.0, section 9)."""

import hmac
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey
from werkzeug.test import TestResponse

from idp import create_app
from idp.config import Settings
from idp.crypto import b64encode, new_secret
from idp.oidc.client_assertion import TYPE
from tests.browser_client import ISSUER
from tests.factories import App
from tests.held_clock import START, HeldClock
from tests.oidc.assertions import KEYS, claims, signed
from tests.oidc.walk import Walk

ALGORITHMS = ["ES256", "EdDSA", "RS256", "PS256"]


@pytest.fixture
def register(walk: Walk) -> Callable[..., App]:
    """A machine that signs by a registered key."""
    walk.factory.resource()

    def make(alg: str = "ES256", **metadata: Any) -> App:
        return walk.factory.machine(
            **{
                "scope": "documents",
                "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_signing_alg": alg,
                "jwks": {"keys": [KEYS[alg].as_dict(private=False)]},
            }
            | metadata
        )

    return make


def ask(walk: Walk, assertion: str, app: Flask | None = None, **values: str) -> TestResponse:
    data = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
    } | values
    return (app or walk.app).test_client().post("/token", data=data, base_url=ISSUER)


def refused(answer: TestResponse) -> bool:
    return (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_registered_key_authenticates(walk: Walk, register: Callable[..., App], alg: str) -> None:
    client = register(alg)
    assert ask(walk, signed(client, alg), client_id=client.client_id).status_code == 200


def test_a_secret_can_sign_too(walk: Walk, register: Callable[..., App]) -> None:
    secret = new_secret()
    client = register(
        token_endpoint_auth_method="client_secret_jwt",
        token_endpoint_auth_signing_alg="HS256",
        client_secret=secret,
        jwks=None,
    )
    assert ask(walk, signed(client, "HS256", OctKey.import_key(secret))).status_code == 200
    assert refused(ask(walk, signed(client, "HS256", OctKey.import_key(new_secret()))))


def test_an_assertion_is_good_once(walk: Walk, register: Callable[..., App]) -> None:
    client = register()
    assertion = signed(client)
    assert ask(walk, assertion).status_code == 200
    assert refused(ask(walk, assertion))


def test_it_is_spent_also_by_a_request_that_is_refused(
    walk: Walk, register: Callable[..., App]
) -> None:
    client = register()
    assertion = signed(client)
    assert ask(walk, assertion, scope="openid").status_code == 400
    assert refused(ask(walk, assertion))


def test_two_clients_may_choose_the_same_jti(walk: Walk, register: Callable[..., App]) -> None:
    for client in (register(), register()):
        assert ask(walk, signed(client, jti="1")).status_code == 200


def test_every_endpoint_takes_one(walk: Walk, register: Callable[..., App]) -> None:
    client = register()
    token = (ask(walk, signed(client)).json or {})["access_token"]
    for path in ("/introspect", "/revoke"):
        data = {
            "token": token,
            "client_assertion_type": TYPE,
            "client_assertion": signed(client),
        }
        answer = walk.app.test_client().post(path, data=data, base_url=ISSUER)
        assert answer.status_code == 200, path
        again = walk.app.test_client().post(path, data=data, base_url=ISSUER)
        assert refused(again), path


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"}, {"sub": "another"}, {"iss": None}, {"sub": None}, {"iss": ["app-1"]},
        {"aud": "https://evil.example"}, {"aud": None}, {"aud": [ISSUER]}, {"aud": f"{ISSUER}/"},
        {"aud": [ISSUER, "https://evil.example"]}, {"aud": f"{ISSUER}/token"},
        {"exp": None}, {"exp": START - 61}, {"exp": START + 3600}, {"exp": str(START + 60)},
        {"exp": float(START + 60)}, {"exp": True}, {"exp": 1e400}, {"exp": 10**30},
        {"nbf": START + 3600}, {"nbf": "soon"}, {"iat": START + 3600}, {"iat": [START]},
        {"jti": None}, {"jti": ""}, {"jti": 7}, {"jti": "j" * 256},
    ],
)  # fmt: skip
def test_an_assertion_that_is_not_strictly_right_is_refused(
    walk: Walk, register: Callable[..., App], changes: dict[str, Any]
) -> None:
    assert refused(ask(walk, signed(register(), **changes)))


def test_another_key_is_refused(walk: Walk, register: Callable[..., App]) -> None:
    assert refused(ask(walk, signed(register(), key=ECKey.generate_key("P-256"))))


def test_the_algorithm_is_the_registrations(walk: Walk, register: Callable[..., App]) -> None:
    client = register()
    assert refused(ask(walk, signed(client, "RS256")))
    assert refused(ask(walk, signed(client, "EdDSA")))


@pytest.mark.parametrize("alg", ["HS256", "none", "None", ""])
def test_a_public_key_is_no_secret_and_no_signature_is_none(
    walk: Walk, register: Callable[..., App], alg: str
) -> None:
    client = register()
    public = KEYS["ES256"].as_pem(private=False)
    header = b64encode(orjson.dumps({"alg": alg}))
    body = f"{header}.{b64encode(orjson.dumps(claims(client)))}"
    mac = b64encode(hmac.digest(public, body.encode(), "sha256"))
    for signature in (mac, ""):
        assert refused(ask(walk, f"{body}.{signature}"))


def test_a_key_of_two_algorithms_signs_by_the_one_that_is_registered(
    walk: Walk, register: Callable[..., App]
) -> None:
    client = register("PS256")
    assert refused(ask(walk, signed(client, "RS256")))


def test_several_keys_are_told_apart_by_kid(walk: Walk, register: Callable[..., App]) -> None:
    keys = [ECKey.generate_key("P-256", {"kid": name}) for name in ("old", "new")]
    client = register(jwks=KeySet(keys).as_dict(private=False))
    for key in keys:
        header = {"alg": "ES256", "kid": str(key.kid)}
        assert ask(walk, jwt.encode(header, claims(client), key)).status_code == 200
    nameless = jws.serialize_compact({"alg": "ES256"}, orjson.dumps(claims(client)), keys[0])
    assert refused(ask(walk, nameless))
    stranger = jwt.encode({"alg": "ES256", "kid": "other"}, claims(client), keys[0])
    assert refused(ask(walk, stranger))


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": KEYS["ES256"].as_dict(private=False)},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
    ],
)
def test_a_key_that_comes_along_is_not_taken(
    walk: Walk, register: Callable[..., App], extra: dict[str, Any]
) -> None:
    client = register()
    assertion = jwt.encode({"alg": "ES256", **extra}, claims(client), KEYS["ES256"])
    assert refused(ask(walk, assertion))


@pytest.mark.parametrize(
    "text",
    ["", "a", "a.b.c", "..", "é.é.é", "bnVsbA.bnVsbA.", "W10.W10.x", "x" * 9000, "a.b.c.d.e"],
)
def test_what_is_no_assertion_is_refused(
    walk: Walk, register: Callable[..., App], text: str
) -> None:
    client = register()
    assert ask(walk, text, client_id=client.client_id).status_code in {400, 401}


def test_another_type_of_assertion_is_refused(walk: Walk, register: Callable[..., App]) -> None:
    client = register()
    saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"
    assert refused(ask(walk, signed(client), client_assertion_type=saml))


def test_the_body_names_nobody_else(walk: Walk, register: Callable[..., App]) -> None:
    client, other = register(), register()
    assert refused(ask(walk, signed(client), client_id=other.client_id))


def test_one_authentication_is_enough(walk: Walk, register: Callable[..., App]) -> None:
    client = register()
    answer = ask(walk, signed(client), client_secret="x")
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


def test_a_client_of_another_method_may_not_use_one(
    walk: Walk, register: Callable[..., App]
) -> None:
    client = register(token_endpoint_auth_method="client_secret_basic")
    assert refused(ask(walk, signed(client)))
    public = register(token_endpoint_auth_method="none")
    assert refused(ask(walk, signed(public), client_id=public.client_id))


def test_a_disabled_client_is_refused(
    walk: Walk, register: Callable[..., App], clock: HeldClock
) -> None:
    client = register()
    walk.disable(client)
    clock.advance(2)
    assert refused(ask(walk, signed(client)))


def test_the_token_endpoint_is_an_audience_only_where_a_setting_says_so(
    walk: Walk, register: Callable[..., App], settings: Settings
) -> None:
    client = register()
    old_school = {"client_assertion_at_token_endpoint": True}
    app = create_app(settings.model_copy(update=old_school))
    assert ask(walk, signed(client, aud=f"{ISSUER}/token"), app).status_code == 200
    assert ask(walk, signed(client), app).status_code == 200
    assert refused(ask(walk, signed(client, aud=f"{ISSUER}/userinfo"), app))
