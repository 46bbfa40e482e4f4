"""The issuer's public keys: fetched once, and again for a key never seen, but not too often."""

from __future__ import annotations

import threading
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from clients.clock import Clock

REFETCH_AFTER = 10  # seconds between two fetches, however many unknown keys are named
TIMEOUT = 5  # seconds


class KeysUnavailable(Exception):
    """The issuer cannot be asked for its keys, and we hold none."""


class IssuerKeys:
    """Keys by `kid`, from the `jwks_uri` of the issuer's metadata (RFC 8414)."""

    def __init__(self, issuer: str, clock: Clock) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched_at: float | None = None
        self._fetching = threading.Lock()

    def find(self, kid: str) -> Key | None:
        """The key of this name, or None when the issuer does not publish it."""
        if kid not in self._keys:
            with self._fetching:
                if kid not in self._keys and self._may_fetch():
                    self._fetch()
        return self._keys.get(kid)

    def _may_fetch(self) -> bool:
        return self._fetched_at is None or self._clock() >= self._fetched_at + REFETCH_AFTER

    def _fetch(self) -> None:
        """Replace the keys; when that fails, those held stay good."""
        try:
            published = self._published()
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            if self._fetched_at is None:
                raise KeysUnavailable(str(error)) from error
        else:
            self._keys = {key.kid: key for key in published if key.kid and not key.is_private}
        self._fetched_at = self._clock()

    def _published(self) -> list[Key]:
        metadata = self._get(f"{self._issuer}/.well-known/openid-configuration")
        # RFC 8414, section 3.3: the issuer MUST be identical.
        if metadata["issuer"] != self._issuer:
            raise ValueError("the metadata names another issuer")
        # RFC 7517, section 5: keys that are not understood SHOULD be ignored.
        return [key for jwk in self._get(metadata["jwks_uri"])["keys"] if (key := _readable(jwk))]

    def _get(self, url: str) -> Any:
        with requests.Session() as http:
            http.trust_env = False
            answer = http.get(url, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()


def _readable(jwk: Any) -> Key | None:
    try:
        return JWKRegistry.import_key(jwk)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
