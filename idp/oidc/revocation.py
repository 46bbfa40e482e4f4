"""Token revocation (RFC 7009), on Authlib's shell: a client gives back what it no longer needs.

A refresh token takes its whole family with it, access tokens included; an access token goes alone.
"""

from typing import Any

from authlib.oauth2 import rfc7009
from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, OAuth2Error

from idp.db import Statement
from idp.oidc import access_tokens, refresh_tokens, token_request
from idp.oidc import family as families
from idp.oidc.access_tokens import AccessToken
from idp.oidc.client_authentication import METHODS, check_one_authentication
from idp.oidc.family import Family
from idp.oidc.http import Request, Response
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.token_request import TokenRequest

REVOKE = Statement("""
    INSERT INTO revoked_token (id, expires_at) VALUES (:number, :expires_at)
    ON CONFLICT DO NOTHING
""")


class Revocation(rfc7009.RevocationEndpoint):
    """Whatever is revoked, unknown or expired: the answer is 200 (section 2.2)."""

    CLIENT_AUTH_METHODS = tuple(METHODS)

    def create_endpoint_response(self, request: TokenRequest) -> Any:
        client: RegisteredClient = self.authenticate_endpoint_client(request)
        text = request.values.get("token")
        if text is None:
            raise InvalidRequestError("token is missing")
        if (token := access_tokens.read(request.provider, text)) is not None:
            _revoke_access_token(request, client, token)
        elif (family := _family(request, text)) is not None:
            _revoke_family(request, client, family)
        return 200, {}, None


def revoke(provider: Provider, server: Any, http: Request) -> Response:
    """Answer a revocation request (RFC 7009, section 2)."""
    try:
        request = token_request.read(provider, http)
        check_one_authentication(request)
    except OAuth2Error as error:
        refused: Response = server.handle_error_response(None, error)
        return refused
    with provider.database.transaction() as tx:
        request.tx = tx
        response: Response = server.create_endpoint_response(Revocation.ENDPOINT_NAME, request)
    return response


def _revoke_access_token(
    request: TokenRequest, client: RegisteredClient, token: AccessToken
) -> None:
    if token.client_id != client.client_id:
        raise InvalidGrantError("the token was not issued to this client")
    if token.is_expired:
        return
    tx = request.tx
    if tx.changed(REVOKE, number=token.number, expires_at=token.expires_at) == 1:
        family = families.read(tx, token.grant_id)
        families.record(tx, client, "token.revoked", family)


def _family(request: TokenRequest, text: str) -> Family | None:
    presented = refresh_tokens.read(request.provider.keyring, text)
    return families.read(request.tx, presented.grant_id) if presented else None


def _revoke_family(request: TokenRequest, client: RegisteredClient, family: Family) -> None:
    """Also by an older token of it: whoever holds one wants the family to end."""
    if not family.check_client(client):
        raise InvalidGrantError("the token was not issued to this client")
    if families.end(request.tx, family.grant_id):
        families.record(request.tx, client, "token.revoked", family)
