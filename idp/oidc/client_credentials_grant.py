"""The client credentials grant (RFC 6749, section 4.4), on Authlib's: a machine for itself.

Nothing is written, but how many were given now and then: the token names no grant, lives five
minutes, and can be revoked by its number.
"""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError, grants

from idp.oidc import resource_indicators
from idp.oidc.client_authentication import CONFIDENTIAL_METHODS
from idp.oidc.mint import for_machine
from idp.oidc.registry import RegisteredResource
from idp.oidc.resource_indicators import InvalidTargetError
from idp.oidc.token_request import TokenRequest


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """A token for one API, with scopes of that API alone: what tells of a person needs one."""

    TOKEN_ENDPOINT_AUTH_METHODS = CONFIDENTIAL_METHODS
    request: TokenRequest

    def validate_requested_scope(self) -> None:
        self._scope, self._resource = self._asked()

    def _asked(self) -> tuple[list[str], RegisteredResource]:
        """Without `scope`, all of the API's that the client is registered for."""
        provider, values = self.request.provider, self.request.values
        wanted = values.get("scope", "").split() or sorted(self.request.client.scope)
        resource = resource_indicators.chosen(provider, values.get("resource"), [], wanted)
        if resource is None:
            raise InvalidTargetError("the token is for one API: name it, or scopes of one only")
        if "scope" not in values:
            wanted = [name for name in wanted if name in resource.scopes]
        if not self.request.client.scope.issuperset(wanted) or not resource.scopes.keys() >= set(
            wanted
        ):
            raise InvalidScopeError("scope has what this client may not ask for, or another API's")
        return wanted, resource

    def generate_token(self, scope: str, include_refresh_token: bool = False) -> dict[str, Any]:
        provider, client = self.request.provider, self.request.client
        token = for_machine(provider, client, self._resource, self._scope)
        provider.machine_tokens.add(client.pk)
        return token
