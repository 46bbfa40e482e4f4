"""Refresh tokens: a family (the grant's row), a generation and a MAC. None is stored.

The current generation rotates by one conditional UPDATE. The one just before it, within the
grace, gets the same current token again: a retry after a lost answer. Any older one with a valid
MAC was copied, and ends the family (RFC 9700, section 4.14.2).
"""

import hmac
import struct
from dataclasses import dataclass

from idp.crypto import Keyring, b64decode, b64encode

_LAYOUT = struct.Struct(">QI")
MAC_BYTES = 24
PURPOSE = "refresh-token"


@dataclass(frozen=True)
class RefreshToken:
    """What an authentic token says."""

    grant_id: int
    generation: int


def make(keyring: Keyring, grant_id: int, generation: int) -> str:
    """`key id.payload and MAC`. The same arguments give the same token."""
    key_id, payload = keyring.macs.current_id, _LAYOUT.pack(grant_id, generation)
    return f"{key_id}.{b64encode(payload + _mac(keyring, payload, key_id))}"


def read(keyring: Keyring, text: str) -> RefreshToken | None:
    """The token, or None when it is not one of ours."""
    key_id, _, encoded = text.partition(".")
    try:
        data = b64decode(encoded)
        payload, mac = data[: _LAYOUT.size], data[_LAYOUT.size :]
        expected = _mac(keyring, payload, key_id)
        if not hmac.compare_digest(mac, expected):
            return None
        return RefreshToken(*_LAYOUT.unpack(payload))
    except (ValueError, KeyError, struct.error):
        return None


def _mac(keyring: Keyring, payload: bytes, key_id: str) -> bytes:
    return keyring.mac(PURPOSE, payload, key_id)[:MAC_BYTES]
