"""Whether an access token still stands, and what it may tell: looked at each time that one is
shown to us, so that a blocked account, a disabled client or an ended grant is the end of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from idp.db import Statement, Transaction
from idp.oidc import access_tokens, consents
from idp.oidc.access_tokens import MACHINE, AccessToken
from idp.oidc.consents import Given
from idp.oidc.provider import Provider

# One SELECT says whether the token still stands and what it may tell.
READ_GRANT = Statement("""
    SELECT g.account_id, g.claims, g.acr, g.amr, g.auth_time, c.scope, s.value,
        k.granted, k.declined
    FROM authorization_grant g
    JOIN account a ON a.id = g.account_id AND a.state = 'active'
    JOIN client c ON c.id = g.client_id AND c.state = 'enabled'
    JOIN consent k ON k.account_id = g.account_id AND k.client_id = g.client_id
    JOIN subject s ON s.account_id = g.account_id AND s.sector = c.sector_identifier
    WHERE g.id = :grant_id AND g.revoked_at IS NULL AND g.code_used_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM revoked_token r WHERE r.id = :number)
""")

READ_MACHINE = Statement("""
    SELECT c.scope FROM client c
    WHERE c.client_id = :client_id AND c.state = 'enabled'
      AND NOT EXISTS (SELECT 1 FROM revoked_token r WHERE r.id = :number)
""")


@dataclass(frozen=True)
class Standing:
    """A token that stands, as Authlib's validators ask about it. `scope` and `claims` are those
    agreed to and registered to this day. `account_id` is None for a machine's; `sub` is what the
    token's client knows the person by."""

    token: AccessToken
    scope: list[str]
    account_id: int | None = None
    claims: Mapping[str, list[str]] = field(default_factory=dict)
    sub: str = ""
    proofs: Mapping[str, Any] = field(default_factory=dict)

    def get_scope(self) -> list[str]:
        return self.scope

    def is_expired(self) -> bool:
        return self.token.is_expired

    def is_revoked(self) -> bool:
        return False


def read(provider: Provider, tx: Transaction, text: str) -> Standing | None:
    """What an access token of ours may tell; None: nothing, or it is not one of ours."""
    token = access_tokens.read(provider, text)
    if token is None:
        return None
    return _of_machine(tx, token) if token.grant_id == MACHINE else _of_person(tx, token)


def _of_machine(tx: Transaction, token: AccessToken) -> Standing | None:
    row = tx.one(READ_MACHINE, client_id=token.client_id, number=token.number)
    if row is None:
        return None
    return Standing(token, [name for name in token.scope.split() if name in row[0].split()])


def _of_person(tx: Transaction, token: AccessToken) -> Standing | None:
    # The `sub` was made with the ID token.
    row = tx.one(READ_GRANT, grant_id=token.grant_id, number=token.number)
    if row is None:
        return None
    account_id, claims_asked, acr, amr, auth_time, registered, sub, *agreed = row
    allowed = [name for name in token.scope.split() if name in registered.split()]
    scope, singles = consents.effective(
        Given.from_columns(*agreed), allowed, orjson.loads(claims_asked)
    )
    proofs = {"acr": acr, "amr": amr.split(), "auth_time": auth_time}
    return Standing(token, scope, account_id, singles, sub, proofs)
