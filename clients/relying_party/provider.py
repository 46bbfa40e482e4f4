"""The provider as an application sees it: Authlib's client, made stricter, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from joserfc.errors import JoseError
from werkzeug.datastructures import MultiDict

from clients.clock import Clock
from clients.relying_party.sessions import StoredSession
from clients.settings import RelyingPartySettings

TIMEOUT = 10  # seconds for one answer of the provider
LEEWAY = 30  # seconds between two machines' clocks


class ProviderRefused(Exception):
    """The provider answered with an OAuth error; `next` is the page that was wanted."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error, self.description, self.next = error, description, "/"


class ProviderUnreachable(Exception):
    """No answer, or none that can be understood."""


class ResponseRejected(Exception):
    """An answer that is not ours or not sound. `reason` is for the log, not for the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Wish:
    """What an authorization request asks for, and the page to come back to."""

    scope: str
    acr_values: str
    next: str = "/"
    max_age: int | None = None
    # A page that had to ask again says so: it shall not ask a second time.
    asked: bool = False

    def parameters(self) -> dict[str, Any]:
        age = {} if self.max_age is None else {"max_age": self.max_age}
        return {"scope": self.scope, "acr_values": self.acr_values, "ui_locales": "fr", **age}


@dataclass(frozen=True)
class SignedIn:
    """A finished code flow: token response, verified ID token claims, and the request's memory."""

    tokens: dict[str, Any]
    claims: dict[str, Any]
    next: str
    asked: bool


