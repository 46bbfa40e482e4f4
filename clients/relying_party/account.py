"""What an application keeps of the person signed in, and the tokens it keeps fresh."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from typing import Any

from clients.clock import Clock
from clients.relying_party.provider import Provider, ProviderRefused, SignedIn
from clients.relying_party.sessions import StoredSession

RENEW_BEFORE = 30  # seconds of life left under which an access token is renewed first


class NotSignedIn(Exception):
    """Nobody is signed in here, or not any more."""


class Accounts:
    """Reads and writes the signed-in person of a session."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        # Two tabs whose token ends at the same time renew it once.
        self._renewing = threading.Lock()

    def keep(self, session: StoredSession, result: SignedIn) -> None:
        """Make the result of a code flow the session's person, under a new session identifier."""
        userinfo = self._provider.userinfo(result.tokens, result.claims["sub"])
        session["tokens"] = result.tokens
        session["claims"] = result.claims
        # By which the provider will say that it is over.
        session["sub"], session["sid"] = result.claims["sub"], result.claims.get("sid")
        session["userinfo"] = userinfo
        session["csrf"] = secrets.token_urlsafe(16)
        session.renew()

    def access_token(self, session: StoredSession) -> str:
        """An access token with some life left, renewed if there is a refresh token; else
        NotSignedIn."""
        if self._ending(session):
            with self._renewing:
                session.reread()
                if self._ending(session):
                    self.renew(session)
        return str(session["tokens"]["access_token"])

    def renew(self, session: StoredSession) -> None:
        tokens = session.get("tokens", {})
        if "refresh_token" not in tokens:
            raise NotSignedIn
        try:
            session["tokens"] = self._provider.refresh(tokens, session["claims"]["sub"])
        except ProviderRefused as refusal:
            raise NotSignedIn from refusal

    def _ending(self, session: StoredSession) -> bool:
        if "tokens" not in session:
            raise NotSignedIn
        expires_at = session["tokens"].get("expires_at")
        return expires_at is not None and expires_at < self._clock() + RENEW_BEFORE


def granted(session: StoredSession, scope: str) -> bool:
    return scope in session.get("tokens", {}).get("scope", "").split()


def identity(session: StoredSession) -> dict[str, Any]:
    """All that the provider said of the person: ID token claims, userinfo above them."""
    return {**session.get("claims", {}), **session.get("userinfo", {})}


def unverified_jwt(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims of a JWT, to show them; None for an opaque token. Proves nothing."""
    try:
        header, claims = (_part(part) for part in token.split(".")[:2])
    except ValueError:
        return None
    return (header, claims) if isinstance(header, dict) and isinstance(claims, dict) else None


def _part(encoded: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
