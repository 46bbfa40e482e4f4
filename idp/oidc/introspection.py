"""Token introspection (RFC 7662), on Authlib's shell; and as a signed JWT (RFC 9701).

Only whom the token was given to, or the API that it is meant for, learns anything: to everybody
else the token is not active.
"""

from typing import Any

from authlib.oauth2 import rfc7662
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error

from idp import clock
from idp.oidc import family as families
from idp.oidc import refresh_tokens, standing, token_request
from idp.oidc.client_authentication import CONFIDENTIAL_METHODS, check_one_authentication
from idp.oidc.family import Family
from idp.oidc.http import NO_STORE, Request, Response
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registry import RegisteredResource
from idp.oidc.standing import Standing
from idp.oidc.subjects import subject_of
from idp.oidc.token_request import TokenRequest

MEDIA_TYPE = "application/token-introspection+jwt"
TYP = "token-introspection+jwt"
DEFAULT_ALG = "RS256"  # RFC 9701, section 6
INACTIVE = {"active": False}


class Introspection(rfc7662.IntrospectionEndpoint):
    """What stands behind a token at this moment."""

    CLIENT_AUTH_METHODS = CONFIDENTIAL_METHODS

    def create_endpoint_response(self, request: TokenRequest) -> Any:
        client: RegisteredClient = self.authenticate_endpoint_client(request)
        text = request.values.get("token")
        if text is None:
            raise InvalidRequestError("token is missing")
        # "The authorization server MAY ignore token_type_hint" (section 2.1): ours tell by
        # themselves what they are.
        document = _access_token(request, client, text) or _refresh_token(request, client, text)
        if MEDIA_TYPE in request.headers.get("Accept", ""):
            return 200, _signed(request.provider, client, document or INACTIVE), None
        return 200, document or INACTIVE, None


def introspect(provider: Provider, server: Any, http: Request) -> Response:
    """Answer an introspection request (RFC 7662, section 2)."""
    try:
        request = token_request.read(provider, http)
        check_one_authentication(request)
    except OAuth2Error as error:
        refused: Response = server.handle_error_response(None, error)
        return refused
    with provider.database.transaction(writes=False) as tx:
        request.tx = tx
        response: Response = server.create_endpoint_response(Introspection.ENDPOINT_NAME, request)
    return response


def _access_token(
    request: TokenRequest, client: RegisteredClient, text: str
) -> dict[str, Any] | None:
    """None: it is none of ours, or tells this client nothing."""
    found = standing.read(request.provider, request.tx, text)
    if found is None or found.is_expired():
        return None
    token, resource = found.token, _resource(request.provider, found.token.audience)
    is_audience = resource is not None and resource.pk == client.resource_id
    if not is_audience and token.client_id != client.client_id:
        return None
    return {
        "active": True,
        "scope": " ".join(found.scope),
        "client_id": token.client_id,
        "token_type": "Bearer",
        "exp": token.expires_at,
        "iat": token.issued_at,
        "iss": request.provider.settings.issuer,
        "aud": token.audience,
        "jti": token.jti,
        # As in the token itself: the API's, where it is for one.
        "sub": _subject(request, found, resource),
        **found.proofs,
    }


def _resource(provider: Provider, audience: list[str]) -> RegisteredResource | None:
    found = (provider.registry.resource(identifier) for identifier in audience)
    return next(filter(None, found), None)


def _subject(request: TokenRequest, found: Standing, resource: RegisteredResource | None) -> str:
    if found.account_id is None:
        return found.token.client_id
    if resource is None:
        return found.sub
    return subject_of(request.tx, found.account_id, resource.sector_identifier)


def _refresh_token(
    request: TokenRequest, client: RegisteredClient, text: str
) -> dict[str, Any] | None:
    """A refresh token is its client's business alone."""
    presented = refresh_tokens.read(request.provider.keyring, text)
    family = families.read(request.tx, presented.grant_id) if presented else None
    if presented is None or family is None or not _is_current(family, presented.generation):
        return None
    agreed = families.as_agreed(family, client) if family.check_client(client) else None
    if agreed is None or not agreed.stays_connected:
        return None
    return {
        "active": True,
        "scope": agreed.scope,
        "client_id": client.client_id,
        "token_type": "refresh_token",
        "exp": family.refresh_expires_at,
        "iss": request.provider.settings.issuer,
        "sub": family.sub,
    }


def _is_current(family: Family, generation: int) -> bool:
    lasts = (family.refresh_expires_at or 0) > clock.now()
    return lasts and family.revoked_at is None and generation == family.generation


def _signed(provider: Provider, client: RegisteredClient, document: dict[str, Any]) -> Response:
    """The members of RFC 9701, section 5."""
    members = {
        "iss": provider.settings.issuer,
        "aud": client.client_id,
        "iat": clock.now(),
        "token_introspection": document,
    }
    alg = client.introspection_signed_response_alg or DEFAULT_ALG
    token = provider.registry.signer(alg).sign(members, TYP)
    return Response(200, token.encode(), [("Content-Type", MEDIA_TYPE), *NO_STORE])
