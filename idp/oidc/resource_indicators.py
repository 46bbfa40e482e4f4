"""Resource indicators (RFC 8707): which API a token is for.

A person agrees to scopes, some of which belong to APIs; a token is for one API at the most. Where
none is named, the scopes name it, as long as they name one only.
"""

from collections.abc import Iterable

from authlib.oauth2.rfc6749 import OAuth2Error

from idp.oidc.errors import AuthorizationError
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registry import RegisteredResource
from idp.oidc.request import AuthorizationRequest


class InvalidTargetError(OAuth2Error):
    """The resource is "invalid, missing, unknown, or malformed" (RFC 8707, section 2)."""

    error = "invalid_target"


def check_resource(
    provider: Provider,
    parameters: dict[str, str],
    client: RegisteredClient,
    request: AuthorizationRequest,
) -> None:
    """Each API is one that we know, with something asked for that belongs to it; and what is
    asked for of an API belongs to one that is named, or to one only."""
    named = list(dict.fromkeys(parameters.get("resource", "").split()))
    of_scopes = identifiers(provider, request.scope)
    if not named and len(of_scopes) > 1:
        raise AuthorizationError("invalid_scope", "scope has more than one API and no resource")
    if not set(of_scopes).issuperset(named):
        raise AuthorizationError("invalid_target", "resource is not known, or has no scope here")
    if named and not set(named).issuperset(of_scopes):
        raise AuthorizationError("invalid_target", "scope has an API that resource does not name")
    request.resource = named


def identifiers(provider: Provider, scopes: Iterable[str]) -> list[str]:
    """Of the APIs that these scopes belong to, each once."""
    found = provider.registry.resources_of(scopes)
    return list(dict.fromkeys(resource.identifier for resource in found if resource))


def chosen(
    provider: Provider, wanted: str | None, granted: list[str], scopes: list[str]
) -> RegisteredResource | None:
    """The API that a token is for, of those granted (none: of those of the scopes); None:
    userinfo alone. `wanted` is the token request's `resource`. Raises InvalidTargetError."""
    possible = granted or identifiers(provider, scopes)
    if wanted is None:
        # "process the request with no specific resource" (section 2.2), unless there is but one.
        only = possible[0] if len(possible) == 1 else None
        resource = provider.registry.resource(only) if only else None
        return resource if resource and not resource.scopes.keys().isdisjoint(scopes) else None
    resource = provider.registry.resource(wanted) if wanted in possible else None
    if resource is None:
        raise InvalidTargetError("resource is not one, and only one, of those granted")
    return resource


def narrowed(
    provider: Provider, scopes: list[str], resource: RegisteredResource | None
) -> list[str]:
    """The scopes that a token for this API carries: ours and its own, none of another's."""
    owners = provider.registry.resources_of(scopes)
    return [
        scope
        for scope, owner in zip(scopes, owners, strict=True)
        if owner is None or (resource and owner.identifier == resource.identifier)
    ]
