"""The person behind an account, read for claims in one statement: what no claim is made of is
neither read nor opened."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from idp.db import Statement, Transaction, open_json
from idp.identity.traits import Traits
from idp.oidc.claims import CLAIMS, Person, members
from idp.oidc.provider import Provider


class Source(NamedTuple):
    """Where a member of `Person` is read of an account `a`; `place` is what it is sealed for."""

    column: str
    join: str = ""
    place: str | None = None


HOLDER = "LEFT JOIN holder h ON h.id = a.holder_id"
MAIL = "LEFT JOIN channel m ON m.account_id = a.id AND m.kind = 'mail'"
SMS = "LEFT JOIN channel s ON s.account_id = a.id AND s.kind = 'sms'"
NEWEST_INS_C = """
    (SELECT i.value FROM holder_ins_c i WHERE i.holder_id = a.holder_id ORDER BY i.id DESC LIMIT 1)
"""
SOURCES = {
    "traits": Source("h.traits", HOLDER, "holder.traits"),
    "nir": Source("h.nir", HOLDER, "holder.nir"),
    "ins_c": Source(NEWEST_INS_C, "", "holder_ins_c.value"),
    "address": Source("h.address", HOLDER, "holder.address"),
    "mail": Source("m.value", MAIL, "channel.value"),
    "mail_verified_at": Source("m.verified_at", MAIL),
    "mobile": Source("s.value", SMS, "channel.value"),
    "mobile_verified_at": Source("s.verified_at", SMS),
    "locale": Source("a.locale"),
}


def columns(wanted: Collection[str]) -> str:
    """What a statement selects for these members, whatever else it reads; in their order."""
    return ", ".join(SOURCES[name].column for name in wanted)


def joins(wanted: Collection[str]) -> str:
    """What it joins for them, to an account `a`."""
    return " ".join(dict.fromkeys(SOURCES[name].join for name in wanted))


def read(
    provider: Provider, tx: Transaction, account_id: int, names: Collection[str] = tuple(CLAIMS)
) -> Person:
    """What is recorded of the person, as far as the claims of these names are made of it."""
    wanted = members(tuple(names))
    row = tx.one(_statement(wanted), account_id=account_id) if wanted else None
    return Person() if row is None else from_row(provider, row, wanted)


@lru_cache(maxsize=256)
def _statement(wanted: tuple[str, ...]) -> Statement:
    return Statement(
        f"SELECT {columns(wanted)} FROM account a {joins(wanted)} WHERE a.id = :account_id"  # noqa: S608
    )


def from_row(provider: Provider, row: Sequence[Any], wanted: tuple[str, ...]) -> Person:
    """The same of `columns` that were read already."""
    keyring, told = provider.keyring, {}
    for name, value in zip(wanted, row, strict=True):
        place = SOURCES[name].place
        if value is not None:
            told[name] = value if place is None else open_json(keyring, value, place)
    if "traits" in told:
        told["traits"] = Traits.from_json(told["traits"])
    return Person(**told)