class Provider:
    """One per application. Knows the endpoints from the issuer's published metadata."""

    def __init__(self, app: Flask, settings: RelyingPartySettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._client = OAuth(app).register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
                "default_timeout": TIMEOUT,
                # All is on this machine: no proxy, no credentials from somebody's .netrc.
                "trust_env": False,
            },
        )

    def authorization_url(self, wish: Wish, session: StoredSession) -> str:
        """Where to send the browser; state, nonce and PKCE verifier stay in the session."""
        self._metadata()
        redirect_uri = f"{self._settings.origin}/callback"
        request = self._client.create_authorization_url(redirect_uri, **wish.parameters())
        memory = {"next": wish.next, "asked": wish.asked, "max_age": wish.max_age}
        self._client.framework.set_state_data(
            session,
            request.pop("state"),
            {**request, **memory, "scope": wish.scope, "redirect_uri": redirect_uri},
        )
        return str(request["url"])

    def complete(self, answer: MultiDict[str, str], session: StoredSession) -> SignedIn:
        """Turn the authorization response into tokens; each state is good for one answer."""
        memory = self._memory(answer, session)
        try:
            self._check_issuer(answer)
            if "error" in answer:
                raise ProviderRefused(answer["error"], answer.get("error_description", ""))
            return self._exchange(memory)
        except ProviderRefused as refusal:
            refusal.next = memory["next"]
            raise
        finally:
            self._client.framework.clear_state_data(session, answer.get("state"))

    def refresh(self, tokens: dict[str, Any], subject: str) -> dict[str, Any]:
        """The token response to the refresh token, completed with what it leaves unsaid.

        ProviderRefused when the refresh token is over (RFC 6749, section 6).
        """
        fresh = self._fetch(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        if "id_token" in fresh and self._verified(fresh)["sub"] != subject:
            # OIDC Core, section 12.2: its sub MUST be the same as in the original ID token.
            raise ResponseRejected("the refreshed ID token speaks of another subject")
        # RFC 6749, section 6: without a new refresh token the old one stays; without a scope,
        # it is unchanged.
        return {**tokens, **fresh}

    def userinfo(self, tokens: dict[str, Any], subject: str) -> dict[str, Any]:
        """The userinfo claims of `subject`; empty when the endpoint does not give them."""
        try:
            answer = dict(self._client.userinfo(token=tokens))
        except (OAuthError, requests.RequestException, ValueError):
            return {}
        # OIDC Core, section 5.3.2: sub MUST be verified to exactly match.
        if answer.get("sub") != subject:
            raise ResponseRejected("userinfo speaks of another subject")
        return answer

    def logout_url(self, id_token: str, session: StoredSession) -> str:
        """OpenID Connect RP-Initiated Logout 1.0, section 2; the state stays in the session."""
        self._metadata()
        request = self._client.create_logout_url(
            post_logout_redirect_uri=f"{self._settings.origin}/logged-out",
            id_token_hint=id_token,
            client_id=self._settings.client_id,
            ui_locales="fr",
        )
        self._client.framework.set_state_data(session, request["state"], {"logout": True})
        return str(request["url"])

    def logout_confirmed(self, state: str | None, session: StoredSession) -> bool:
        """Whether this is the provider's answer to a logout that this browser asked for."""
        memory = self._client.framework.get_state_data(session, state)
        self._client.framework.clear_state_data(session, state)
        return bool(memory and memory.get("logout"))

    def _memory(self, answer: MultiDict[str, str], session: StoredSession) -> dict[str, Any]:
        if any(len(values) > 1 for values in answer.listvalues()):
            raise ResponseRejected("a response parameter came twice")
        memory = self._client.framework.get_state_data(session, answer.get("state"))
        if not memory or "next" not in memory:
            raise ResponseRejected("unknown state")
        return dict(memory)

    def _check_issuer(self, answer: MultiDict[str, str]) -> None:
        """RFC 9207, section 2.4: compare iss, errors included; required where announced."""
        announced = self._metadata().get("authorization_response_iss_parameter_supported")
        if answer.get("iss", None if announced else self._settings.issuer) != self._settings.issuer:
            raise ResponseRejected("iss is not our provider")

    def _expected(self) -> dict[str, Any]:
        """OIDC Core, section 3.1.3.7, points 2 and 3; Authlib itself only compares `iss`."""
        return {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }

    def _verified(self, tokens: dict[str, Any]) -> dict[str, Any]:
        try:
            claims = self._client.parse_id_token(
                tokens, nonce=None, claims_options=self._expected(), leeway=LEEWAY
            )
        except (JoseError, ValueError) as error:
            raise ResponseRejected(f"ID token: {error}") from error
        return dict(claims)

    def _exchange(self, memory: dict[str, Any]) -> SignedIn:
        tokens = self._fetch(authorize=True, leeway=LEEWAY, claims_options=self._expected())
        # Present only when Authlib has found an ID token and validated it, nonce included.
        claims = dict(tokens.pop("userinfo", None) or {})
        if not claims:
            raise ResponseRejected("no ID token")
        self._check_age(claims, memory["max_age"])
        tokens.setdefault("scope", memory["scope"])
        return SignedIn(tokens, claims, memory["next"], memory["asked"])

    def _check_age(self, claims: dict[str, Any], max_age: int | None) -> None:
        """OIDC Core, section 3.1.3.7, point 13."""
        oldest = 0 if max_age is None else self._clock() - max_age - LEEWAY
        if claims.get("auth_time", 0) < oldest:
            raise ResponseRejected("authentication older than max_age")

    def _fetch(self, *, authorize: bool = False, **parameters: Any) -> dict[str, Any]:
        client = self._client
        call = client.authorize_access_token if authorize else client.fetch_access_token
        try:
            return dict(call(**parameters))
        except OAuthError as error:
            raise ProviderRefused(error.error or "", error.description or "") from error
        except JoseError as error:
            raise ResponseRejected(f"ID token: {error}") from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderUnreachable(str(error)) from error

    def _metadata(self) -> dict[str, Any]:
        """RFC 8414, section 3.3: the issuer in the document MUST be the one that was asked."""
        try:
            metadata: dict[str, Any] = self._client.load_server_metadata()
        except (requests.RequestException, ValueError) as error:
            raise ProviderUnreachable(str(error)) from error
        if metadata.get("issuer") != self._settings.issuer:
            # Forget it, so that a mended provider is read again.
            metadata.pop("_loaded_at", None)
            raise ProviderUnreachable("the metadata names another issuer")
        return metadata
