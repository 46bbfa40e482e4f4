"""What the provider says of itself is true (OpenID Connect Discovery 1.0; RFC 8414)."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import OctKey

from idp.crypto import new_secret
from idp.directory import configuration
from idp.models import KeyState, SigningKey
from idp.oidc.claims import CLAIMS
from idp.oidc.client_assertion import TYPE
from tests.browser_client import ISSUER, token_request
from tests.factories import App
from tests.held_clock import HeldClock
from tests.oidc.assertions import KEYS, signed
from tests.oidc.walk import MFA, Walk

PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
SECRET = new_secret()
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "k"}


def served(walk: Walk, path: str = PATHS[0]) -> dict[str, Any]:
    answer = walk.app.test_client().get(path, base_url=ISSUER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    return dict(answer.json or {})


def test_both_addresses_serve_one_document(walk: Walk) -> None:
    assert served(walk, PATHS[0]) == served(walk, PATHS[1])


def test_the_issuer_is_the_one_of_the_settings_whatever_the_host(walk: Walk) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = walk.app.test_client().get(PATHS[0], headers=headers)
    assert answer.json is not None
    assert answer.json["issuer"] == ISSUER
    assert "evil" not in answer.text


def test_every_address_is_answered(walk: Walk) -> None:
    addresses = {
        name: value for name, value in served(walk).items() if name.endswith(("_uri", "_endpoint"))
    }
    assert len(addresses) == 9
    for name, address in addresses.items():
        assert address.startswith(f"{ISSUER}/"), name
        answer = walk.app.test_client().get(urlsplit(address).path, base_url=ISSUER)
        assert answer.status_code in {200, 400, 401, 405}, name


def test_no_page_is_named_that_says_nothing(walk: Walk) -> None:
    document = served(walk)
    for name in ("op_policy_uri", "op_tos_uri"):
        page = walk.browser.get(document[name])
        assert page.status == 200, name


def registered_for(method: str) -> dict[str, Any]:
    """Client metadata that a method of authentication needs."""
    keys: dict[str, dict[str, Any]] = {
        "private_key_jwt": {
            "jwks": {"keys": [KEYS["ES256"].as_dict(private=False)]},
            "token_endpoint_auth_signing_alg": "ES256",
        },
        "client_secret_jwt": {
            "client_secret": SECRET, "token_endpoint_auth_signing_alg": "HS256",
        },
    }  # fmt: skip
    return {"token_endpoint_auth_method": method} | keys.get(method, {})


def proof_of(client: App, method: str) -> dict[str, str]:
    """The parameters by which a client authenticates in a token request."""
    if method == "client_secret_post":
        return {"client_id": client.client_id, "client_secret": client.secret or ""}
    if method == "private_key_jwt":
        return {"client_assertion_type": TYPE, "client_assertion": signed(client)}
    if method == "client_secret_jwt":
        assertion = signed(client, "HS256", OctKey.import_key(SECRET))
        return {"client_assertion_type": TYPE, "client_assertion": assertion}
    return {}


def test_the_algorithms_are_those_there_are_keys_for(walk: Walk) -> None:
    published = {str(key.alg) for key in walk.keys().keys}
    document = served(walk)
    assert set(document["id_token_signing_alg_values_supported"]) == published
    assert {"ES256", "RS256"} <= published


def test_every_endpoint_says_how_an_assertion_may_be_signed(walk: Walk) -> None:
    """ "This metadata entry MUST be present" where one may be sent (RFC 8414, section 2)."""
    document = served(walk)
    for endpoint in ("token", "introspection", "revocation"):
        algorithms = document[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert set(algorithms) == {"ES256", "RS256", "PS256", "EdDSA", "HS256"}, endpoint


def test_every_authentication_named_works(walk: Walk) -> None:
    named = served(walk)["token_endpoint_auth_methods_supported"]
    assert set(named) == {
        "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none",
    }  # fmt: skip
    for method in named:
        client = walk.ready(**registered_for(method))
        sent = proof_of(client, method)
        if method != "client_secret_basic":
            client.secret = None  # in the body, and not in the header
        assert walk.redeem(client, walk.code(client), **sent).status_code == 200, method


def test_every_grant_named_works(walk: Walk) -> None:
    walk.factory.resource()
    client = walk.ready()
    tokens = walk.tokens(client, scope="openid offline_access")
    assert walk.refresh(client, tokens["refresh_token"]).status_code == 200
    machine = walk.factory.machine(scope="documents")
    answer = token_request(walk.app, machine, {"grant_type": "client_credentials"})
    assert answer.status_code == 200
    grant_types = ["authorization_code", "refresh_token", "client_credentials"]
    assert served(walk)["grant_types_supported"] == grant_types


def test_every_prompt_named_is_understood(walk: Walk) -> None:
    client = walk.factory.client()
    prompts = served(walk)["prompt_values_supported"]
    assert prompts == ["consent", "create", "login", "none", "select_account"]
    for prompt in prompts:
        page = walk.authorize(client, prompt=prompt)
        assert page.parameters.get("error") in {None, "login_required"}, prompt


def test_every_response_mode_named_is_used(walk: Walk) -> None:
    for mode in served(walk)["response_modes_supported"]:
        assert walk.code(walk.ready(), response_mode=mode)


def test_the_other_members_are_what_the_tests_of_each_feature_show(walk: Walk) -> None:
    document = served(walk)
    assert document["response_types_supported"] == ["code"]
    assert document["subject_types_supported"] == ["pairwise"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["claims_parameter_supported"] is True
    assert document["request_parameter_supported"] is True
    assert document["request_uri_parameter_supported"] is True
    assert document["require_request_uri_registration"] is True
    assert document["authorization_response_iss_parameter_supported"] is True


def test_every_level_named_can_be_asked_for(walk: Walk) -> None:
    levels = served(walk)["acr_values_supported"]
    assert {MFA, "eidas1", "phr"} <= set(levels)
    client = walk.factory.client()
    for level in levels:
        claims = f'{{"id_token":{{"acr":{{"essential":true,"values":["{level}"]}}}}}}'
        assert not walk.authorize(client, claims=claims).is_outside, level


def test_every_claim_named_can_be_told(walk: Walk) -> None:
    named = set(served(walk)["claims_supported"])
    assert named == {"sub", "iss", "auth_time", "acr", "amr", "sid", *CLAIMS}
    scopes = "openid profile email phone address identite_pivot ins ins_c"
    person = walk.factory.person(mobile="+33612345678")
    client = walk.factory.client(scope=scopes)
    walk.sign_in(person)
    walk.agree(person, client)
    told = walk.userinfo(walk.tokens(client, scope=scopes)["access_token"]).json
    assert told is not None
    assert set(CLAIMS) <= told.keys()


def test_the_scopes_of_an_api_are_named(walk: Walk, clock: HeldClock) -> None:
    assert "documents" not in served(walk)["scopes_supported"]
    walk.factory.resource()
    clock.advance(1)
    assert "documents" in served(walk)["scopes_supported"]


def test_the_keys_are_public_halves(walk: Walk) -> None:
    keys = served(walk, "/jwks.json")["keys"]
    assert keys
    for key in keys:
        assert not PRIVATE & key.keys()
        assert (key["use"], bool(key["kid"]), bool(key["alg"])) == ("sig", True, True)


def test_a_key_is_published_before_it_is_used(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    walk.tokens(client)
    with walk.database.writing() as session:
        old = session.query(SigningKey).filter_by(alg="ES256").one()
        copied = dict(old.public_jwk, kid="the-next-one")
        session.add(
            SigningKey(
                kid="the-next-one",
                alg="ES256",
                state=KeyState.NEXT,
                private_jwk=old.private_jwk,
                public_jwk=copied,
                created_at=int(clock.now),
            )
        )
        configuration.bump(session)
    clock.advance(1)
    assert "the-next-one" in {key.kid for key in walk.keys().keys}
    assert walk.decoded(walk.tokens(client)["id_token"]).header["kid"] != "the-next-one"


@pytest.mark.parametrize("path", [*PATHS, "/jwks.json"])
def test_any_page_may_read_what_is_public(walk: Walk, path: str) -> None:
    answer = walk.app.test_client().get(path, base_url=ISSUER)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_head_has_the_length_of_what_a_get_says(walk: Walk) -> None:
    client = walk.app.test_client()
    said, asked = client.get(PATHS[0], base_url=ISSUER), client.head(PATHS[0], base_url=ISSUER)
    assert asked.data == b""
    assert asked.headers["Content-Length"] == str(len(said.data))


def test_what_is_public_is_only_read(walk: Walk) -> None:
    for path in (*PATHS, "/jwks.json"):
        answer = walk.app.test_client().post(path, base_url=ISSUER)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
