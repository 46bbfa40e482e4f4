"""An application that knows a person's INS-C, and not the Vitale card, asks who that is for an API.

It says why, and the person reads it in the trace. That there is nobody of this INS-C, or that its
holder was born on another day, is one answer, so that nobody finds out who has an account; and an
application that is wrong too often has to wait.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.directory.holders import INS_C
from idp.directory.refusal import Refusal
from idp.factors import throttle
from idp.factors.throttle import Reserved
from idp.identity.birth_date import BirthDate
from idp.identity.ins_c import InsC
from idp.models import Account, AccountState, Holder, HolderInsC

ACT = "ins_c.resolved"


class Purpose(StrEnum):
    """Why a record is looked for. A list, for what is typed freely would tell about a person."""

    TREATMENT = "treatment"
    EMERGENCY = "emergency"
    COORDINATION = "care_coordination"
    REQUEST = "patient_request"


class Unknown(Refusal):
    """No account of this INS-C and birth date: which of both it was is not said."""


@dataclass(frozen=True)
class Asked:
    """`resource` is the identifier of the API, for the trail."""

    ins_c: InsC = field(repr=False)
    birth_date: BirthDate = field(repr=False)
    purpose: Purpose
    resource: str


def resolve(
    database: Database, settings: Settings, client_pk: int, asked: Asked, origin: audit.Origin
) -> int:
    """The account. Counted before it is looked for, in a commit of its own. Raises Unknown,
    MustWait."""
    calls, failures = throttle.for_resolution(database.keyring, settings, client_pk)
    throttle.reserve(database, settings, [calls, failures])
    account_id = _find(database, client_pk, asked, origin)
    if account_id is None:
        raise Unknown("No holder has this INS-C and was born on this day. Check both.")
    # It was no failure, and stays a call.
    throttle.forgive(database, Reserved((failures,), 1, 0))
    return account_id


def _find(database: Database, client_pk: int, asked: Asked, origin: audit.Origin) -> int | None:
    """By the present INS-C or a former one, which records made earlier still have. Each answer
    costs as much: the same row is looked for, and an event is written."""
    indexes = database.keyring.blind_indexes(INS_C, str(asked.ins_c))
    query = (
        select(Account, Holder)
        .join(Holder, Holder.id == Account.holder_id)
        .join(HolderInsC, HolderInsC.holder_id == Holder.id)
        .where(HolderInsC.value_index.in_(indexes), Account.state != AccountState.CLOSED)
    )
    with database.writing() as session:
        row = session.execute(query).first()
        account, holder = row if row else (None, None)
        born = holder.traits["birth_date"] if holder else None
        found = account is not None and born == str(asked.birth_date)
        audit.record(
            session,
            ACT,
            actor="client",
            outcome="success" if found else "unknown",
            account_id=account.id if account and found else None,
            client_id=client_pk,
            origin=origin,
            purpose=asked.purpose.value,
            resource=asked.resource,
        )
        return account.id if account and found else None
