"""Signing, the hot way: a prebuilt header, orjson and the key itself (RFC 7515, RFC 7518).

joserfc makes and reads the keys and verifies what comes back; only the signature is done here,
for it is what the provider does most.
"""

import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from idp.crypto import b64encode

P256_BYTES = 32
SUPPORTED = ("ES256", "RS256", "PS256", "EdDSA")

# RFC 9864 says Ed25519 from now on; what relying parties know is EdDSA.
warnings.filterwarnings("ignore", "EdDSA is deprecated", SecurityWarning)


class Signer:
    """One private key with its algorithm and its id, always named in the header."""

    def __init__(self, kid: str, alg: str, private_jwk: dict[str, Any]) -> None:
        self.kid = kid
        self.alg = alg
        self._private_jwk = private_jwk
        self._headers: dict[str, bytes] = {}

    @cached_property
    def _sign(self) -> Callable[[bytes], bytes]:
        # Importing an RSA key takes a tenth of a second: not before somebody asks for it.
        return _signature(self.alg, self._private_jwk)

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """The compact serialisation, with an explicit `typ` (RFC 8725, section 3.11)."""
        header = self._headers.get(typ)
        if header is None:
            document = {"alg": self.alg, "kid": self.kid, "typ": typ}
            header = self._headers[typ] = b64encode(orjson.dumps(document)).encode() + b"."
        signing_input = header + b64encode(orjson.dumps(claims)).encode()
        return f"{signing_input.decode()}.{b64encode(self._sign(signing_input))}"


def _signature(alg: str, private_jwk: dict[str, Any]) -> Callable[[bytes], bytes]:
    if alg == "ES256":
        return _es256(ECKey.import_key(private_jwk).private_key)
    if alg == "RS256":
        return _rsa(RSAKey.import_key(private_jwk).private_key, padding.PKCS1v15())
    if alg == "PS256":
        # The salt is as long as the hash (RFC 7518, section 3.5).
        scheme = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
        return _rsa(RSAKey.import_key(private_jwk).private_key, scheme)
    if alg == "EdDSA":
        return _eddsa(OKPKey.import_key(private_jwk).private_key)
    raise ValueError(f"no signature for {alg}")


def _es256(key: ec.EllipticCurvePrivateKey | None) -> Callable[[bytes], bytes]:
    assert key is not None
    algorithm = ec.ECDSA(SHA256())

    def sign(data: bytes) -> bytes:
        # JWS wants R and S side by side (RFC 7518, section 3.4), not DER.
        r, s = decode_dss_signature(key.sign(data, algorithm))
        return r.to_bytes(P256_BYTES, "big") + s.to_bytes(P256_BYTES, "big")

    return sign


def _rsa(
    key: rsa.RSAPrivateKey | None, scheme: padding.AsymmetricPadding
) -> Callable[[bytes], bytes]:
    assert key is not None
    algorithm = SHA256()
    return lambda data: key.sign(data, scheme, algorithm)


def _eddsa(key: object) -> Callable[[bytes], bytes]:
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    return key.sign


class NotOurs(ValueError):
    """A token that we did not sign, or not as what it is presented for."""


class Verifier:
    """The published keys, imported once."""

    def __init__(self, published_keys: list[dict[str, Any]]) -> None:
        # joserfc knows no empty set; without a key nothing is ours.
        self._keys = KeySet.import_key_set({"keys": published_keys}) if published_keys else None
        self._algorithms = {key["kid"]: key["alg"] for key in published_keys}

    def verify(self, token: str, typ: str) -> dict[str, Any]:
        """The claims of a token of ours; `exp` is the caller's to judge. Raises NotOurs.

        The algorithm is the one that the key named by `kid` is for (RFC 8725, section 3.1), and
        `typ` tells an access token from an ID token and from a logout token.
        """
        if self._keys is None:
            raise NotOurs("key")
        try:
            decoded = jwt.decode(token, self._keys, algorithms=SUPPORTED)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotOurs("signature") from error
        header = decoded.header
        if self._algorithms.get(header.get("kid", "")) != header["alg"]:
            raise NotOurs("key")
        if str(header.get("typ", "")).lower().removeprefix("application/") != typ:
            raise NotOurs("typ")
        return dict(decoded.claims)
