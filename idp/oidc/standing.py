"""Whether an access token still stands, and what it may tell: looked at each time that one is
shown to us, so that a blocked account, a disabled client or an ended grant is the end of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from idp.db import Statement, Transaction
from idp.oidc import access_tokens, claims, consents, people
from idp.oidc.access_tokens import MACHINE, AccessToken
from idp.oidc.consents import Given
from idp.oidc.provider import Provider

COLUMNS = """
    g.account_id, g.claims, g.acr, g.amr, g.auth_time, c.scope, u.value, k.granted, k.declined
"""
JOINS = """
    JOIN account a ON a.id = g.account_id AND a.state = 'active'
    JOIN client c ON c.id = g.client_id AND c.state = 'enabled'
    JOIN consent k ON k.account_id = g.account_id AND k.client_id = g.client_id
    JOIN subject u ON u.account_id = g.account_id AND u.sector = c.sector_identifier
"""
CONDITIONS = """
    g.id = :grant_id AND g.revoked_at IS NULL AND g.code_used_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM revoked_token r WHERE r.id = :number)
"""
LENGTH = COLUMNS.count(",") + 1

READ_MACHINE = Statement("""
    SELECT c.scope FROM client c
    WHERE c.client_id = :client_id AND c.state = 'enabled'
      AND NOT EXISTS (SELECT 1 FROM revoked_token r WHERE r.id = :number)
""")


@dataclass(slots=True)
class Standing:
    """A token that stands, as Authlib's validators ask about it. `scope` and `claims` are those
    agreed to and registered to this day. `account_id` is None for a machine's; `sub` is what the
    token's client knows the person by; `person` has the columns of these `members` of a `Person`,
    where they were wished for."""

    token: AccessToken
    scope: Sequence[str]
    account_id: int | None = None
    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sub: str = ""
    proofs: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    person: Sequence[Any] = ()

    def get_scope(self) -> Sequence[str]:
        return self.scope

    def is_expired(self) -> bool:
        return self.token.is_expired

    def is_revoked(self) -> bool:
        return False


def read(
    provider: Provider, tx: Transaction, text: str, *, with_person: bool = False
) -> Standing | None:
    """What an access token of ours may tell; None: nothing, or it is not one of ours. `with_person`
    reads at once what its scope tells of the person."""
    token = access_tokens.read(provider, text)
    if token is None:
        return None
    if token.grant_id == MACHINE:
        return _of_machine(tx, token)
    return _of_person(tx, token, _members(token.scope) if with_person else ())


def _of_machine(tx: Transaction, token: AccessToken) -> Standing | None:
    row = tx.one(READ_MACHINE, client_id=token.client_id, number=token.number)
    if row is None:
        return None
    return Standing(token, [name for name in token.scope.split() if name in row[0].split()])


@lru_cache(maxsize=1024)
def _members(scope: str) -> tuple[str, ...]:
    return claims.members(claims.names_for(scope.split()))


@lru_cache(maxsize=256)
def _statement(members: tuple[str, ...]) -> Statement:
    """One SELECT says whether the token still stands and what it may tell; and of whom."""
    selected = f"{COLUMNS}, {people.columns(members)}" if members else COLUMNS
    joined = f"{JOINS} {people.joins(members)}"
    return Statement(
        f"SELECT {selected} FROM authorization_grant g {joined} WHERE {CONDITIONS}"  # noqa: S608
    )


def _of_person(tx: Transaction, token: AccessToken, members: tuple[str, ...]) -> Standing | None:
    # The `sub` was made with the ID token.
    row = tx.one(_statement(members), grant_id=token.grant_id, number=token.number)
    if row is None:
        return None
    account_id, asked, acr, amr, auth_time, registered, sub, granted, declined = row[:LENGTH]
    scope, singles = _agreed(token.scope, registered, granted, declined, asked)
    proofs = {"acr": acr, "amr": amr.split(), "auth_time": auth_time}
    return Standing(token, scope, account_id, singles, sub, proofs, members, row[LENGTH:])


@lru_cache(maxsize=4096)
def _agreed(
    scope: str, registered: str, granted: str, declined: str, claims_asked: str
) -> tuple[Sequence[str], Mapping[str, Sequence[str]]]:
    """Cached: it follows of five texts, of which there are few."""
    names = registered.split()
    allowed = [name for name in scope.split() if name in names]
    given = Given.from_columns(granted, declined)
    return consents.effective(given, allowed, orjson.loads(claims_asked))
