"""The `claims` parameter of an authorization request (OpenID Connect Core 1.0, section 5.5)."""

from typing import Any

import orjson

from idp.oidc import claims
from idp.oidc.errors import AuthorizationError
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import NOBODY, AuthorizationRequest
from idp.oidc.subjects import account_of


def check_claims(
    provider: Provider,
    parameters: dict[str, str],
    client: RegisteredClient,
    request: AuthorizationRequest,
) -> None:
    """`claims` is the JSON of OpenID Connect Core 1.0, section 5.5; what is not known, or not
    for this client, is left out."""
    text = parameters.get("claims")
    if text is None:
        return
    document = _json_object(text)
    for member in ("userinfo", "id_token"):
        request.claims[member] = {
            name: _options(value)
            for name, value in _member(document, member).items()
            if _may_ask(client, name)
        }
    wanted = _member(document, "id_token")
    _read_acr(wanted.get("acr"), request)
    sub = wanted.get("sub")
    if isinstance(sub, dict) and "value" in sub:
        request.expect(account_named(provider, client, sub["value"]))


def _json_object(text: str) -> dict[str, Any]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise AuthorizationError("invalid_request", "claims is not JSON") from error
    if not isinstance(document, dict):
        raise AuthorizationError("invalid_request", "claims is not an object")
    return document


def _member(document: dict[str, Any], member: str) -> dict[str, Any]:
    wanted = document.get(member)
    if wanted is None:
        return {}
    if not isinstance(wanted, dict):
        raise AuthorizationError("invalid_request", f"claims: {member} is not an object")
    return wanted


def _options(value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise AuthorizationError("invalid_request", "claims: null or an object is wanted")
    return {"essential": (value or {}).get("essential") is True}


def _may_ask(client: RegisteredClient, name: str) -> bool:
    return not client.scope.isdisjoint(claims.scopes_with(name))


def _read_acr(acr: Any, request: AuthorizationRequest) -> None:
    """An essential level binds; another one is a wish, like `acr_values` (section 5.5.1.1)."""
    if not isinstance(acr, dict):
        return
    values = acr.get("values", [acr["value"]] if "value" in acr else [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise AuthorizationError("invalid_request", "claims: acr has no list of values")
    if acr.get("essential") is True:
        request.essential_acr = values
    else:
        request.acr_values = values or request.acr_values


def account_named(provider: Provider, client: RegisteredClient, sub: object) -> int:
    """The account that this client knows by `sub`, or nobody's."""
    if not isinstance(sub, str) or not sub.isprintable():
        raise AuthorizationError("invalid_request", "sub is not a string")
    with provider.database.transaction(writes=False) as tx:
        return account_of(tx, sub, client.sector_identifier) or NOBODY
