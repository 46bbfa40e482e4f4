"""The refresh token grant (RFC 6749, section 6) with rotation, on Authlib's."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidScopeError, grants

from idp import clock
from idp.oidc import family as families
from idp.oidc import refresh_tokens, resource_indicators
from idp.oidc.client_authentication import METHODS
from idp.oidc.family import Family
from idp.oidc.mint import mint
from idp.oidc.token_request import TokenRequest


class RefreshGrant(grants.RefreshTokenGrant):
    """Nothing rotates before all else is right: a refused request costs nobody their token."""

    TOKEN_ENDPOINT_AUTH_METHODS = tuple(METHODS)
    request: TokenRequest

    def authenticate_refresh_token(self, refresh_token: str) -> Family | None:
        tx = self.request.tx
        presented = refresh_tokens.read(self.request.provider.keyring, refresh_token)
        if presented is None:
            return None
        # What decides it is read in the transaction that rotates.
        tx.begin()
        family = families.read(tx, presented.grant_id)
        if family is None or not family.check_client(self.client):
            return None
        if family.revoked_at is not None or (family.refresh_expires_at or 0) <= clock.now():
            return None
        self.request.generation = presented.generation
        if presented.generation != family.generation and not self._is_retry(family):
            self._end(family)
            return None
        agreed = families.as_agreed(family, self.client)
        return agreed if agreed is not None and agreed.stays_connected else None

    def _is_retry(self, family: Family) -> bool:
        """Whether the token just before the current one is presented again, soon enough."""
        age = clock.now() - (family.rotated_at or 0)
        just_before = self.request.generation == family.generation - 1
        return just_before and age <= self.request.provider.settings.refresh_token_grace

    def _end(self, family: Family) -> None:
        """An older token was copied: who holds which copy, nobody knows."""
        if families.end(self.request.tx, family.grant_id):
            families.record(
                self.request.tx,
                self.client,
                "token.refused",
                family,
                outcome="refresh_token_reused",
            )

    def _validate_token_scope(self, token: Family) -> None:
        """A narrower scope is fine, a wider one is not; openid stays."""
        wanted = self._wanted(token)
        if not set(token.scope.split()).issuperset(wanted) or "openid" not in wanted:
            raise InvalidScopeError("scope is wider than what was granted, or lacks openid")
        # Before anything rotates, too: the API that the new token is for, of those granted
        # (RFC 8707, section 2.2).
        self._resource = resource_indicators.chosen(
            self.request.provider,
            self.request.values.get("resource"),
            token.resource,
            self._wanted(token),
        )

    def _wanted(self, family: Family) -> list[str]:
        return (self.request.payload.scope or family.scope).split()

    def authenticate_user(self, credential: Family) -> int:
        return credential.account_id

    def issue_token(self, user: int, refresh_token: Family) -> dict[str, Any]:
        generation, wanted = self._rotate(refresh_token), self._wanted(refresh_token)
        scope = [name for name in refresh_token.scope.split() if name in wanted]
        refresh_token.scope = " ".join(scope)
        # A refreshed ID token "SHOULD NOT have a nonce Claim" (OpenID Connect Core, section 12.2).
        refresh_token.nonce = None
        return mint(
            self.request.provider,
            self.request.tx,
            self.client,
            refresh_token,
            self._resource,
            generation,
            self.request.recipient,
        )

    def _rotate(self, family: Family) -> int:
        """The generation of the token to give: the next one, or for a retry the current one
        again, for which nothing is written."""
        tx = self.request.tx
        if self.request.generation == family.generation and families.rotate(tx, family):
            families.record(tx, self.client, "token.refreshed", family, grant_type=self.GRANT_TYPE)
            tx.commit()
            return family.generation + 1
        # A retry, or somebody rotated while we looked: what is current now decides.
        current = families.read(tx, family.grant_id) or family
        if current.revoked_at is not None or not self._is_retry(current):
            self._end(current)
            raise InvalidGrantError("the refresh token has served already")
        return current.generation

    def revoke_old_credential(self, refresh_token: Family) -> None:
        """Rotated already."""
