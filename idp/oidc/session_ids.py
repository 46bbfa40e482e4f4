"""`sid`: the name of a session for the applications of one sector (OpenID Connect Front-Channel
Logout 1.0, section 3). It is not stored, and two sectors cannot tell that their names are of one
session."""

import hmac

from idp.crypto import Keyring, b64encode

PURPOSE = "sid"
BYTES = 16


def session_id_for(
    keyring: Keyring, session_id: int, sector: str, key_id: str | None = None
) -> str:
    """The `sid` of a session in a sector; under the newest key, unless told."""
    message = f"{session_id} {sector}".encode()
    return b64encode(keyring.mac(PURPOSE, message, key_id)[:BYTES])


def every_name(keyring: Keyring, session_id: int, sector: str) -> list[str]:
    """The names that a sector may know a session by, under every key that is listed: one that began
    before the newest key was put in front was told another."""
    return [session_id_for(keyring, session_id, sector, key_id) for key_id in keyring.macs.ids()]


def is_name_of(keyring: Keyring, sid: object, session_id: int, sector: str) -> bool:
    """Whether a sector may have been told `sid` of this session."""
    return isinstance(sid, str) and any(
        hmac.compare_digest(name.encode(), sid.encode("utf-8", "surrogatepass"))
        for name in every_name(keyring, session_id, sector)
    )
