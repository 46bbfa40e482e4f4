"""Lines 20 and 22: wherever a JWT is read."""

import hmac
from typing import Any

import orjson
import pytest

from idp.crypto import b64decode, b64encode
from idp.oidc.client_assertion import TYPE
from idp.oidc.jws import Signer
from tests.factories import App
from tests.oidc import forgeries
from tests.oidc.assertions import KEYS, claims, signed
from tests.oidc.walk import Walk

TOO_LONG = {"error": "invalid_request", "error_description": "token is too long"}
SCOPE = "openid documents offline_access email"


@pytest.fixture
def client(walk: Walk) -> App:
    walk.factory.resource()
    return walk.ready(scope=SCOPE)


@pytest.fixture
def forge(walk: Walk) -> Any:
    """Every forgery of a token, by name."""
    published = walk.app.test_client().get("/jwks.json").data
    return lambda token: forgeries.of(token, published)


def test_line_20_a_forged_access_token(walk: Walk, client: App, forge: Any) -> None:
    """Algorithm none, our public key as a secret, keys and places in the header, unknown `crit`,
    the JSON serialisation: a naive one does what the header says."""
    api, token = walk.factory.api(), walk.tokens(client, scope=SCOPE)["access_token"]
    before = walk.contents()
    for name, text in forge(token).items():
        assert walk.userinfo(text).status_code == 401, name
        assert told(walk, api, text) in ({"active": False}, TOO_LONG), name
        walk.revoke(client, text)
    assert walk.contents() == before
    assert walk.userinfo(token).status_code == 200


def test_line_20_a_forged_hint(walk: Walk, client: App, forge: Any) -> None:
    """A naive one reads the hint without its signature, "for it is only a hint"."""
    token = walk.tokens(client, scope=SCOPE)["id_token"]
    for name, text in forge(token).items():
        page = walk.authorize(client, prompt="none", id_token_hint=text)
        assert "code" not in page.parameters, name
        page = walk.browser.get(f"/logout?id_token_hint={text[:4_000]}")
        assert not page.is_outside, name
    assert walk.silent(client, id_token_hint=token) == ""  # still signed in: nobody was asked


def test_line_20_a_forged_assertion(walk: Walk, forge: Any) -> None:
    """Also signed by the public key of the client, which everybody may know."""
    machine = signer_of(walk)
    assertion = signed(machine)
    for name, text in {**forge(assertion), **confused_with_its_own_key(machine)}.items():
        assert not accepted(walk, text), name
    assert accepted(walk, assertion)


def test_line_20_a_key_of_somebody_else_under_our_name(
    walk: Walk, client: App, stranger: Signer
) -> None:
    token = walk.tokens(client, scope=SCOPE)["access_token"]
    forged = stranger.sign(dict(walk.decoded(token).claims), "at+jwt")
    assert walk.userinfo(forged).status_code == 401
    assert walk.tells(walk.factory.api(), forged) == {"active": False}


STRICT = [
    {"iss": ["http://localhost:8000"]}, {"iss": {"a": 1}}, {"iss": None}, {"iss": 1},
    {"aud": [["http://localhost:8000"]]}, {"aud": {"http://localhost:8000": 1}}, {"aud": None},
    {"exp": "never"}, {"exp": True}, {"exp": [9e9]}, {"exp": None}, {"exp": -1},
]  # fmt: skip


@pytest.mark.parametrize("change", [*STRICT, {"jti": ["x"]}, {"client_id": ["x"]}, {"sub": 7}])
def test_line_22_lists_and_other_types_in_an_access_token(
    walk: Walk, client: App, change: dict[str, Any]
) -> None:
    """Rightly signed, by a key of ours that was put to another use: a naive one compares a list
    with `in`, and a text with a number. It fails closed, and never with a 500."""
    token = walk.tokens(client, scope=SCOPE)["access_token"]
    ours = walk.app.extensions["idp"].provider.registry.signer("ES256")
    values = dict(walk.decoded(token).claims) | change
    bent = ours.sign({name: value for name, value in values.items() if value is not None}, "at+jwt")
    assert walk.userinfo(bent).status_code == 401
    assert walk.tells(walk.factory.api(), bent) == {"active": False}


@pytest.mark.parametrize(
    "change", [*STRICT, {"sub": ["x"]}, {"sub": None}, {"jti": 7}, {"jti": ""}, {"iat": "now"}]
)
def test_line_22_lists_and_other_types_in_an_assertion(walk: Walk, change: dict[str, Any]) -> None:
    machine = signer_of(walk)
    assert not accepted(walk, signed(machine, **change))


@pytest.mark.parametrize("header", [{"alg": "ES512"}, {"alg": "HS1"}, {"alg": ["ES256"]}, {}])
def test_line_22_an_unknown_algorithm_or_hash(
    walk: Walk, client: App, header: dict[str, Any]
) -> None:
    token = walk.tokens(client, scope=SCOPE)["access_token"]
    head, body, signature = token.split(".")
    kept = {key: value for key, value in orjson.loads(b64decode(head)).items() if key != "alg"}
    bent = f"{b64encode(orjson.dumps(kept | header))}.{body}.{signature}"
    assert walk.userinfo(bent).status_code == 401
    assert walk.tells(client, bent) == {"active": False}


def told(walk: Walk, caller: App, token: str) -> Any:
    return walk.introspect(caller, token).json


def signer_of(walk: Walk) -> App:
    return walk.factory.machine(
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg="ES256",
        jwks={"keys": [KEYS["ES256"].as_dict(private=False)]},
    )


def accepted(walk: Walk, assertion: str) -> bool:
    data = {"token": "x", "client_assertion_type": TYPE, "client_assertion": assertion}
    answer = walk.app.test_client().post("/introspect", data=data)
    if answer.status_code == 200:
        return True
    error = (answer.json or {})["error"]
    assert (answer.status_code, error) in {(401, "invalid_client"), (400, "invalid_request")}
    return False


def confused_with_its_own_key(machine: App) -> dict[str, str]:
    made = {}
    public = KEYS["ES256"]
    secrets = {
        "pem": public.as_pem(private=False),
        "empty": b"",
        "jwk": public.as_dict(private=False),
    }
    for name, secret in secrets.items():
        key = secret if isinstance(secret, bytes) else orjson.dumps(secret)
        part = [b64encode(orjson.dumps(each)) for each in ({"alg": "HS256"}, claims(machine))]
        signing_input = ".".join(part)
        mac = hmac.digest(key, signing_input.encode(), "sha256")
        made[name] = f"{signing_input}.{b64encode(mac)}"
    return made
