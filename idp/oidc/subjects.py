"""Pairwise `sub`: one random value for each account and sector, kept in a table so that it can
outlive a change of domain (OpenID Connect Core 1.0, section 8.1)."""

from idp.crypto import new_secret
from idp.db import Statement, Transaction, new_id

FIND = Statement("SELECT value FROM subject WHERE account_id = :account_id AND sector = :sector")

FIND_ACCOUNT = Statement("SELECT account_id FROM subject WHERE value = :value AND sector = :sector")

MAKE = Statement("""
    INSERT INTO subject (id, account_id, sector, value)
    VALUES (:id, :account_id, :sector, :value) ON CONFLICT DO NOTHING
""")


def subject_of(tx: Transaction, account_id: int, sector: str) -> str:
    """The `sub` of an account in a sector, made at the first asking; the table decides a race."""
    row = tx.one(FIND, account_id=account_id, sector=sector)
    if row is None:
        tx.execute(MAKE, id=new_id(), account_id=account_id, sector=sector, value=new_secret(24))
        row = tx.one(FIND, account_id=account_id, sector=sector)
    return str(row[0])


def account_of(tx: Transaction, sub: str, sector: str) -> int | None:
    """The account that a sector knows by `sub`."""
    row = tx.one(FIND_ACCOUNT, value=sub, sector=sector)
    return None if row is None else int(row[0])
