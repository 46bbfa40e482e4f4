"""Signing and believing JWTs of ours (RFC 7515, RFC 7518, RFC 8725; attacks.md, lines 16, 20
and 22)."""

import hmac
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from idp.crypto import b64decode, b64encode
from idp.oidc.jws import NotOurs, Signer, Verifier

KEYS = {
    "ES256": ECKey.generate_key("P-256"),
    "RS256": RSAKey.generate_key(2048),
    "PS256": RSAKey.generate_key(2048),
    "EdDSA": OKPKey.generate_key("Ed25519"),
}
PUBLISHED: list[dict[str, Any]] = [
    {**key.as_dict(private=False), "kid": f"kid-{alg}", "alg": alg, "use": "sig"}
    for alg, key in KEYS.items()
]
SIGNERS = {
    alg: Signer(f"kid-{alg}", alg, dict(key.as_dict(private=True))) for alg, key in KEYS.items()
}
VERIFIER = Verifier(PUBLISHED)
CLAIMS = {"iss": "us", "n": 1, "text": "é"}

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


def parts(token: str) -> tuple[dict[str, Any], str, str]:
    header, payload, signature = token.split(".")
    return orjson.loads(b64decode(header)), payload, signature


def with_header(token: str, **changes: Any) -> str:
    """The same token under another header; None removes a member."""
    header, payload, signature = parts(token)
    changed = {name: value for name, value in (header | changes).items() if value is not None}
    return f"{b64encode(orjson.dumps(changed))}.{payload}.{signature}"


def signed_with_header(**changes: Any) -> str:
    """A token that our ES256 key signed over any header."""
    document = {"alg": "ES256", "kid": "kid-ES256", "typ": "JWT"} | changes
    header = b64encode(orjson.dumps({k: v for k, v in document.items() if v is not None}))
    signing_input = f"{header}.{b64encode(orjson.dumps(CLAIMS))}"
    signature = SIGNERS["ES256"]._sign(signing_input.encode())
    return f"{signing_input}.{b64encode(signature)}"


def is_ours(token: str, typ: str = "jwt") -> bool:
    try:
        VERIFIER.verify(token, typ)
    except NotOurs:
        return False
    return True


@pytest.mark.parametrize("alg", KEYS)
def test_what_we_sign_is_a_jwt_to_others(alg: str) -> None:
    token = jwt.decode(
        SIGNERS[alg].sign(CLAIMS, "JWT"),
        KeySet.import_key_set({"keys": PUBLISHED}),
        algorithms=[alg],
    )
    assert token.claims == CLAIMS
    assert token.header == {"alg": alg, "kid": f"kid-{alg}", "typ": "JWT"}


@pytest.mark.parametrize("alg", KEYS)
def test_what_we_sign_is_ours(alg: str) -> None:
    assert VERIFIER.verify(SIGNERS[alg].sign(CLAIMS, "at+jwt"), "at+jwt") == CLAIMS


def test_a_type_may_be_written_as_a_media_type() -> None:
    assert is_ours(signed_with_header(typ="application/JWT"))


@pytest.mark.parametrize("typ", [None, "", "at+jwt", "logout+jwt", 1, ["JWT"]])
def test_a_token_of_another_type_is_not_what_is_asked_for(typ: object) -> None:
    assert not is_ours(signed_with_header(typ=typ))


def test_a_token_without_signature_is_nobodys() -> None:
    right = SIGNERS["ES256"].sign(CLAIMS, "JWT")
    header, payload, signature = right.split(".")
    assert not is_ours(f"{header}.{payload}.")
    assert not is_ours(f"{header}.{payload}")
    for none in ("none", "None", "NONE", ""):
        changed = with_header(right, alg=none)
        assert not is_ours(changed)
        assert not is_ours(changed.removesuffix(signature))


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    """HMAC under the bytes of a public key, in every way in which it is written."""
    pem = KEYS["RS256"].as_pem(private=False)
    for secret in (pem, pem.strip(), orjson.dumps(PUBLISHED[1]), b"", b"\0"):
        for kid in ("kid-RS256", "kid-ES256", "theirs"):
            header = b64encode(orjson.dumps({"alg": "HS256", "kid": kid, "typ": "JWT"}))
            signing_input = f"{header}.{b64encode(orjson.dumps(CLAIMS))}"
            mac = hmac.digest(secret, signing_input.encode(), "sha256")
            assert not is_ours(f"{signing_input}.{b64encode(mac)}")


def test_a_key_is_of_use_for_its_own_algorithm_alone() -> None:
    """One RSA key could make RS256 and PS256 alike."""
    key = RSAKey.import_key(KEYS["RS256"].as_dict(private=True))
    header = {"alg": "PS256", "kid": "kid-RS256", "typ": "JWT"}
    assert not is_ours(jwt.encode(header, CLAIMS, key, algorithms=["PS256"]))


def test_a_key_that_a_token_brings_along_is_not_believed() -> None:
    key = ECKey.generate_key("P-256")
    for kid in (None, "kid-ES256", "theirs"):
        header = {"alg": "ES256", "kid": kid, "typ": "JWT", "jwk": key.as_dict(private=False)}
        known = {name: value for name, value in header.items() if value is not None}
        assert not is_ours(jwt.encode(known, CLAIMS, key, algorithms=["ES256"]))


@pytest.mark.parametrize("kid", [None, "", "theirs", "kid-RS256", 1, ["kid-ES256"], {}])
def test_a_token_names_the_key_that_made_it(kid: object) -> None:
    assert not is_ours(signed_with_header(kid=kid))


def test_a_critical_extension_that_we_do_not_know_is_refused() -> None:
    assert not is_ours(signed_with_header(crit=["exp"], exp=1))
    assert not is_ours(signed_with_header(crit=["b64"], b64=False))


def test_the_json_serialisation_is_no_token() -> None:
    header, payload, signature = SIGNERS["ES256"].sign(CLAIMS, "JWT").split(".")
    flat = {"protected": header, "payload": payload, "signature": signature}
    assert not is_ours(orjson.dumps(flat).decode())
    assert not is_ours(orjson.dumps({"payload": payload}).decode())


def test_what_is_encrypted_is_no_token() -> None:
    assert not is_ours("a.b.c.d.e")


@pytest.mark.parametrize("payload", [b"[]", b'"text"', b"1", b"null", b"{", b"\xff"])
def test_claims_are_an_object(payload: bytes) -> None:
    signing_input = f"{SIGNERS['ES256'].sign(CLAIMS, 'JWT').split('.')[0]}.{b64encode(payload)}"
    signature = b64encode(SIGNERS["ES256"]._sign(signing_input.encode()))
    assert not is_ours(f"{signing_input}.{signature}")


@given(st.text(max_size=100))
def test_any_text_is_nobodys(text: str) -> None:
    assert not is_ours(text)
    assert not is_ours(f"{text}.{text}.{text}")


def test_without_keys_nothing_is_ours() -> None:
    with pytest.raises(NotOurs):
        Verifier([]).verify(SIGNERS["ES256"].sign(CLAIMS, "JWT"), "jwt")
