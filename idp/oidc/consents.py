"""What a request asks a person to agree to: scopes, and single claims outside of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import orjson

from idp.db import Statement, Transaction
from idp.oidc import claims as claims_module
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest

READ = Statement("""
    SELECT granted, declined FROM consent WHERE account_id = :account_id AND client_id = :client_id
""")

CLAIM = "claim:"


@dataclass(frozen=True)
class Item:
    """One thing to agree to: a scope, or `claim:` and a claim's name. `necessary`: the
    application cannot do without."""

    name: str
    necessary: bool


@dataclass(frozen=True)
class Given:
    """What was granted and what was declined, at any time before."""

    granted: frozenset[str]
    declined: frozenset[str]

    @classmethod
    @lru_cache(maxsize=1024)
    def from_columns(cls, granted: str, declined: str) -> "Given":
        """Cached: people agree to few different things."""
        return cls(frozenset(orjson.loads(granted)), frozenset(orjson.loads(declined)))


def read(tx: Transaction, account_id: int, client_pk: int) -> Given | None:
    """The consent in force, or None."""
    row = tx.one(READ, account_id=account_id, client_id=client_pk)
    return None if row is None else Given.from_columns(*row)


def items(client: RegisteredClient, request: AuthorizationRequest) -> list[Item]:
    """Everything that the request asks for, in its order."""
    scopes = [scope for scope in request.scope if scope != "openid"]
    covered = set(claims_module.names_for(scopes))
    wanted: dict[str, bool] = {}
    for member in request.claims.values():
        for name, options in member.items():
            if name not in covered:
                wanted[name] = wanted.get(name, False) or options["essential"]
    return [
        *(Item(scope, scope not in client.optional_scope) for scope in scopes),
        *(Item(CLAIM + name, wanted[name] and _insists(client, name)) for name in wanted),
    ]


def _insists(client: RegisteredClient, claim: str) -> bool:
    """An essential claim of an optional scope can be declined as the scope can."""
    scopes = claims_module.scopes_with(claim) & client.scope
    return not client.optional_scope.issuperset(scopes)


def missing(given: Given | None, asked: Iterable[Item]) -> bool:
    """Whether the person has to be asked: the first time, for more, or for what they declined
    while it was optional and is no longer."""
    if given is None:
        return True
    return any(
        item.name not in given.granted and (item.necessary or item.name not in given.declined)
        for item in asked
    )


def effective(
    given: Given, scope: Iterable[str], claims: Mapping[str, Iterable[str]]
) -> tuple[list[str], dict[str, list[str]]]:
    """Of these scopes, and these single claims for userinfo and ID token, those agreed to."""
    scopes = [name for name in scope if name == "openid" or name in given.granted]
    covered = set(claims_module.names_for(scopes))
    singles = {
        member: [name for name in wanted if name in covered or CLAIM + name in given.granted]
        for member, wanted in claims.items()
    }
    return scopes, singles
