"""The grant behind a code and its tokens, as the token endpoint reads it."""

from dataclasses import dataclass, replace
from typing import Any

import orjson

from idp import audit, clock
from idp.db import Statement, Transaction
from idp.oidc import consents
from idp.oidc.registry import RegisteredClient

COLUMNS = """
    id, client_id, account_id, session_id, code_expires_at, redirect_uri, code_challenge, nonce,
    scope, resource, claims, acr, amr, auth_time, generation, rotated_at, refresh_expires_at,
    revoked_at
"""

# One code, one winner: the row that comes back is the answer.
USE_CODE = Statement(f"""
    UPDATE authorization_grant SET code_used_at = :now
    WHERE code_hash = :code_hash AND code_used_at IS NULL
    RETURNING {COLUMNS}
""")  # noqa: S608 - the columns are ours

END_BY_CODE = Statement("""
    UPDATE authorization_grant SET revoked_at = :now
    WHERE code_hash = :code_hash AND revoked_at IS NULL
""")

END = Statement("""
    UPDATE authorization_grant SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL
""")

READ = Statement(f"SELECT {COLUMNS} FROM authorization_grant WHERE id = :id")  # noqa: S608

START_REFRESHING = Statement("""
    UPDATE authorization_grant SET refresh_expires_at = :expires_at WHERE id = :id
""")

ROTATE = Statement("""
    UPDATE authorization_grant SET generation = generation + 1, rotated_at = :now
    WHERE id = :id AND generation = :generation AND revoked_at IS NULL
""")


@dataclass(frozen=True)
class Family:
    """Also what Authlib asks of an authorization code and of a refresh token."""

    grant_id: int
    client_pk: int
    account_id: int
    session_id: int
    code_expires_at: int
    redirect_uri: str
    code_challenge: str | None
    nonce: str | None
    scope: str
    resource: list[str]
    claims: dict[str, list[str]]
    acr: str
    amr: list[str]
    auth_time: int
    generation: int
    rotated_at: int | None
    refresh_expires_at: int | None
    revoked_at: int | None

    @property
    def stays_connected(self) -> bool:
        return "offline_access" in self.scope.split()

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, client: RegisteredClient) -> bool:
        return client.pk == self.client_pk


def use_code(tx: Transaction, code_hash: bytes) -> Family | None:
    """The family of a code that was never used before. A second use ends what the first gave
    (RFC 6749, section 4.1.2)."""
    row = tx.one(USE_CODE, code_hash=code_hash, now=clock.now())
    if row is None:
        tx.execute(END_BY_CODE, code_hash=code_hash, now=clock.now())
        return None
    return _family(row)


def read(tx: Transaction, grant_id: int) -> Family | None:
    row = tx.one(READ, id=grant_id)
    return None if row is None else _family(row)


def as_agreed(tx: Transaction, family: Family, client: RegisteredClient) -> Family | None:
    """The family with what the person agrees to and the client may ask for to this day, looked
    at again at each issue; None: the consent was withdrawn, or the account is not active."""
    given = consents.standing(tx, family.account_id, family.client_pk)
    if given is None:
        return None
    allowed = [name for name in family.scope.split() if name in client.scope]
    scope, claims = consents.effective(given, allowed, family.claims)
    return replace(family, scope=" ".join(scope), claims=claims)


def end(tx: Transaction, grant_id: int) -> bool:
    """No token of the family is worth anything after this. False when it had ended before."""
    return tx.changed(END, id=grant_id, now=clock.now()) == 1


def rotate(tx: Transaction, family: Family) -> bool:
    """Whether this request is the one that made the next generation."""
    values = {"id": family.grant_id, "generation": family.generation, "now": clock.now()}
    return tx.changed(ROTATE, **values) == 1


def start_refreshing(tx: Transaction, grant_id: int, expires_at: int) -> None:
    tx.execute(START_REFRESHING, id=grant_id, expires_at=expires_at)


def record(
    tx: Transaction,
    client: RegisteredClient,
    act: str,
    family: Family | None = None,
    outcome: str = "success",
) -> None:
    """What the client did with the family, or tried to, in the trail."""
    tx.execute(
        audit.INSERT_EVENT,
        **audit.event_values(
            act,
            actor="client",
            outcome=outcome,
            client_id=client.pk,
            account_id=family.account_id if family else None,
            session_id=family.session_id if family else None,
        ),
    )


def _family(row: Any) -> Family:
    values = list(row)
    values[9] = values[9].split()
    values[10] = orjson.loads(values[10])
    values[12] = values[12].split()
    return Family(*values)
