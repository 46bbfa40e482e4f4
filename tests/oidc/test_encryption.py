"""Answers that the application alone can read (OpenID Connect Core 1.0, section 10.2)."""

from typing import Any

import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.config import Settings
from tests.browser_client import ISSUER
from tests.factories import App
from tests.held_clock import HeldClock
from tests.https_site import Site
from tests.oidc.walk import OFFLINE, Walk
from tests.written_log import WrittenLog

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ENCRYPTION = {"use": "enc", "kid": "for-me"}
KEYS: dict[tuple[str, str], Any] = {
    ("RSA-OAEP-256", "RSA"): RSAKey.generate_key(2048, ENCRYPTION),
    ("ECDH-ES", "P-256"): ECKey.generate_key("P-256", ENCRYPTION),
    ("ECDH-ES", "X25519"): OKPKey.generate_key("X25519", ENCRYPTION),
}
ENC = ("A256GCM", "A128CBC-HS256")
EC = KEYS["ECDH-ES", "P-256"]
WHY = "the answer is to be encrypted, and the application has no key for ECDH-ES"
NO_KEY = {"error": "invalid_request", "error_description": WHY}


@pytest.fixture
def settings(settings: Settings, site: Site) -> Settings:
    changes = {"fetch_ca_file": str(site.authority), "fetch_private": "localhost"}
    return settings.model_copy(update=changes)


def metadata(what: str, alg: str = "ECDH-ES", enc: str | None = "A256GCM") -> dict[str, Any]:
    return {f"{what}_encrypted_response_alg": alg, f"{what}_encrypted_response_enc": enc}


