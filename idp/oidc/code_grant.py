"""The authorization code grant (RFC 6749, section 4.1.3) with PKCE (RFC 7636), on Authlib's."""

import re
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, grants
from authlib.oauth2.rfc7636 import CodeChallenge

from idp import clock
from idp.crypto import digest
from idp.oidc import family as families
from idp.oidc import resource_indicators
from idp.oidc.client_authentication import METHODS
from idp.oidc.family import Family
from idp.oidc.mint import mint
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.token_request import TokenRequest

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class CodeGrant(grants.AuthorizationCodeGrant):
    """One code, one answer."""

    TOKEN_ENDPOINT_AUTH_METHODS = tuple(METHODS)
    request: TokenRequest

    def query_authorization_code(self, code: str, client: RegisteredClient) -> Family | None:
        """Consumed here, before anything else is looked at: whoever fails has used it up."""
        tx, lifetime = self.request.tx, self.request.provider.settings.refresh_token_lifetime
        refreshes = client.check_grant_type("refresh_token")
        tx.begin()
        family = families.use_code(tx, digest(code), clock.now() + lifetime if refreshes else None)
        if family is None:
            families.record(tx, client, "token.refused", outcome="code_used_or_unknown")
            return None
        agreed = families.as_agreed(family, client)
        refusal = _why_refused(family, client) or ("not_agreed" if agreed is None else None)
        if refusal:
            families.record(tx, client, "token.refused", family, outcome=refusal)
            return None
        return agreed

    def authenticate_user(self, authorization_code: Family) -> int:
        return authorization_code.account_id

    def generate_token(
        self, user: int, scope: str, include_refresh_token: bool = False, **_: Any
    ) -> dict[str, Any]:
        provider, tx, client = self.request.provider, self.request.tx, self.client
        family, generation = self.request.authorization_code, None
        resource = resource_indicators.chosen(
            provider,
            self.request.values.get("resource"),
            family.resource,
            family.scope.split(),
        )
        if include_refresh_token and family.stays_connected:
            generation = family.generation
        families.record(tx, client, "token.issued", family, grant_type=self.GRANT_TYPE)
        tx.commit()
        return mint(provider, tx, client, family, resource, generation, self.request.recipient)

    def delete_authorization_code(self, authorization_code: Family) -> None:
        """Used already: the row stays, to recognise a second use."""


def _why_refused(family: Family, client: RegisteredClient) -> str | None:
    if not family.check_client(client):
        return "code_of_another_client"
    if family.revoked_at is not None:
        return "grant_ended"
    return None if family.code_expires_at > clock.now() else "code_expired"


class S256CodeChallenge(CodeChallenge):
    """RFC 7636 with S256 alone. The challenge was checked at the authorization endpoint."""

    def validate_code_verifier(self, grant: CodeGrant, result: object) -> None:
        """A verifier without a challenge is refused like a challenge without a verifier
        (RFC 9700, section 4.8.2)."""
        family: Family = grant.request.authorization_code
        verifier = grant.request.values.get("code_verifier")
        if family.code_challenge is None and verifier is None:
            return
        if family.code_challenge is None or verifier is None:
            raise InvalidGrantError("code_challenge and code_verifier go together")
        if not _VERIFIER.fullmatch(verifier):
            raise InvalidGrantError("code_verifier is not one")
        if not self.CODE_CHALLENGE_METHODS["S256"](verifier, family.code_challenge):
            raise InvalidGrantError("code_verifier does not match")
