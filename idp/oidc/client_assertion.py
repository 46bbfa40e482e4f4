"""Client authentication by a signed JWT (RFC 7523; OpenID Connect Core 1.0, section 9):
`private_key_jwt` with a registered key, `client_secret_jwt` with the secret.

Whatever is wrong, the answer is the same `invalid_client`. What the header says of keys and
algorithms is not believed: both are the registration's.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from authlib.oauth2.rfc6749 import OAuth2Error
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, OctKey

from idp import clock
from idp.crypto import b64decode, digest
from idp.db import Statement, new_id
from idp.directory.client_vocabulary import BY_KEY, BY_SECRET
from idp.oidc import client_jwks
from idp.oidc import jws as signatures
from idp.oidc.client_jwks import NoKey
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.token_request import TokenRequest

QueryClient = Callable[[str], RegisteredClient | None]

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 8192
LONGEST_JTI = 255
LONGEST_LIFE = 300  # seconds
SKEW = 60  # seconds by which a client's clock may differ
# Each would have us take a key, a compression or a rule from whom we do not know yet.
REFUSED_HEADERS = {"crit", "jwk", "jku", "x5u", "x5c", "zip", "b64", "enc"}

CONSUME = Statement("""
    INSERT INTO client_assertion (id, client_id, jti_hash, expires_at)
    VALUES (:id, :client_id, :jti_hash, :expires_at) ON CONFLICT DO NOTHING
""")


class _Refused(Exception):
    """Why, for whoever reads the code: the client is not told."""


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
        header, claims = _read(assertion)
        client = _named(query_client, request, claims, method)
        _verify(request, assertion, header, client)
        expires_at = _check_claims(request, claims)
    except (_Refused, NoKey, JoseError, ValueError, TypeError, KeyError, OAuth2Error):
        return None
    return client if _consume(request, client, claims["jti"], expires_at) else None


def _read(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a compact JWS, not verified yet."""
    if len(assertion) > LONGEST or assertion.count(".") != 2:
        raise _Refused("form")
    first, second, _ = assertion.split(".")
    header, claims = orjson.loads(b64decode(first)), orjson.loads(b64decode(second))
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _Refused("JSON")
    if not REFUSED_HEADERS.isdisjoint(header):
        raise _Refused("header")
    return header, claims


def _named(
    query_client: QueryClient, request: TokenRequest, claims: Mapping[str, Any], method: str
) -> RegisteredClient:
    """ "iss" and "sub" are the client_id (RFC 7523, section 3), as texts."""
    name = claims.get("iss")
    if not isinstance(name, str) or claims.get("sub") != name:
        raise _Refused("iss")
    if request.values.get("client_id", name) != name:
        raise _Refused("client_id")
    client = query_client(name)
    if client is None or client.token_endpoint_auth_method != method:
        raise _Refused("client")
    return client


def _verify(
    request: TokenRequest, assertion: str, header: Mapping[str, Any], client: RegisteredClient
) -> None:
    """The algorithm and the key are those of the registration (RFC 8725, section 3.1)."""
    alg, registered = header.get("alg"), client.token_endpoint_auth_signing_alg
    if not isinstance(alg, str) or (registered is not None and alg != registered):
        raise _Refused("alg")
    if client.token_endpoint_auth_method == BY_SECRET:
        if registered is None or client.client_secret is None:
            raise _Refused("secret")
        key: Key = OctKey.import_key(client.client_secret)
    else:
        key = _key(request, client, alg, header.get("kid"))
    jws.deserialize_compact(assertion, key, [alg])


def _key(request: TokenRequest, client: RegisteredClient, alg: str, kid: object) -> Key:
    """Where no algorithm is registered it is one that the key is for: never a symmetric one, for
    which a public key would be a secret that everybody knows."""
    if alg not in signatures.SUPPORTED or not (kid is None or isinstance(kid, str)):
        raise _Refused("alg or kid")
    return client_jwks.signing_key(request.provider, client, kid, alg)


def _check_claims(request: TokenRequest, claims: Mapping[str, Any]) -> int:
    """When the assertion expires. Types are strict: JSON has other things that look alike."""
    settings, now = request.provider.settings, clock.now()
    accepted = {settings.issuer}
    if settings.client_assertion_at_token_endpoint:
        accepted.add(request.provider.url("/token"))
    # "the issuer identifier [...] as the sole value" (RFC 10070): a list may hide another one.
    if not isinstance(claims.get("aud"), str) or claims["aud"] not in accepted:
        raise _Refused("aud")
    expires_at = _moment(claims, "exp")
    if expires_at is None or not now < expires_at + SKEW or expires_at > now + LONGEST_LIFE + SKEW:
        raise _Refused("exp")
    for name in ("nbf", "iat"):
        if (_moment(claims, name) or now) > now + SKEW:
            raise _Refused(name)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise _Refused("jti")
    return expires_at


def _moment(claims: Mapping[str, Any], name: str) -> int | None:
    """A time in whole seconds, or None; a truth or a text is none."""
    value = claims.get(name)
    if name in claims and type(value) is not int:
        raise _Refused(name)
    return value


def _consume(request: TokenRequest, client: RegisteredClient, jti: str, expires_at: int) -> bool:
    """Whether it is the first time. It is spent now, whatever becomes of the request."""
    values = {
        "id": new_id(),
        "client_id": client.pk,
        "jti_hash": digest(jti),
        "expires_at": expires_at + SKEW,
    }
    return request.tx.changed(CONSUME, **values) == 1
