"""Request objects, by value and by reference (RFC 9101; OpenID Connect Core 1.0, section 6).

A client that signs what it asks for means that, and nothing else: of the parameters beside the
object none is used, but for `client_id`, and for an address to refuse to.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from idp import clock
from idp.crypto import b64encode
from idp.fetcher import Unfetchable
from idp.oidc import client_jws, jws
from idp.oidc.client_jws import SKEW, Refused, moment
from idp.oidc.errors import AuthorizationError
from idp.oidc.parameters import LONGEST_VALUE, Malformed, check_value
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient

Parameters = dict[str, str]

LONGEST = 65_536  # characters of an object by reference
LONGEST_LIFE = 3600  # seconds
TYPE = "oauth-authz-req+jwt"
MEDIA_TYPES = (f"application/{TYPE}", "application/jwt", "application/jose", "text/plain")
BY_VALUE, BY_REFERENCE = "request", "request_uri"

TEXTS = frozenset({
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce",
    "code_challenge", "code_challenge_method", "prompt", "acr_values", "id_token_hint",
    "login_hint", "ui_locales", "claims_locales", "display",
})  # fmt: skip


def signing_algorithms(provider: Provider) -> list[str]:
    """For discovery."""
    return [*jws.SUPPORTED, *["none"] * provider.settings.unsigned_request_uri]


def opened(provider: Provider, client: RegisteredClient, values: Parameters) -> Parameters:
    """What is asked: by the object, where there is one. Raises AuthorizationError."""
    ways = [name for name in (BY_VALUE, BY_REFERENCE) if name in values]
    if not ways:
        return values
    # "request and request_uri parameters MUST NOT be used together" (Core, section 6.1)
    if len(ways) == 2:
        raise AuthorizationError("invalid_request", "request and request_uri exclude each other")
    by_value = ways == [BY_VALUE]
    text = values[BY_VALUE] if by_value else _fetched(provider, client, values[BY_REFERENCE])
    try:
        header, claims = client_jws.read(text, LONGEST_VALUE if by_value else LONGEST)
        if header.get("alg") == "none":
            _check_unsigned(provider, client, text, by_value)
        else:
            _check_signed(provider, client, text, header, claims)
        _check_times(claims)
        parameters = _parameters(claims)
        _check_outside(values, parameters)
        _consume(provider, client, claims)
    except (Refused, Malformed) as error:
        description = f"the request object is refused: {error}"
        raise AuthorizationError("invalid_request_object", description) from error
    return parameters


def _fetched(provider: Provider, client: RegisteredClient, uri: str) -> str:
    """What is at one of the client's registered addresses, which may have any fragment: the hash of
    what is there is a SHOULD (Core, section 6.2). One that is added to it has to be that hash."""
    address, _, fragment = uri.partition("#")
    registered = uri in client.request_uris
    if not registered and address not in client.request_uris:
        raise AuthorizationError("invalid_request_uri", "request_uri is not registered")
    try:
        content = provider.fetcher.get(uri, MEDIA_TYPES, not_older_than=0).content
    except Unfetchable as error:
        raise AuthorizationError("invalid_request_uri", "request_uri cannot be fetched") from error
    if not registered and b64encode(hashlib.sha256(content).digest()) != fragment:
        raise AuthorizationError(
            "invalid_request_uri", "request_uri has the hash of another object"
        )
    return content.decode("ascii", "replace").strip()


def _check_unsigned(
    provider: Provider, client: RegisteredClient, text: str, by_value: bool
) -> None:
    """Refused, unless a setting that is off takes what lies at a registered address for signed
    enough, of a client that has pinned no algorithm."""
    taken = provider.settings.unsigned_request_uri and client.request_object_signing_alg is None
    if by_value or not taken:
        way = BY_VALUE if by_value else BY_REFERENCE
        raise AuthorizationError(f"{way}_not_supported", "an unsigned request object is refused")
    if not text.endswith("."):
        raise Refused("signature")


def _check_signed(
    provider: Provider,
    client: RegisteredClient,
    text: str,
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
) -> None:
    """Of the type, by a key and algorithm of the client's, from the client and for us (RFC 9101,
    sections 4, 6.2 and 10.8)."""
    typ = header.get("typ")
    if typ is not None and not isinstance(typ, str):
        raise Refused("typ")
    name = (typ or "JWT").lower().removeprefix("application/")
    if name != TYPE and (name != "jwt" or provider.settings.request_object_typ_required):
        raise Refused("typ")
    client_jws.verify(provider, text, header, client, client.request_object_signing_alg)
    if claims.get("iss") != client.client_id:
        raise Refused("iss")
    # A client's assertion must not pass for a request, nor a request for an assertion.
    if claims.get("sub") == client.client_id:
        raise Refused("sub")
    aud = claims.get("aud")
    if provider.settings.issuer not in (aud if isinstance(aud, list) else [aud]):
        raise Refused("aud")


def _check_times(claims: Mapping[str, Any]) -> None:
    """None has to be there; an object that is not over soon could be used by whoever finds it."""
    now = clock.now()
    expires_at = moment(claims, "exp")
    if expires_at is not None and not now - SKEW < expires_at <= now + LONGEST_LIFE + SKEW:
        raise Refused("exp")
    for name in ("nbf", "iat"):
        if (moment(claims, name) or now) > now + SKEW:
            raise Refused(name)


def _parameters(claims: Mapping[str, Any]) -> Parameters:
    """The claims that are parameters of ours, as texts, in the same bounds as elsewhere. "request
    and request_uri parameters MUST NOT be included in Request Objects" (RFC 9101, section 4)."""
    if not claims.keys().isdisjoint({BY_VALUE, BY_REFERENCE}):
        raise Refused("it has another one inside")
    found = {name: claims[name] for name in TEXTS & claims.keys()}
    if not all(isinstance(value, str) for value in found.values()):
        raise Refused("a parameter is no text")
    if "max_age" in claims:
        found["max_age"] = str(moment(claims, "max_age"))
    if "claims" in claims:
        found["claims"] = _json(claims["claims"])
    if "registration" in claims:
        found["registration"] = "{}"
    if "resource" in claims:
        found["resource"] = _resources(claims["resource"])
    for name, value in found.items():
        check_value(name, value)
    return {name: value for name, value in found.items() if value}


def _json(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise Refused("claims is nested too deep") from error


def _resources(named: object) -> str:
    """One text, or several in a list (RFC 8707, section 2), as `parameters.parse` has them."""
    several: list[Any] = named if isinstance(named, list) else [named]
    if not all(isinstance(each, str) for each in several):
        raise Refused("resource")
    return " ".join(several)


def _check_outside(values: Parameters, inside: Parameters) -> None:
    """ "The values for these parameters MUST match those in the Request Object" (Core, 6.1)."""
    if inside.get("client_id") != values["client_id"]:
        raise Refused("client_id")
    if values.get("response_type") not in {None, inside.get("response_type")}:
        raise Refused("response_type")


def _consume(provider: Provider, client: RegisteredClient, claims: Mapping[str, Any]) -> None:
    """An object with a `jti` is good once, whatever becomes of the request."""
    if "jti" not in claims:
        return
    jti, expires_at = client_jws.jti(claims), moment(claims, "exp")
    if expires_at is None:
        raise Refused("jti without exp")
    if not client_jws.consume(provider.database, client, jti, expires_at):
        raise Refused("it was used before")
