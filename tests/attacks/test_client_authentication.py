"""Lines 18, 19 and 21: what a client signs to say who it is, and what comes encrypted."""

import zlib
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from joserfc import jwe
from joserfc.jwk import ECKey, JWKRegistry, Key

from idp import create_app
from idp.config import Settings
from idp.crypto import b64decode, new_secret
from idp.directory import purge
from idp.oidc.client_assertion import TYPE
from tests.browser_client import ISSUER
from tests.factories import App
from tests.held_clock import START, HeldClock
from tests.oidc.assertions import KEYS, signed
from tests.oidc.walk import Walk

ENDPOINTS = ("/token", "/introspect", "/revoke")


@pytest.fixture
def machine(walk: Walk) -> App:
    walk.factory.resource()
    return walk.factory.machine(
        scope="documents",
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg="ES256",
        jwks={"keys": [KEYS["ES256"].as_dict(private=False)]},
    )


@pytest.fixture
def processes(walk: Walk, settings: Settings) -> Iterator[list[Flask]]:
    """Two servers before one database, which share nothing else."""
    other = create_app(settings)
    yield [walk.app, other]
    other.extensions["idp"].provider.database.dispose()


def accepted(app: Flask, assertion: str, path: str = "/introspect") -> bool:
    data = {"client_assertion_type": TYPE, "client_assertion": assertion}
    asked = {"grant_type": "client_credentials"} if path == "/token" else {"token": "x"}
    answer = app.test_client().post(path, data=data | asked, base_url=ISSUER)
    if answer.status_code == 200:
        return True
    told = answer.status_code, (answer.json or {})["error"]
    assert told in {(401, "invalid_client"), (400, "invalid_request")}  # the second: too long
    return False


# 18. Assertion replay.


@pytest.mark.parametrize("first", ENDPOINTS)
def test_line_18_an_assertion_is_good_once_in_all_processes_and_at_all_endpoints(
    machine: App, processes: list[Flask], first: str
) -> None:
    """A naive one keeps what it saw in the memory of one process, or of one endpoint."""
    assertion = signed(machine)
    assert accepted(processes[0], assertion, first)
    for app in processes:
        for path in ENDPOINTS:
            assert not accepted(app, assertion, path), path


def test_line_18_an_assertion_is_remembered_for_as_long_as_it_is_good(
    walk: Walk, machine: App, clock: HeldClock
) -> None:
    """To its last second, with what a clock may differ: a naive one forgets at `exp`."""
    assertion = signed(machine, exp=START + 300)
    assert accepted(walk.app, assertion)
    fresh = signed(machine, exp=START + 300)
    clock.advance(359)
    purge.purge(walk.database, walk.settings)
    assert not accepted(walk.app, assertion)
    assert accepted(walk.app, fresh)


def test_line_18_one_signature_written_in_another_way_is_the_same_assertion(
    walk: Walk, machine: App
) -> None:
    """A naive one remembers the text: ECDSA signatures have a second form, base64 many."""
    assertion, jti = signed(machine), new_secret()
    assert accepted(walk.app, assertion)
    assert not accepted(walk.app, f"{assertion}=")
    for number in range(3):
        again = signed(machine, jti=jti)  # signed anew: another text
        assert accepted(walk.app, again) is (number == 0)


# 19. Audience injection.


@pytest.mark.parametrize(
    "aud",
    [
        [ISSUER], [ISSUER, "https://evil.example"], ["https://evil.example", ISSUER],
        "https://evil.example", f"{ISSUER}/", f"{ISSUER}/token", f"{ISSUER}/introspect",
        f"{ISSUER}@evil.example", f"{ISSUER}.evil.example", ISSUER.upper(), f" {ISSUER}",
        f"{ISSUER} https://evil.example", {"aud": ISSUER}, "", None, 0, True,
    ],
)  # fmt: skip
def test_line_19_an_assertion_for_another_server_or_for_several(
    walk: Walk, machine: App, aud: Any
) -> None:
    """Whoever receives an assertion for itself could pass it on: a naive one looks whether its own
    name is anywhere in the list, or takes the address that it was called by."""
    for path in ENDPOINTS:
        assert not accepted(walk.app, signed(machine, aud=aud), path)


def test_line_19_the_address_that_was_called_is_no_audience(walk: Walk, machine: App) -> None:
    assertion = signed(machine, aud="https://evil.example")
    data = {"token": "x", "client_assertion_type": TYPE, "client_assertion": assertion}
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = walk.app.test_client().post("/introspect", data=data, headers=headers)
    assert (answer.json or {})["error"] == "invalid_client"


# 21. JWE zip bomb or oversize.

KEY_ENCRYPTION = {"RS256": "RSA-OAEP-256", "ES256": "ECDH-ES"}


@pytest.fixture
def encrypted(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Small and four megabytes inside, small and for nobody, large: each rightly encrypted for a
    key that we publish. From here on nobody unpacks anything."""
    published = (walk.app.test_client().get("/jwks.json").json or {})["keys"]
    keys = {key["alg"]: _for_encryption(key) for key in published}
    made = {"five parts": "a.b.c.d.e", "empty parts": "....", "many parts": "a." * 9}
    for name, alg in KEY_ENCRYPTION.items():
        made[f"{alg} bomb"] = _jwe(alg, keys[name], b"a" * 4_000_000, zip="DEF")
        made[f"{alg} of a token"] = _jwe(alg, keys[name], b"e30.e30.")
        made[f"{alg} large"] = _jwe(alg, keys[name], b"a" * 40_000)
    monkeypatch.setattr(zlib, "decompressobj", None)
    return made


def _for_encryption(published: dict[str, Any]) -> Key:
    """The key itself, whatever it is said to be for."""
    bare = {name: value for name, value in published.items() if name not in {"use", "alg"}}
    return JWKRegistry.import_key(bare)


def _jwe(alg: str, key: Key, content: bytes, **extra: str) -> str:
    header = {"alg": alg, "enc": "A256GCM", "kid": key.kid, "cty": "JWT"} | extra
    return jwe.encrypt_compact(header, content, key, algorithms=[alg, "A256GCM", "DEF"])


def test_line_21_what_is_encrypted_is_refused_and_never_unpacked(
    walk: Walk, machine: App, encrypted: dict[str, str]
) -> None:
    """Nothing that anybody sends us has to be encrypted; a naive one hands it to a library that
    decrypts whatever has five parts, and inflates it."""
    client = walk.ready()
    before = walk.contents()
    for name, text in encrypted.items():
        assert not accepted(walk.app, text), name
        assert walk.userinfo(text).status_code == 401, name
        assert not (walk.introspect(client, text).json or {}).get("active"), name
        page = walk.authorize(client, prompt="none", id_token_hint=text)
        assert page.status < 500, name
        assert "code" not in page.parameters, name
        assert walk.browser.get(f"/logout?id_token_hint={text[:4_000]}").status < 500, name
    assert walk.contents() == before


def test_line_21_no_answer_of_ours_is_compressed(walk: Walk) -> None:
    """What is encrypted tells its length: compressed it would tell what it says, too."""
    key = ECKey.generate_key("P-256", {"use": "enc"})
    client = walk.ready(
        id_token_encrypted_response_alg="ECDH-ES",
        jwks={"keys": [key.as_dict(private=False)]},
    )
    header = walk.tokens(client)["id_token"].split(".")[0]
    assert "zip" not in orjson.loads(b64decode(header))
