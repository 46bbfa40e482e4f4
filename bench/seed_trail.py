"""A year of the trail and of messages, straight in the tables and then sealed and counted as the
worker does it: what holders, applications and operators do, most of it by day."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import insert, select

from idp import audit, clock
from idp.audit import counts
from idp.config import DAY
from idp.db import Database, first_id
from idp.messages.counts import KEY, WITHIN
from idp.models import Account, AuditEvent, MessageCount
from tests.factories import Factory

APPLICATIONS, OPERATORS, ADDRESSES = 40, 12, 5000
BATCH = 5000
YEAR = 365 * DAY
# Act, outcome, who, whether it is of an application and on a holder, and how often of a thousand.
ACTS = (
    ("password.verified", "success", "holder", 170),
    ("password.verified", "wrong_password", "holder", 30),
    ("code.sent", "success", "system", 150),
    ("code.verified", "success", "holder", 140),
    ("code.verified", "wrong_code", "holder", 15),
    ("session.opened", "success", "holder", 120),
    ("session.raised", "success", "holder", 100),
    ("authorization.granted", "success", "holder", 90),
    ("token.issued", "success", "client", 85),
    ("token.refreshed", "success", "client", 60),
    ("token.refused", "refresh_token_reused", "client", 2),
    ("consent.given", "success", "holder", 20),
    ("account.consulted", "success", "operator", 12),
    ("account.relettered", "success", "operator", 3),
    ("account.blocked", "success", "operator", 1),
    ("authority.refused", "role", "operator", 1),
    ("trail.exported", "success", "operator", 1),
)
WEIGHTS = list(accumulate(each[-1] for each in ACTS))
GRANTS = {"token.issued": "authorization_code", "token.refreshed": "refresh_token"}
ALONE = {"token.refused", "trail.exported"}  # acts on no holder
KINDS = (("mail", "one-time-code"), ("sms", "one-time-code"), ("mail", "security-notice"))


@dataclass(frozen=True)
class Trace:
    """What is in the trail, as somebody would ask for it."""

    event_id: int
    operator: str
    application: str
    address: str


def fill(
    database: Database, factory: Factory, count: int, chance: random.Random, wanted: int = 1000
) -> list[Trace]:
    """So many events, evenly over the last year, all of them sealed; `wanted` samples of them."""
    applications = [
        factory.client(client_name=f"Application {number:02}") for number in range(APPLICATIONS)
    ]
    operators = [factory.operator("auditor") for _ in range(OPERATORS)]
    with database.reading() as session:
        holders = session.scalars(select(Account.id).where(Account.holder_id.is_not(None))).all()
    made: list[Trace] = []
    for first in range(0, count, BATCH):
        rows = []
        for number in range(first, min(first + BATCH, count)):
            application = applications[min(int(chance.expovariate(0.2)), APPLICATIONS - 1)]
            operator = chance.choice(operators)
            address = f"198.51.{chance.randrange(ADDRESSES) % 250}.{chance.randrange(20)}"
            row = _event(number, count, chance) | {"address": address}
            if row["act"] not in ALONE:
                row["account_id"] = chance.choice(holders)
            if row["actor"] == "operator":
                row["actor_id"] = operator.account_id
            else:
                row["client_id"] = application.pk
            rows.append(row)
            if chance.random() < wanted / count:
                made.append(
                    Trace(row["id"], operator.identifier, application.client_id, row["address"])
                )
        with database.writing() as session:
            session.execute(insert(AuditEvent), rows)
    _seal(database)
    _messages(database, [each.pk for each in applications], count // 5, chance)
    return made


def _event(number: int, count: int, chance: random.Random) -> dict[str, Any]:
    """Its key is of its time, as a key made then is."""
    at = clock.now() - YEAR + number * YEAR // count
    [(act, outcome, actor, _)] = chance.choices(ACTS, cum_weights=WEIGHTS)
    return {
        "id": first_id(at) + number % (1 << 23), "at": at, "act": act, "outcome": outcome,
        "actor": actor, "actor_id": None, "account_id": None, "client_id": None,
        "detail": {"grant_type": GRANTS[act]} if act in GRANTS else {},
    }  # fmt: skip


def _seal(database: Database) -> None:
    more = True
    while more:
        with database.writing() as session:
            more = audit.seal(session) > 0


def _messages(
    database: Database, applications: list[int], count: int, chance: random.Random
) -> None:
    now, counted = clock.now(), Counter[tuple[Any, ...]]()
    for _ in range(count):
        client_id, (channel, kind) = chance.choice(applications), chance.choice(KINDS)
        end = "sent" if chance.random() < 0.98 else "failed"
        within = WITHIN[min(int(chance.expovariate(0.4)), len(WITHIN) - 1)]
        for grain, begins in counts.slots(now - chance.randrange(YEAR)):
            counted[grain, begins, client_id, channel, kind, end, within] += 1
    for part in _parts(counted):
        with database.writing() as session:
            counts.increase(session, MessageCount, KEY, part)


def _parts(counted: Counter[tuple[Any, ...]]) -> Iterator[dict[tuple[Any, ...], int]]:
    items = sorted(counted.items())
    for first in range(0, len(items), BATCH):
        yield dict(items[first : first + BATCH])
