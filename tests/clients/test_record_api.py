"""The record API refuses every token but the right one, each with the answer it deserves."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from werkzeug.test import TestResponse

from clients.record_api.app import create_app
from clients.settings import RecordApiSettings
from tests.clients.issuer import Issuer
from tests.clients.served import Ahead

SENSITIVE = "/documents/consultation-psychiatrie-2026-09"


def read(api: Flask, token: str, path: str = "/documents") -> TestResponse:
    return api.test_client().get(path, headers={"Authorization": f"Bearer {token}"})


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def challenge(answer: TestResponse) -> dict[str, Any]:
    assert answer.www_authenticate.type == "bearer"
    return dict(answer.www_authenticate.parameters)


def test_a_valid_token_reads_the_list_for_its_subject(record_api: Flask, issuer: Issuer) -> None:
    answer = read(record_api, issuer.access_token(sub="pairwise-1"))
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["sub"] == "pairwise-1"
    assert {"id", "title", "date", "sensitive"} <= answer.json["documents"][0].keys()
    assert "content" not in answer.json["documents"][0]


def test_a_valid_token_reads_one_document(record_api: Flask, issuer: Issuer) -> None:
    answer = read(record_api, issuer.access_token(), "/documents/ordonnance-2026-10")
    assert answer.json is not None
    assert answer.json["title"] == "Ordonnance"
    assert answer.json["content"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_token_the_challenge_tells_no_error(record_api: Flask) -> None:
    for headers in ({}, {"Authorization": "Basic dTpw"}):
        answer = record_api.test_client().get("/documents", headers=headers)
        assert answer.status_code == 401
        assert challenge(answer)["realm"] == "dossier"
        assert "error" not in challenge(answer)


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer a b", "Bearer a,Bearer b", "Bearer é"])
def test_a_malformed_header_is_an_invalid_request(record_api: Flask, authorization: str) -> None:
    answer = record_api.test_client().get("/documents", headers={"Authorization": authorization})
    assert answer.status_code == 400
    assert challenge(answer)["error"] == "invalid_request"


def test_a_token_in_the_address_is_refused_even_a_valid_one(
    record_api: Flask, issuer: Issuer
) -> None:
    token = issuer.access_token()
    answer = record_api.test_client().get(f"/documents?access_token={token}")
    assert answer.status_code == 400
    assert read(record_api, token, f"/documents?access_token={token}").status_code == 400


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://elsewhere.example"},
        {"aud": "http://127.0.0.1:8100"},
        {"aud": ["http://127.0.0.1:8100"]},
        {"exp": int(time.time()) - 3600},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"cnf": {"jkt": "a key's thumbprint"}},
        *({name: None} for name in ("iss", "exp", "aud", "sub", "client_id", "iat", "jti")),
    ],
)
def test_a_token_for_somebody_else_or_another_time_is_invalid(
    record_api: Flask, issuer: Issuer, claims: dict[str, Any]
) -> None:
    answer = read(record_api, issuer.access_token(**claims))
    assert answer.status_code == 401
    assert challenge(answer)["error"] == "invalid_token"


def test_several_audiences_may_include_this_api(record_api: Flask, issuer: Issuer) -> None:
    token = issuer.access_token(aud=["http://elsewhere.example", "http://127.0.0.1:8102"])
    assert read(record_api, token).status_code == 200


def test_clocks_may_differ_by_thirty_seconds(
    record_api: Flask, issuer: Issuer, clock: Ahead
) -> None:
    token = issuer.access_token()
    clock.seconds = 300 + 20
    assert read(record_api, token).status_code == 200
    clock.seconds = 300 + 40
    assert read(record_api, token).status_code == 401


@pytest.mark.parametrize("typ", ["JWT", "id+jwt", ""])
def test_an_id_token_is_no_access_token(record_api: Flask, issuer: Issuer, typ: str) -> None:
    claims = jwt.decode(issuer.access_token(), issuer.keys[0]).claims
    assert read(record_api, issuer.sign(claims, typ)).status_code == 401


def test_an_unsigned_token_is_invalid(record_api: Flask, issuer: Issuer) -> None:
    header = encoded(json.dumps({"alg": "none", "typ": "at+jwt", "kid": "first"}).encode())
    body = issuer.access_token().split(".")[1]
    assert read(record_api, f"{header}.{body}.").status_code == 401


def test_a_public_key_is_no_shared_secret(record_api: Flask, issuer: Issuer) -> None:
    header = encoded(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": "first"}).encode())
    signed = f"{header}.{issuer.access_token().split('.')[1]}"
    secret = issuer.keys[0].as_pem(private=False)
    signature = encoded(hmac.digest(secret, signed.encode(), "sha256"))
    assert read(record_api, f"{signed}.{signature}").status_code == 401


def test_a_key_inside_the_token_proves_nothing(record_api: Flask, issuer: Issuer) -> None:
    claims = jwt.decode(issuer.access_token(), issuer.keys[0]).claims
    forged = ECKey.generate_key("P-256")
    header = {
        "alg": "ES256",
        "typ": "at+jwt",
        "kid": "first",
        "jwk": forged.as_dict(private=False),
    }
    assert read(record_api, jwt.encode(header, claims, forged)).status_code == 401


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.e30.e30", "." * 20, "a" * 9000])
def test_what_is_no_jwt_is_invalid(record_api: Flask, token: str) -> None:
    answer = read(record_api, token)
    assert answer.status_code == 401
    assert challenge(answer)["error"] == "invalid_token"


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("RS256", RSAKey.generate_key(2048, parameters={"kid": "rsa", "alg": "RS256"})),
        ("PS256", RSAKey.generate_key(2048, parameters={"kid": "pss"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", parameters={"kid": "ed"})),
    ],
)
def test_every_published_kind_of_key_is_understood(
    record_api: Flask, issuer: Issuer, alg: str, key: Any
) -> None:
    claims = jwt.decode(issuer.access_token(), issuer.keys[0]).claims
    issuer.keys.append(key)
    header = {"alg": alg, "typ": "at+jwt", "kid": key.kid}
    token = jwt.encode(header, claims, key, algorithms=[alg])
    assert read(record_api, token).status_code == 200


def test_a_key_serves_only_the_algorithm_it_is_published_for(
    record_api: Flask, issuer: Issuer
) -> None:
    claims = jwt.decode(issuer.access_token(), issuer.keys[0]).claims
    key = RSAKey.generate_key(2048)
    published = {**key.as_dict(private=False), "kid": "rsa", "alg": "RS256"}
    issuer.keys.append(RSAKey.import_key(published))
    token = jwt.encode({"alg": "PS256", "typ": "at+jwt", "kid": "rsa"}, claims, key, ["PS256"])
    assert read(record_api, token).status_code == 401


def test_a_token_without_the_scope_is_told_which(record_api: Flask, issuer: Issuer) -> None:
    for scope in ("openid", "dmp:documentsx", None):
        answer = read(record_api, issuer.access_token(scope=scope))
        assert answer.status_code == 403
        assert challenge(answer)["error"] == "insufficient_scope"
        assert challenge(answer)["scope"] == "dmp:documents"


@pytest.mark.parametrize("acr", ["urn:dmp:acr:password", "made-up", None, ["urn:dmp:acr:mfa"]])
def test_a_level_too_low_is_told_the_level_wanted(
    record_api: Flask, issuer: Issuer, acr: object
) -> None:
    answer = read(record_api, issuer.access_token(acr=acr))
    assert answer.status_code == 401
    assert challenge(answer)["error"] == "insufficient_user_authentication"
    assert challenge(answer)["acr_values"] == "urn:dmp:acr:mfa"


def test_a_passkey_is_more_than_enough(record_api: Flask, issuer: Issuer) -> None:
    assert read(record_api, issuer.access_token(acr="phr")).status_code == 200


# A moment that has a name: workers that collect the tests a second apart collect the same ones.
@pytest.mark.parametrize(
    "auth_time",
    [pytest.param(int(time.time()) - 400, id="400 seconds ago"), None, "now", True],
)
def test_a_sensitive_document_needs_a_recent_authentication(
    record_api: Flask, issuer: Issuer, auth_time: object
) -> None:
    token = issuer.access_token(auth_time=auth_time)
    answer = read(record_api, token, SENSITIVE)
    assert answer.status_code == 401
    assert challenge(answer)["error"] == "insufficient_user_authentication"
    assert challenge(answer)["max_age"] == "300"
    assert read(record_api, token).status_code == 200


def test_a_sensitive_document_opens_after_a_recent_one(record_api: Flask, issuer: Issuer) -> None:
    assert read(record_api, issuer.access_token(), SENSITIVE).status_code == 200


def test_a_new_key_is_fetched_but_unknown_ones_only_every_ten_seconds(
    record_api: Flask, issuer: Issuer, clock: Ahead
) -> None:
    assert read(record_api, issuer.access_token()).status_code == 200
    issuer.keys.append(ECKey.generate_key("P-256", parameters={"kid": "second"}))
    for _ in range(5):
        assert read(record_api, issuer.access_token()).status_code == 401
    assert issuer.jwks_fetched == 1
    clock.seconds = 11
    assert read(record_api, issuer.access_token()).status_code == 200
    assert issuer.jwks_fetched == 2


def test_an_issuer_out_of_reach_is_not_the_bearers_fault(issuer: Issuer) -> None:
    api = create_app(RecordApiSettings("http://127.0.0.1:1", 8102))
    answer = read(api, issuer.access_token())
    assert answer.status_code == 503
    assert answer.json == {"error": "temporarily_unavailable"}


def test_the_api_says_which_issuer_it_trusts(record_api: Flask, issuer: Issuer) -> None:
    answer = record_api.test_client().get("/.well-known/oauth-protected-resource")
    assert answer.json is not None
    assert answer.json["resource"] == "http://127.0.0.1:8102"
    assert answer.json["authorization_servers"] == [issuer.address]


def test_an_unknown_address_is_answered_in_json(record_api: Flask, issuer: Issuer) -> None:
    assert record_api.test_client().get("/nothing").json == {"error": "not_found"}
    answer = read(record_api, issuer.access_token(), "/documents/none")
    assert (answer.status_code, answer.json) == (404, {"error": "not_found"})
    assert record_api.test_client().post("/documents").status_code == 405


def test_a_professionals_software_reads_what_is_not_sensitive(
    record_api: Flask, issuer: Issuer
) -> None:
    machine = {"sub": "cabinet", "client_id": "cabinet", "scope": "dmp:professional", "acr": None}
    path = "/holders/pairwise-1/documents"
    answer = read(record_api, issuer.access_token(**machine), path)
    assert answer.json is not None
    assert answer.json["sub"] == "pairwise-1"
    for document in answer.json["documents"]:
        assert ("content" in document) != document["sensitive"]
    assert read(record_api, issuer.access_token(), path).status_code == 403
    person = issuer.access_token(scope="dmp:professional")
    assert read(record_api, person, path).status_code == 401
