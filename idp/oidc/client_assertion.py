"""Client authentication by a signed JWT (RFC 7523; OpenID Connect Core 1.0, section 9):
`private_key_jwt` with a registered key, `client_secret_jwt` with the secret.

Whatever is wrong, the answer is the same `invalid_client`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error

from idp import clock
from idp.directory.client_vocabulary import BY_KEY, BY_SECRET
from idp.oidc import client_jws
from idp.oidc.client_jws import SKEW, Refused, moment
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.token_request import TokenRequest

QueryClient = Callable[[str], RegisteredClient | None]

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 8192
LONGEST_LIFE = 300  # seconds


def private_key_jwt(query_client: QueryClient, request: TokenRequest) -> RegisteredClient | None:
    return _authenticated(query_client, request, BY_KEY)


def client_secret_jwt(query_client: QueryClient, request: TokenRequest) -> RegisteredClient | None:
    return _authenticated(query_client, request, BY_SECRET)


def _authenticated(
    query_client: QueryClient, request: TokenRequest, method: str
) -> RegisteredClient | None:
    assertion = request.values.get("client_assertion")
    if assertion is None or request.values.get("client_assertion_type") != TYPE:
        return None
    try:
        header, claims = client_jws.read(assertion, LONGEST)
        client = _named(query_client, request, claims, method)
        alg = client.token_endpoint_auth_signing_alg
        client_jws.verify(request.provider, assertion, header, client, alg)
        expires_at = _check_claims(request, claims)
    except (Refused, OAuth2Error):
        return None
    database, jti = request.provider.database, client_jws.jti(claims)
    return client if client_jws.consume(database, client, jti, expires_at) else None


def _named(
    query_client: QueryClient, request: TokenRequest, claims: Mapping[str, Any], method: str
) -> RegisteredClient:
    """ "iss" and "sub" are the client_id (RFC 7523, section 3), as texts."""
    name = claims.get("iss")
    if not isinstance(name, str) or claims.get("sub") != name:
        raise Refused("iss")
    if request.values.get("client_id", name) != name:
        raise Refused("client_id")
    client = query_client(name)
    if client is None or client.token_endpoint_auth_method != method:
        raise Refused("client")
    return client


def _check_claims(request: TokenRequest, claims: Mapping[str, Any]) -> int:
    """When the assertion expires. Types are strict: JSON has other things that look alike."""
    settings, now = request.provider.settings, clock.now()
    accepted = {settings.issuer}
    if settings.client_assertion_at_token_endpoint:
        accepted.add(request.provider.url("/token"))
    # "the issuer identifier [...] as the sole value" (RFC 10070): a list may hide another one.
    if not isinstance(claims.get("aud"), str) or claims["aud"] not in accepted:
        raise Refused("aud")
    expires_at = moment(claims, "exp")
    if expires_at is None or not now < expires_at + SKEW or expires_at > now + LONGEST_LIFE + SKEW:
        raise Refused("exp")
    for name in ("nbf", "iat"):
        if (moment(claims, name) or now) > now + SKEW:
            raise Refused(name)
    client_jws.jti(claims)
    return expires_at
