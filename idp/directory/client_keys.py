"""The public keys of an application, whether registered or fetched (RFC 7517)."""

from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
MOST = 20
RSA_BITS = 2048


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
    except (JoseError, ValueError, TypeError, KeyError):
        return "has a key that cannot be read"
    if not all(map(algorithms, found)):
        return f"has a key that is neither P-256, Ed25519 nor RSA of {RSA_BITS} bits or more"
    return None


def algorithms(key: object) -> tuple[str, ...]:
    """Those that a key may sign with here, the usual one first; none: it is not taken."""
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        return ("ES256",)
    if isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        return ("EdDSA",)
    if isinstance(key, RSAKey) and key.raw_value.key_size >= RSA_BITS:
        return ("RS256", "PS256")
    return ()


def possible_algorithms(jwks: Mapping[str, Any]) -> set[str]:
    """Those that the keys of a set that has no problem may sign with."""
    return {alg for key in _for_use(jwks, "sig") for alg in algorithms(key)}


def usual_algorithm(jwks: Mapping[str, Any]) -> str:
    """Of the first key that signs, of a set that has one."""
    return algorithms(_for_use(jwks, "sig")[0])[0]


def has_encryption_key(jwks: Mapping[str, Any], alg: str) -> bool:
    """Whether a set that has no problem has a key for this key encryption."""
    return any(encrypts(key, alg) for key in _for_use(jwks, "enc"))


def encrypts(key: object, alg: str) -> bool:
    """Whether a key is of the kind that this key encryption takes (RFC 7518, section 4.1)."""
    if alg == "ECDH-ES":
        return isinstance(key, ECKey)
    return alg == "RSA-OAEP-256" and isinstance(key, RSAKey)


def _for_use(jwks: Mapping[str, Any], use: str) -> Sequence[Key]:
    """The keys that do not say that they are for something else (RFC 7517, section 4.2)."""
    return [key for key in _imported(jwks) if key.get("use") in {None, use}]


def _imported(jwks: Mapping[str, Any]) -> Sequence[Key]:
    return KeySet.import_key_set({"keys": [dict(key) for key in jwks["keys"]]}).keys
