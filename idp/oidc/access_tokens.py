"""Access tokens: a signed JWT where an API is meant (RFC 9068), sealed opaque bytes where only
userinfo is. Both name the grant they come of, so that its end is theirs."""

import secrets
from dataclasses import dataclass

import orjson

from idp import clock
from idp.crypto import Unsealable, b64decode, b64encode
from idp.oidc import jws
from idp.oidc.provider import Provider
from idp.oidc.registry import RegisteredResource

TYP = "at+jwt"
PLACE = "access-token"
JTI_RANDOM_BYTES = 9


@dataclass(frozen=True)
class AccessToken:
    """What an authentic token of ours says to userinfo."""

    grant_id: int
    scope: str
    expires_at: int


@dataclass(frozen=True)
class Basis:
    """What a token is made of. `sub` is the account's in the resource's sector."""

    grant_id: int
    client_id: str
    scope: str
    acr: str
    amr: list[str]
    auth_time: int


def opaque(provider: Provider, basis: Basis) -> str:
    """Sealed with AES-GCM: nothing to look up, nothing to read."""
    expires_at = clock.now() + provider.settings.access_token_lifetime
    document = orjson.dumps([basis.grant_id, basis.scope, expires_at])
    return b64encode(provider.keyring.seal(document, PLACE))


def for_resource(provider: Provider, basis: Basis, resource: RegisteredResource, sub: str) -> str:
    """The claims of RFC 9068, section 2.2. Userinfo is an audience too: the scope has openid."""
    now = clock.now()
    claims = {
        "iss": provider.settings.issuer,
        "exp": now + provider.settings.access_token_lifetime,
        "aud": [resource.identifier, provider.settings.issuer],
        "sub": sub,
        "client_id": basis.client_id,
        "iat": now,
        "jti": f"{basis.grant_id:x}.{secrets.token_urlsafe(JTI_RANDOM_BYTES)}",
        "scope": basis.scope,
        "auth_time": basis.auth_time,
        "acr": basis.acr,
        "amr": basis.amr,
    }
    return provider.registry.signer(resource.access_token_signed_alg).sign(claims, TYP)


def read(provider: Provider, text: str) -> AccessToken | None:
    """The token as userinfo may take it, whether expired or not; None: not one of ours."""
    return _read_jwt(provider, text) if text.count(".") == 2 else _read_opaque(provider, text)


def _read_opaque(provider: Provider, text: str) -> AccessToken | None:
    try:
        document = provider.keyring.open(b64decode(text), PLACE)
    except (ValueError, Unsealable):
        return None
    return AccessToken(*orjson.loads(document))


def _read_jwt(provider: Provider, text: str) -> AccessToken | None:
    issuer = provider.settings.issuer
    try:
        claims = provider.registry.verifier.verify(text, TYP)
    except jws.NotOurs:
        return None
    if claims["iss"] != issuer or issuer not in claims["aud"]:
        return None
    return AccessToken(int(claims["jti"].partition(".")[0], 16), claims["scope"], claims["exp"])
