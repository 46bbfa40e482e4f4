"""A hundred thousand holders with accounts, channels and sessions, straight in the tables: sealed
and indexed as they are by the verbs, in a minute."""

import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from idp import clock
from idp.config import HOUR
from idp.crypto import Keyring
from idp.db import Base, Database, new_id
from idp.directory import accounts, holders
from idp.identity import ins_c, login_identifier
from idp.identity.traits import Traits
from idp.models import (
    Account,
    AccountState,
    BrowserSession,
    Channel,
    Holder,
    HolderInsC,
    HolderName,
    Organisation,
)

BATCH = 2000
ORGANISATIONS = 10
PRIME = 7919  # spreads the login identifiers, no two alike
SYLLABLES = ("BER", "MAR", "DU", "LE", "ROU", "MI", "CHA", "GAR", "TIN", "NARD", "POND", "VAL")
STATES = (
    (AccountState.ACTIVE, 80), (AccountState.AWAITING_ACTIVATION, 15),
    (AccountState.BLOCKED, 4), (AccountState.CLOSED, 1),
)  # fmt: skip

Rows = dict[type[Base], list[dict[str, Any]]]


@dataclass(frozen=True)
class Known:
    """One who is there, as somebody would search."""

    holder_id: int
    identifier: str
    nir: str
    ins_c: str
    name: str
    birth_date: str


def fill(database: Database, count: int, chance: random.Random) -> list[Known]:
    """Every holder that was made, the oldest first."""
    organisations = [new_id() for _ in range(ORGANISATIONS)]
    now = clock.now()
    with database.writing() as session:
        session.execute(
            insert(Organisation),
            [
                {
                    "id": pk,
                    "name": f"Cpam {number}",
                    "city": "Bourges",
                    "address": [],
                    "created_at": now,
                }
                for number, pk in enumerate(organisations)
            ],
        )  # fmt: skip
    known: list[Known] = []
    for first in range(0, count, BATCH):
        rows: Rows = {}
        known += [
            _one(database.keyring, rows, number, organisations, chance)
            for number in range(first, min(first + BATCH, count))
        ]
        with database.writing() as session:
            for model, values in rows.items():
                session.execute(insert(model), values)
    return known


def _one(
    keyring: Keyring, rows: Rows, number: int, organisations: list[int], chance: random.Random
) -> Known:
    sex, name = chance.choice("FM"), "".join(chance.choices(SYLLABLES, k=3))
    year, month, day = chance.randint(1930, 2008), chance.randint(1, 12), chance.randint(1, 28)
    traits = Traits(
        birth_name=name,
        used_name=None,
        first_names=("".join(chance.choices(SYLLABLES, k=2)),),
        birth_date=f"{year}-{month:02}-{day:02}",
        sex=sex,
        birth_place="18033",
        birth_place_name="Bourges",
    )
    nir = f"{'2' if sex == 'F' else '1'}{year % 100:02}{month:02}{number:08}"
    value = str(ins_c.compute(traits.first_names[0], f"{year % 100:02}{month:02}{day:02}", nir))
    made = Known(
        new_id(),
        login_identifier.generate(lambda most: number * PRIME % most),
        nir,
        value,
        name,
        traits.birth_date,
    )
    _holder(keyring, rows, made, traits, chance.choice(organisations))
    _account(keyring, rows, made, chance)
    return made


def _holder(
    keyring: Keyring, rows: Rows, made: Known, traits: Traits, organisation_id: int
) -> None:
    now = clock.now()
    _add(rows, Holder, id=made.holder_id, organisation_id=organisation_id,
         traits=traits.to_json(), nir=made.nir,
         nir_index=keyring.blind_index(holders.NIR, made.nir),
         address=["12 RUE DES TILLEULS", "18000 BOURGES"], created_at=now)  # fmt: skip
    _add(rows, HolderInsC, id=new_id(), holder_id=made.holder_id, value=made.ins_c,
         value_index=keyring.blind_index(holders.INS_C, made.ins_c), created_at=now)  # fmt: skip
    for row in holders.names_of(keyring, traits):
        _add(rows, HolderName, id=new_id(), holder_id=made.holder_id, value=row.value,
             value_index=row.value_index)  # fmt: skip


def _account(keyring: Keyring, rows: Rows, made: Known, chance: random.Random) -> None:
    now, pk = clock.now(), new_id()
    (state,) = chance.choices([name for name, _ in STATES], [weight for _, weight in STATES])
    _add(rows, Account, id=pk, holder_id=made.holder_id, login_identifier=made.identifier,
         state=state.value, locale="fr", created_at=now, password_hash="none")  # fmt: skip
    mail = f"titulaire{pk}@exemple.example"
    _add(rows, Channel, id=new_id(), account_id=pk, kind="mail", value=mail,
         value_index=keyring.blind_index(accounts.CHANNEL, mail), created_at=now)  # fmt: skip
    if chance.random() < 0.3:
        _add(rows, BrowserSession, id=new_id(), token_hash=chance.randbytes(32), account_id=pk,
             kind="holder", created_at=now, last_seen_at=now, expires_at=now + 8 * HOUR,
             address="192.0.2.1", user_agent="Firefox/Linux")  # fmt: skip


def _add(rows: Rows, model: type[Base], **values: Any) -> None:
    rows.setdefault(model, []).append(values)
