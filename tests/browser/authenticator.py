"""Chromium's virtual authenticator: a telephone with a finger on it, or without."""

from typing import Any

from tests.browser.visitor import Visitor


class VirtualAuthenticator:
    """Of one tab. `present`: whether somebody answers when a page asks."""

    def __init__(self, visitor: Visitor, *, present: bool = True) -> None:
        self._devtools = visitor.context.new_cdp_session(visitor.page)
        self._devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": present,
            "defaultBackupEligibility": True,
            "defaultBackupState": True,
        }
        added = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = added["authenticatorId"]

    def verifies(self, verified: bool) -> None:
        """Otherwise its answers say that it did not look who is there."""
        self._send("setResponseOverrideBits", isBadUV=not verified)

    def is_present(self, present: bool) -> None:
        self._send("setAutomaticPresenceSimulation", enabled=present)

    def credentials(self) -> list[dict[str, Any]]:
        return list(self._send("getCredentials")["credentials"])

    def set_back(self, sign_count: int) -> None:
        """What a clone would do: sign with a number that was used."""
        [credential] = self.credentials()
        self._send("clearCredentials")
        self._send("addCredential", credential=credential | {"signCount": sign_count})

    def _send(self, command: str, **values: Any) -> dict[str, Any]:
        return dict(
            self._devtools.send(f"WebAuthn.{command}", {"authenticatorId": self._id} | values)
        )
