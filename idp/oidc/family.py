"""The grant behind a code and its tokens, as the token endpoint reads it."""

from dataclasses import dataclass
from typing import Any

import orjson

from idp import audit, clock
from idp.db import Statement, Transaction
from idp.oidc import consents
from idp.oidc.consents import Given
from idp.oidc.registered_client import RegisteredClient

NAMES = (
    "id", "client_id", "account_id", "session_id", "code_expires_at", "redirect_uri",
    "code_challenge", "nonce", "scope", "resource", "claims", "acr", "amr", "auth_time",
    "generation", "rotated_at", "refresh_expires_at", "revoked_at",
)  # fmt: skip
COLUMNS = ", ".join(NAMES)

# One code, one winner: the row that comes back is the answer. Refresh tokens begin with it, where
# they are granted.
USE_CODE = Statement(f"""
    UPDATE authorization_grant SET code_used_at = :now,
        refresh_expires_at =
            CASE WHEN ' ' || scope || ' ' LIKE '% offline_access %'
            THEN CAST(:refresh_until AS BIGINT) END
    WHERE code_hash = :code_hash AND code_used_at IS NULL
    RETURNING {COLUMNS}
""")  # noqa: S608 - the columns are ours

# What an active account agrees to at this moment, and the `sub` for the client.
READ_AGREED = Statement("""
    SELECT k.granted, k.declined, s.value
    FROM consent k
    JOIN account a ON a.id = k.account_id AND a.state = 'active'
    JOIN client c ON c.id = k.client_id
    LEFT JOIN subject s ON s.account_id = k.account_id AND s.sector = c.sector_identifier
    WHERE k.account_id = :account_id AND k.client_id = :client_id
""")

END_BY_CODE = Statement("""
    UPDATE authorization_grant SET revoked_at = :now
    WHERE code_hash = :code_hash AND revoked_at IS NULL
""")

END = Statement("""
    UPDATE authorization_grant SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL
""")

# With the `sub` for its client, and what an active account agrees to at this moment.
READ = Statement(f"""
    SELECT {", ".join(f"g.{name}" for name in NAMES)}, s.value, k.granted, k.declined
    FROM authorization_grant g
    LEFT JOIN client c ON c.id = g.client_id
    LEFT JOIN subject s ON s.account_id = g.account_id AND s.sector = c.sector_identifier
    LEFT JOIN account a ON a.id = g.account_id AND a.state = 'active'
    LEFT JOIN consent k ON k.account_id = a.id AND k.client_id = g.client_id
    WHERE g.id = :id
""")  # noqa: S608

ROTATE = Statement("""
    UPDATE authorization_grant SET generation = generation + 1, rotated_at = :now
    WHERE id = :id AND generation = :generation AND revoked_at IS NULL
""")


@dataclass(slots=True)
class Family:
    """Also what Authlib asks of an authorization code and of a refresh token. `sub` is None as long
    as no token told it. `given` is what the person agrees to; None: nothing, or the account is not
    active."""

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
    sub: str | None
    given: Given | None

    @property
    def stays_connected(self) -> bool:
        return "offline_access" in self.scope.split()

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, client: RegisteredClient) -> bool:
        return client.pk == self.client_pk


def use_code(tx: Transaction, code_hash: bytes, refresh_until: int | None) -> Family | None:
    """The family of a code that was never used before; `refresh_until` is for how long it may be
    refreshed, None: not at all. A second use ends what the first gave (RFC 6749, section 4.1.2)."""
    row = tx.one(USE_CODE, code_hash=code_hash, now=clock.now(), refresh_until=refresh_until)
    if row is None:
        tx.execute(END_BY_CODE, code_hash=code_hash, now=clock.now())
        return None
    agreed = tx.one(READ_AGREED, client_id=row[1], account_id=row[2])
    if agreed is None:
        return _family((*row, None), None)
    granted, declined, sub = agreed
    return _family((*row, sub), Given.from_columns(granted, declined))


def read(tx: Transaction, grant_id: int) -> Family | None:
    row = tx.one(READ, id=grant_id)
    if row is None:
        return None
    granted, declined = row[-2:]
    given = None if granted is None else Given.from_columns(granted, declined)
    return _family(row[:-2], given)


def as_agreed(family: Family, client: RegisteredClient) -> Family | None:
    """The family, cut down to what the person agrees to and the client may ask for to this day;
    None: the consent was withdrawn, or the account is not active."""
    if family.given is None:
        return None
    allowed = [name for name in family.scope.split() if name in client.scope]
    scope, family.claims = consents.effective(family.given, allowed, family.claims)
    family.scope = " ".join(scope)
    return family


def end(tx: Transaction, grant_id: int) -> bool:
    """No token of the family is worth anything after this. False when it had ended before."""
    return tx.changed(END, id=grant_id, now=clock.now()) == 1


def rotate(tx: Transaction, family: Family) -> bool:
    """Whether this request is the one that made the next generation."""
    values = {"id": family.grant_id, "generation": family.generation, "now": clock.now()}
    return tx.changed(ROTATE, **values) == 1


def record(
    tx: Transaction,
    client: RegisteredClient,
    act: str,
    family: Family | None = None,
    outcome: str = "success",
    **detail: str,
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
            detail=detail,
        ),
    )


def _family(row: Any, given: Given | None) -> Family:
    values: list[Any] = [*row, given]
    values[9] = values[9].split()
    values[10] = orjson.loads(values[10])
    values[12] = values[12].split()
    return Family(*values)
