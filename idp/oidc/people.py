"""The person behind an account, read for claims in one statement."""

from collections.abc import Collection, Sequence
from typing import Any

from idp.db import Statement, Transaction, open_json
from idp.identity.traits import Traits
from idp.oidc.claims import CLAIMS, Person, sources
from idp.oidc.provider import Provider

# Of the account `a`, whatever else a statement reads with it.
COLUMNS = """
    a.locale, h.traits, h.nir, h.address,
    (SELECT i.value FROM holder_ins_c i WHERE i.holder_id = h.id ORDER BY i.id DESC LIMIT 1),
    m.value, m.verified_at, s.value, s.verified_at
"""
JOINS = """
    LEFT JOIN holder h ON h.id = a.holder_id
    LEFT JOIN channel m ON m.account_id = a.id AND m.kind = 'mail'
    LEFT JOIN channel s ON s.account_id = a.id AND s.kind = 'sms'
"""
READ = Statement(f"SELECT {COLUMNS} FROM account a {JOINS} WHERE a.id = :account_id")  # noqa: S608


def read(
    provider: Provider, tx: Transaction, account_id: int, names: Collection[str] = tuple(CLAIMS)
) -> Person:
    """What is recorded of the person, as far as the claims of these names are made of it."""
    row = tx.one(READ, account_id=account_id) if names else None
    return Person() if row is None else from_row(provider, row, names)


def from_row(provider: Provider, row: Sequence[Any], names: Collection[str]) -> Person:
    """The same of `COLUMNS` that were read already."""
    wanted = sources(tuple(names))
    locale, traits, nir, address, ins_c, mail, mail_at, mobile, mobile_at = row

    def opened(member: str, sealed: bytes | None, place: str) -> Any:
        if sealed is None or member not in wanted:
            return None
        return open_json(provider.keyring, sealed, place)

    recorded = opened("traits", traits, "holder.traits")
    return Person(
        traits=Traits.from_json(recorded) if recorded else None,
        nir=opened("nir", nir, "holder.nir"),
        ins_c=opened("ins_c", ins_c, "holder_ins_c.value"),
        address=opened("address", address, "holder.address") or [],
        mail=opened("mail", mail, "channel.value"),
        mail_verified=mail_at is not None,
        mobile=opened("mobile", mobile, "channel.value"),
        mobile_verified=mobile_at is not None,
        locale=locale,
    )
