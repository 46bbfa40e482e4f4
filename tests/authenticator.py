"""An authenticator made of software: it signs what it is asked to, and can be told to misbehave.

Its answers are the JSON that a page's script makes of a browser's (Web Authentication Level 3,
sections 6.1 and 6.5)."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from idp.crypto import b64decode, b64encode
from tests.browser_client import ISSUER

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
ES256, EDDSA, RS256, ES384 = -7, -8, -257, -35
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass
class Maker:
    """Who vouches for a model: a certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass
class Authenticator:
    """One passkey at most. `counter` goes up with each signature, unless it has none (0)."""

    origin: str = ISSUER
    rp_id: str = "localhost"
    verifies: bool = True
    synced: bool = True
    counter: int = 0
    alg: int = ES256
    aaguid: bytes = bytes(16)
    maker: Maker | None = None
    cross_origin: bool = False
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes = b""
    key: Key | None = None

    def create(self, options: dict[str, Any]) -> str:
        """The answer to creation options."""
        self.key = _new_key(self.alg)
        self.user_handle = b64decode(options["user"]["id"])
        client_data = self._client_data("webauthn.create", options)
        length = len(self.credential_id).to_bytes(2, "big")
        credential = self.aaguid + length + self.credential_id + _cose(self.key, self.alg)
        data = self._data(AT) + credential
        statement: dict[str, Any] = {}
        if self.maker:
            signed = data + hashlib.sha256(client_data).digest()
            statement = {
                "alg": ES256,
                "sig": self.maker.key.sign(signed, ec.ECDSA(SHA256())),
                "x5c": [self.maker.certificate.public_bytes(Encoding.DER)],
            }
        fmt = "packed" if self.maker else "none"
        attestation = cbor2.dumps({"fmt": fmt, "attStmt": statement, "authData": data})
        return self._answer(
            clientDataJSON=client_data, attestationObject=attestation, transports=["internal"]
        )

    def get(self, options: dict[str, Any]) -> str:
        """The answer to request options."""
        if self.counter:
            self.counter += 1
        client_data, data = self._client_data("webauthn.get", options), self._data(0)
        signature = self._sign(data + hashlib.sha256(client_data).digest())
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=signature,
            userHandle=self.user_handle,
        )

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        }
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        flags |= UP | (UV if self.verifies else 0) | (BE | BS if self.synced else 0)
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _sign(self, message: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(SHA256()))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(message, padding.PKCS1v15(), SHA256())
        assert self.key is not None
        return self.key.sign(message)

    def _answer(self, **parts: Any) -> str:
        """Bytes as base64url, anything else as it is."""
        encoded = {
            name: b64encode(part) if isinstance(part, bytes) else part
            for name, part in parts.items()
        }
        name = b64encode(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": encoded})


def _new_key(alg: int) -> Key:
    if alg == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if alg == RS256:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP384R1() if alg == ES384 else ec.SECP256R1())


def _cose(key: Key, alg: int) -> bytes:
    """The public half as a COSE key (RFC 9053)."""
    public: Any = key.public_key()
    if alg == EDDSA:
        return cbor2.dumps({1: 1, 3: alg, -1: 6, -2: public.public_bytes_raw()})
    numbers = public.public_numbers()
    if alg == RS256:
        n = numbers.n.to_bytes(256, "big")
        return cbor2.dumps({1: 3, 3: alg, -1: n, -2: numbers.e.to_bytes(3, "big")})
    curve, size = (2, 48) if alg == ES384 else (1, 32)
    x, y = (value.to_bytes(size, "big") for value in (numbers.x, numbers.y))
    return cbor2.dumps({1: 2, 3: alg, -1: curve, -2: x, -3: y})
