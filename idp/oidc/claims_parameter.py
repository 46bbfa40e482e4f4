"""The `claims` parameter of an authorization request (OpenID Connect Core 1.0, section 5.5)."""

from collections.abc import Iterable
from typing import Any

import orjson

from idp.oidc import claims, people
from idp.oidc.errors import AuthorizationError
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest, Claims
from idp.oidc.subjects import account_of

MOST_VALUES = 100


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
        wanted = {name: _options(value) for name, value in _member(document, member).items()}
        request.claims[member] = {
            name: _kept(options) for name, options in wanted.items() if _may_ask(client, name)
        }
        if "values" in wanted.get("sub", {}):
            request.expect(accounts_named(provider, client, wanted["sub"]["values"]))
        if member == "id_token" and "acr" in wanted:
            _read_acr(wanted["acr"], request)


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
    """`essential`, and `values` where one of some is wanted (section 5.5.1)."""
    if value is None:
        return {"essential": False}
    if not isinstance(value, dict):
        raise AuthorizationError("invalid_request", "claims: null or an object is wanted")
    essential = {"essential": value.get("essential") is True}
    if "values" not in value:
        return essential | ({"values": [value["value"]]} if "value" in value else {})
    if not isinstance(value["values"], list):
        raise AuthorizationError("invalid_request", "claims: values is not a list")
    if len(value["values"]) > MOST_VALUES:
        raise AuthorizationError("invalid_request", "claims: values is too long a list")
    return essential | {"values": value["values"]}


def _may_ask(client: RegisteredClient, name: str) -> bool:
    return not client.scope.isdisjoint(claims.scopes_with(name))


def _kept(options: dict[str, Any]) -> dict[str, Any]:
    """With each value as JSON, to be compared as such: `true` is not 1."""
    try:
        texts = {"values": [_as_json(each) for each in options.get("values", [])]}
    except TypeError as error:
        raise AuthorizationError("invalid_request", "claims: a value is too deep") from error
    return options | (texts if "values" in options else {})


def _read_acr(options: dict[str, Any], request: AuthorizationRequest) -> None:
    """An essential level binds; another one is a wish, like `acr_values` (section 5.5.1.1)."""
    values = options.get("values", [])
    if not all(isinstance(value, str) for value in values):
        raise AuthorizationError("invalid_request", "claims: acr has a value that is no string")
    if options["essential"]:
        request.essential_acr = values
    else:
        request.acr_values = values or request.acr_values


def accounts_named(
    provider: Provider, client: RegisteredClient, subs: Iterable[object]
) -> list[int]:
    """The accounts that this client knows by one of these."""
    found = []
    with provider.database.transaction(writes=False) as tx:
        for sub in subs:
            if not isinstance(sub, str) or not sub.isprintable():
                raise AuthorizationError("invalid_request", "sub is not a string")
            account_id = account_of(tx, sub, client.sector_identifier)
            found += [] if account_id is None else [account_id]
    return found


def fitting(
    provider: Provider, account_id: int, asked: Claims, agreed: dict[str, list[str]]
) -> dict[str, list[str]]:
    """Of the claims agreed to, those for which no value is wanted, or one that the person has: the
    others are not given, and that is no error (section 5.5.1). Never looked at before the person
    agreed: the answer would tell the value."""
    bound = {
        name
        for member, names in agreed.items()
        for name in names
        if "values" in asked[member][name]
    }
    if not bound:
        return agreed
    with provider.database.transaction(writes=False) as tx:
        person = people.read(provider, tx, account_id, bound)
    has = {name: _as_json(value) for name, value in claims.values(person, bound).items()}
    return {
        member: [name for name in names if _fits(has.get(name), asked[member][name])]
        for member, names in agreed.items()
    }


def _fits(value: str | None, options: dict[str, Any]) -> bool:
    return "values" not in options or value in options["values"]


def _as_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
