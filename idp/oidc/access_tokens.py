"""Access tokens: a signed JWT where an API verifies by itself (RFC 9068), sealed opaque bytes where
it asks us, or where only userinfo is meant.

Each names the grant that it comes of, so that its end is theirs, and has a number of its own, by
which it alone can be revoked.
"""

import os
from typing import Any, NamedTuple

import orjson

from idp import clock
from idp.crypto import Unsealable, b64decode, b64encode
from idp.models import TokenFormat
from idp.oidc import jws
from idp.oidc.provider import Provider
from idp.oidc.registry import RegisteredResource

TYP = "at+jwt"
PLACE = "access-token"
MACHINE = 0  # no grant: the client acts for itself


class AccessToken(NamedTuple):
    """What an authentic token of ours says. `audience` has the API's identifier, and our own for
    userinfo, where the scope has openid."""

    number: int
    grant_id: int
    client_id: str
    audience: list[str]
    scope: str
    issued_at: int
    expires_at: int

    @property
    def jti(self) -> str:
        return f"{self.grant_id:x}.{self.number:x}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()


def new(
    provider: Provider, grant_id: int, client_id: str, scope: str, resource: str | None
) -> AccessToken:
    """A token from now on; `scope` separated by spaces, `resource` the API's identifier."""
    now = clock.now()
    ours = [provider.settings.issuer] if "openid" in scope.split() else []
    return AccessToken(
        int.from_bytes(os.urandom(8)) >> 1,
        grant_id,
        client_id,
        [resource, *ours] if resource else ours,
        scope,
        now,
        now + provider.settings.access_token_lifetime,
    )


def is_opaque(resource: RegisteredResource | None) -> bool:
    return resource is None or resource.access_token_format == TokenFormat.OPAQUE


def opaque(provider: Provider, token: AccessToken) -> str:
    """Sealed with AES-GCM: nothing to look up, nothing to read."""
    return b64encode(provider.keyring.seal(orjson.dumps(tuple(token)), PLACE))


def signed(
    provider: Provider, token: AccessToken, alg: str, sub: str, proofs: dict[str, Any]
) -> str:
    """The claims of RFC 9068, section 2.2. `proofs` are `acr`, `amr` and `auth_time` of a person's
    authentication; a machine has none."""
    claims = {
        "iss": provider.settings.issuer,
        "exp": token.expires_at,
        "aud": token.audience,
        "sub": sub,
        "client_id": token.client_id,
        "iat": token.issued_at,
        "jti": token.jti,
        "scope": token.scope,
        **proofs,
    }
    return provider.registry.signer(alg).sign(claims, TYP)


def read(provider: Provider, text: str) -> AccessToken | None:
    """The token, whether expired or not; None: not one of ours."""
    return _read_jwt(provider, text) if text.count(".") == 2 else _read_opaque(provider, text)


def _read_opaque(provider: Provider, text: str) -> AccessToken | None:
    try:
        members = orjson.loads(provider.keyring.open(b64decode(text), PLACE))
    except (ValueError, Unsealable):
        return None
    return AccessToken(*members)


def _read_jwt(provider: Provider, text: str) -> AccessToken | None:
    try:
        claims = provider.registry.verifier.verify(text, TYP)
    except jws.NotOurs:
        return None
    if claims.get("iss") != provider.settings.issuer:
        return None
    try:
        return _strict(claims)
    except (KeyError, TypeError, ValueError):
        return None


def _strict(claims: dict[str, Any]) -> AccessToken:
    """Each claim is of its own type and no other: `"x" in aud` is also true of a text, and
    `True > 0` of no date. Raises KeyError, TypeError, ValueError."""
    audience, issued_at, expires_at = claims["aud"], claims["iat"], claims["exp"]
    texts = (claims["client_id"], claims["scope"], claims["jti"], claims["sub"])
    if type(audience) is not list or not all(type(each) is str for each in (*texts, *audience)):
        raise TypeError("a claim is no text")
    if type(issued_at) is not int or type(expires_at) is not int:
        raise TypeError("a date is no number of seconds")
    grant_id, _, number = claims["jti"].partition(".")
    return AccessToken(
        int(number, 16),
        int(grant_id, 16),
        claims["client_id"],
        audience,
        claims["scope"],
        issued_at,
        expires_at,
    )
