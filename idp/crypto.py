"""Keys with ids, and the four things done with them: seal, mac, index, derive.

A key list is written `id:base64url(32 bytes)[,id:…]`, newest first. The newest is used to
write; every listed one is accepted when reading, so that a key is replaced without downtime.
"""

import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32
NONCE_BYTES = 12


_TO_URL = bytes.maketrans(b"+/", b"-_")
# The last letter of a text whose last group is not full: the bits that are left over are zero.
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/???")  # neither the ordinary alphabet nor padding


class KeyListError(ValueError):
    """The text is not a list of keys; the message says why, without the key."""


class Unsealable(ValueError):
    """The sealed bytes were altered, moved to another place, or their key is not known."""


def b64encode(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    text = binascii.b2a_base64(data, newline=False).translate(_TO_URL)
    return text.decode("ascii").rstrip("=")


def b64decode(text: str) -> bytes:
    """The inverse of `b64encode`; ValueError on anything else, padding included."""
    try:
        padded = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
        data = binascii.a2b_base64(padded, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    left_over = len(text) % 4
    if left_over and text[-1] not in _LAST[left_over]:
        raise ValueError("not canonical base64url")
    return data


def new_secret(size: int = KEY_BYTES) -> str:
    """`size` random bytes as base64url text."""
    return b64encode(os.urandom(size))


def digest(secret: str) -> bytes:
    """How a secret of 128 random bits or more is kept: 32 bytes of SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def parse_keys(text: str) -> dict[str, bytes]:
    """Key id → 32 bytes, newest first. Raises KeyListError."""
    keys: dict[str, bytes] = {}
    for item in text.split(","):
        key_id, separator, encoded = item.strip().partition(":")
        if not separator or not key_id.isalnum() or len(key_id) > 8:
            raise KeyListError("each key is written id:base64url, the id 1 to 8 letters or digits")
        try:
            key = b64decode(encoded)
        except ValueError as error:
            raise KeyListError(f"key {key_id} is not base64url without padding") from error
        if len(key) != KEY_BYTES:
            raise KeyListError(f"key {key_id} has {len(key)} bytes, not {KEY_BYTES}")
        if key_id in keys:
            raise KeyListError(f"key {key_id} is there twice")
        keys[key_id] = key
    return keys


def key_label(key_id: str) -> bytes:
    """How stored bytes begin, to say which key made them: the id's length, then the id."""
    return bytes([len(key_id)]) + key_id.encode()


class KeySet:
    """The keys of one use, newest first."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self.current_id = next(iter(keys))

    def ids(self) -> list[str]:
        return list(self._keys)

    def derive(self, purpose: str, key_id: str | None = None) -> bytes:
        """A key for one purpose (HKDF-Expand, RFC 5869, section 2.3). KeyError: unknown id."""
        return _derived(self._keys[key_id or self.current_id], purpose)


@lru_cache(maxsize=256)
def _derived(key: bytes, purpose: str) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, purpose.encode()).derive(key)


def _hmac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256. From a copy: to begin with a key takes longer than all that follows."""
    begun = _begun(key).copy()
    begun.update(message)
    return begun.finalize()


@lru_cache(maxsize=256)
def _begun(key: bytes) -> HMAC:
    return HMAC(key, SHA256())


class Keyring:
    """The process's keys: one set to seal, one to authenticate, one to search."""

    def __init__(self, sealing: str, mac: str, index: str) -> None:
        self.sealing = KeySet(parse_keys(sealing))
        self.macs = KeySet(parse_keys(mac))
        self.indexes = KeySet(parse_keys(index))
        self._ciphers = {
            key_id: AESGCM(self.sealing.derive("seal", key_id)) for key_id in self.sealing.ids()
        }

    def seal(self, plaintext: bytes, place: str) -> bytes:
        """AES-256-GCM; `place` (such as "holder.nir") is authenticated, so that a value moved
        to another column does not open. Layout: the key's label, nonce, ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.sealing.current_id].encrypt(nonce, plaintext, place.encode())
        return key_label(self.sealing.current_id) + nonce + sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        """The plaintext of `seal(…, place)`. Raises Unsealable."""
        label = 1 + (sealed[0] if sealed else 0)
        key_id = sealed[1:label].decode("ascii", "replace")
        nonce, ciphertext = sealed[label : label + NONCE_BYTES], sealed[label + NONCE_BYTES :]
        try:
            return self._ciphers[key_id].decrypt(nonce, ciphertext, place.encode())
        except (KeyError, InvalidTag, ValueError) as error:
            raise Unsealable(place) from error

    def mac(self, purpose: str, message: bytes, key_id: str | None = None) -> bytes:
        """HMAC-SHA256 under the key derived for `purpose`. KeyError: unknown id."""
        return _hmac(self.macs.derive(purpose, key_id), message)

    def sign(self, purpose: str, message: bytes) -> str:
        """A value that a browser keeps for us: `key id.message.mac`."""
        key_id = self.macs.current_id
        return f"{key_id}.{b64encode(message)}.{b64encode(self.mac(purpose, message))}"

    def verify(self, purpose: str, signed: str) -> bytes | None:
        """The message of `sign(purpose, …)`, or None when it is not one of ours."""
        try:
            key_id, message_text, mac_text = signed.split(".")
            message, mac = b64decode(message_text), b64decode(mac_text)
            expected = self.mac(purpose, message, key_id)
        except (ValueError, KeyError):
            return None
        return message if hmac.compare_digest(mac, expected) else None

    def blind_index(self, place: str, value: str, key_id: str | None = None) -> bytes:
        """The bytes by which a sealed value is found again, without being readable: the label
        of the key that made them (the newest, unless told), then 32. KeyError: unknown id."""
        key_id = key_id or self.indexes.current_id
        mac = _hmac(self.indexes.derive(place, key_id), value.encode())
        return key_label(key_id) + mac

    def blind_indexes(self, place: str, value: str) -> list[bytes]:
        """What to look for, for a row may not have been indexed anew yet: under every key,
        newest first."""
        return [self.blind_index(place, value, key_id) for key_id in self.indexes.ids()]
