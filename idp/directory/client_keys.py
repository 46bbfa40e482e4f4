"""The public keys of an application, whether registered or fetched (RFC 7517)."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from idp.directory.client_vocabulary import ALGORITHMS, CONTENT_ENCRYPTION, KEY_ENCRYPTION

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
MOST = 20
RSA_BITS = 2048
UNREADABLE = (JoseError, ValueError, TypeError, KeyError)
USES = dict.fromkeys(ALGORITHMS, "sig") | dict.fromkeys(KEY_ENCRYPTION, "enc")


def problem(jwks: Any) -> str | None:
    """What is wrong with a JWK Set, or None."""
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST:
        return f"is not a JWK Set of 1 to {MOST} keys"
    if not all(isinstance(key, Mapping) for key in keys):
        return "has a key that is no JSON object"
    if any(not PRIVATE.isdisjoint(key) for key in keys):
        return "has a private or a symmetric key: keep that to yourself, and make a new one"
    names = [key.get("kid") for key in keys]
    if len(keys) > 1 and (None in names or len(set(names)) != len(names)):
        return "has keys that no kid tells apart"
    try:
        found = _imported(jwks)
    except UNREADABLE:
        return "has a key that cannot be read"
    if not all(map(_of_its_kind, found)):
        return (
            f"has a key that is neither P-256, Ed25519, X25519 nor RSA of {RSA_BITS} bits or more"
        )
    return None


def readable(jwks: Any) -> list[Key]:
    """Those keys of a fetched set that can be used: what is not understood is passed over (RFC
    7517, section 5), and so is a private key, which is nobody's any more."""
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    found: list[Key] = []
    for key in keys[:MOST] if isinstance(keys, list) else []:
        with suppress(*UNREADABLE):
            found += _imported({"keys": [key]}) if PRIVATE.isdisjoint(key) else []
    return [key for key in found if algorithms(key)]


def algorithms(key: Key) -> tuple[str, ...]:
    """What a key may be used with here, the usual one first: by its kind, and by what it says of
    itself (RFC 7517, sections 4.2 and 4.4)."""
    use, alg = key.get("use"), key.get("alg")
    return tuple(
        each
        for each in _of_its_kind(key)
        if (use is None or use == USES[each]) and (alg is None or alg == each)
    )


def _of_its_kind(key: object) -> tuple[str, ...]:
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        return ("ES256", "ECDH-ES")
    if isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        return ("EdDSA",)
    if isinstance(key, OKPKey) and key.curve_name == "X25519":
        return ("ECDH-ES",)
    if isinstance(key, RSAKey) and key.raw_value.key_size >= RSA_BITS:
        return ("RS256", "PS256", "RSA-OAEP-256")
    return ()


def possible_algorithms(jwks: Mapping[str, Any]) -> set[str]:
    """Those that the keys of a set that has no problem may sign with."""
    return {alg for key in _imported(jwks) for alg in _signing(key)}


def usual_algorithm(jwks: Mapping[str, Any]) -> str:
    """Of the first key that signs, of a set that has one."""
    return next(alg for key in _imported(jwks) for alg in _signing(key))


def _signing(key: Key) -> list[str]:
    return [alg for alg in algorithms(key) if alg in ALGORITHMS]


def has_encryption_key(jwks: Mapping[str, Any], alg: str) -> bool:
    """Whether a set that has no problem has a key for this key encryption."""
    return any(encrypts(key, alg) for key in _imported(jwks))


def encrypts(key: Key, alg: str) -> bool:
    """Whether something can be encrypted for a key. It is tried, for its `key_ops` may forbid it,
    and some points of X25519 give no secret (RFC 7748, section 6.1)."""
    if alg not in algorithms(key):
        return False
    enc = CONTENT_ENCRYPTION[0]
    try:
        jwe.encrypt_compact({"alg": alg, "enc": enc}, b"", key, algorithms=[alg, enc])
    except (JoseError, ValueError):
        return False
    return True


def _imported(jwks: Mapping[str, Any]) -> list[Key]:
    # One by one: a set would give a key without a name one of its own.
    return [JWKRegistry.import_key(dict(key)) for key in jwks["keys"]]