def jwks(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def opened(text: str, key: Any = EC) -> tuple[dict[str, Any], str]:
    """Header and content of a JWE, as the application reads it."""
    found = jwe.decrypt_compact(text, key, algorithms=["RSA-OAEP-256", "ECDH-ES", *ENC])
    return found.headers(), (found.plaintext or b"").decode()


@pytest.mark.parametrize("enc", ENC)
@pytest.mark.parametrize(("alg", "kind"), KEYS)
def test_an_id_token_is_signed_and_then_encrypted(
    walk: Walk, alg: str, kind: str, enc: str
) -> None:
    key = KEYS[alg, kind]
    client = walk.ready(**metadata("id_token", alg, enc), jwks=jwks(key))
    tokens = walk.tokens(client)
    header, inside = opened(tokens["id_token"], key)
    header.pop("epk", None)
    assert header == {"alg": alg, "enc": enc, "kid": "for-me", "cty": "JWT"}
    told = walk.decoded(inside)
    assert (told.claims["aud"], told.claims["nonce"]) == (client.client_id, "the-nonce")
    assert tokens["access_token"].count(".") != 4


def test_what_is_said_to_be_supported_is_what_is_tested_above(walk: Walk) -> None:
    document = walk.app.test_client().get("/.well-known/openid-configuration").json or {}
    for what in ("id_token", "userinfo"):
        algorithms = document[f"{what}_encryption_alg_values_supported"]
        assert set(algorithms) == {alg for alg, _ in KEYS}
        assert set(document[f"{what}_encryption_enc_values_supported"]) == set(ENC)


def test_no_two_encryptions_have_anything_in_common(walk: Walk) -> None:
    client = walk.ready(**metadata("id_token"), jwks=jwks(EC))
    first, second = (walk.tokens(client)["id_token"].split(".") for _ in range(2))
    assert all(a != b for a, b in zip(first, second, strict=True) if a)


def test_without_a_registered_enc_it_is_the_specifications(walk: Walk) -> None:
    client = walk.ready(**metadata("id_token", enc=None), jwks=jwks(EC))
    header, _ = opened(walk.tokens(client)["id_token"])
    assert header["enc"] == "A128CBC-HS256"


def test_a_refreshed_id_token_is_encrypted_too(walk: Walk) -> None:
    client = walk.ready(**metadata("id_token"), jwks=jwks(EC))
    first = walk.tokens(client, scope=OFFLINE)
    second = walk.refresh(client, first["refresh_token"]).json or {}
    before, after = (walk.decoded(opened(each["id_token"])[1]).claims for each in (first, second))
    same = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
    assert [after[name] for name in same] == [before[name] for name in same]


def test_the_decrypted_id_token_is_a_hint_and_the_encrypted_one_is_none(walk: Walk) -> None:
    client = walk.ready(**metadata("id_token"), jwks=jwks(EC))
    encrypted = walk.tokens(client)["id_token"]
    assert walk.silent(client, id_token_hint=opened(encrypted)[1]) == ""
    assert walk.silent(client, id_token_hint=encrypted) == "invalid_request"


@pytest.mark.parametrize("signed", ["ES256", None])
def test_userinfo_is_encrypted_signed_or_not(walk: Walk, signed: str | None) -> None:
    client = walk.ready(**metadata("userinfo"), jwks=jwks(EC), userinfo_signed_response_alg=signed)
    tokens = walk.tokens(client, scope="openid email")
    answer = walk.userinfo(tokens["access_token"])
    assert answer.headers["Content-Type"] == "application/jwt"
    assert answer.headers["Cache-Control"] == "no-store"
    header, inside = opened(answer.text)
    assert header.get("cty") == ("JWT" if signed else None)
    told = walk.decoded(inside).claims if signed else orjson.loads(inside)
    assert (told["iss"], told["aud"]) == (ISSUER, client.client_id)
    assert told["email"] == "m.martin@exemple.fr"
    assert told["sub"] == walk.id_claims(tokens)["sub"]


def test_of_several_keys_the_one_for_encryption_is_taken(walk: Walk) -> None:
    signing = ECKey.generate_key("P-256", {"use": "sig", "kid": "signing"})
    any_use = ECKey.generate_key("P-256", {"kid": "any-use"})
    client = walk.ready(**metadata("id_token"), jwks=jwks(signing, any_use, EC))
    assert opened(walk.tokens(client)["id_token"])[0]["kid"] == "for-me"


def test_a_key_without_a_name_is_not_given_one(walk: Walk) -> None:
    nameless = {name: value for name, value in EC.as_dict(private=False).items() if name != "kid"}
    client = walk.ready(**metadata("id_token"), jwks={"keys": [nameless]})
    assert "kid" not in opened(walk.tokens(client)["id_token"])[0]


# Keys at an address


def served(walk: Walk, site: Site, *keys: Any, **changes: Any) -> App:
    uri = site.serve("/keys", jwks(*keys))
    return walk.ready(**metadata("id_token"), **metadata("userinfo"), jwks_uri=uri, **changes)


def test_a_key_at_an_address_is_fetched_and_a_new_one_too(
    walk: Walk, site: Site, clock: HeldClock
) -> None:
    client = served(walk, site, EC)
    for _ in range(2):
        assert opened(walk.tokens(client)["id_token"])
    assert len(site.visits) == 1
    newer = ECKey.generate_key("P-256", ENCRYPTION)
    site.serve("/keys", jwks(newer))
    clock.advance(600)
    assert opened(walk.tokens(client)["id_token"], newer)


def test_without_a_key_there_is_no_answer_in_the_clear(
    walk: Walk, site: Site, clock: HeldClock
) -> None:
    """And nothing is spent: with the key, the same code and the same refresh token are good."""
    client = served(walk, site, ECKey.generate_key("P-256", {"use": "sig"}))
    code = walk.code(client, scope=OFFLINE)
    answer = walk.redeem(client, code)
    assert (answer.status_code, answer.json) == (400, NO_KEY)
    walk.change(client, jwks=jwks(EC), jwks_uri=None)
    clock.advance(2)  # every process has heard of it by then
    tokens = walk.redeem(client, code).json or {}
    assert opened(tokens["id_token"])
    walk.change(client, jwks=None)
    clock.advance(2)
    refused = walk.refresh(client, tokens["refresh_token"])
    assert (refused.status_code, refused.json) == (400, NO_KEY)
    assert walk.userinfo(tokens["access_token"]).json == NO_KEY
    walk.change(client, jwks=jwks(EC))
    clock.advance(2)
    assert walk.refresh(client, tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "page", [{"status": 404}, {"content": b"<html>"}, {"content": b'{"keys": 7}'}]
)
def test_userinfo_without_a_key_is_refused(walk: Walk, site: Site, page: dict[str, Any]) -> None:
    uri = site.serve("/keys", **page)
    client = walk.ready(**metadata("userinfo"), jwks_uri=uri)
    answer = walk.userinfo(walk.tokens(client)["access_token"])
    assert (answer.status_code, answer.json) == (400, NO_KEY)
    assert 'error="invalid_request"' in answer.headers["WWW-Authenticate"]


def test_an_operator_reads_in_the_log_why_there_is_no_answer(walk: Walk, site: Site) -> None:
    client = served(walk, site, ECKey.generate_key("P-256", {"use": "sig"}))
    log = WrittenLog()
    walk.redeem(client, walk.code(client))
    (line,) = log.lines(event="encryption.no_key")
    assert (line["level"], line["client_id"]) == ("error", client.client_id)
    assert line["why"] == "no key for ECDH-ES"
