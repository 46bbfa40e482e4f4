"""The six digits that are typed beside a link: sent by another way than the link itself."""

import hmac
import secrets

from idp.crypto import Keyring
from idp.factors.one_time_code import DIGITS
from idp.models import Link


def give(keyring: Keyring, link: Link) -> str:
    """A code for this link, whose id is known; only its MAC is kept."""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    link.code_mac = _mac(keyring, link, digits)
    return digits


def matches(keyring: Keyring, link: Link, typed: str) -> bool:
    """Under any of the MAC keys. For a link that nobody was sent a code for, the same work."""
    candidates = [_mac(keyring, link, typed, key_id) for key_id in keyring.macs.ids()]
    kept = link.code_mac or bytes(len(candidates[0]))
    same = [hmac.compare_digest(kept, candidate) for candidate in candidates]
    return any(same) and link.code_mac is not None


def _mac(keyring: Keyring, link: Link, digits: str, key_id: str | None = None) -> bytes:
    return keyring.mac("link-code", f"{link.id}:{digits}".encode(), key_id)
