"""A holder's traits, NIR and postal address corrected: the INS-C follows, and those there were stay
known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.crypto import Keyring
from idp.directory import accounts, enrolment, french_day, holders
from idp.directory.enrolment import Enrolment, InvalidEnrolment, Person, Problem
from idp.directory.refusal import Refusal
from idp.identity.traits import Traits
from idp.messages import kinds
from idp.models import Account, AccountState, ChannelKind, Holder, HolderInsC

KEEPS_ONE = "The person has an INS-C: the NIR must be one that gets an INS-C."


class Motive(StrEnum):
    """Why the traits change."""

    ENTRY_ERROR = "entry-error"
    CIVIL_REGISTRY = "civil-registry"
    USED_NAME = "used-name"
    NIR_ASSIGNED = "nir-assigned"
    MOVED = "moved"


class NothingChanged(Refusal):
    """What was entered is what is there."""


@dataclass(frozen=True)
class Corrected:
    """`changed` are the names of traits, "nir" and "address" among them."""

    account_id: int
    changed: tuple[str, ...]
    new_ins_c: bool


def present(session: Session, typed: str) -> Enrolment:
    """The holder as one would be enrolled now, for who corrects. Raises UnknownAccount,
    WrongState."""
    return _entered(_open(session, typed))


def correct(
    session: Session,
    keyring: Keyring,
    typed: str,
    entered: Enrolment,
    *,
    motive: Motive,
    actor: str,
) -> Corrected:
    """What `entered` says of the person, in the place of what is there; its organisation and its
    channels are not looked at. The holder is told (`wake.wake` follows the commit). Raises
    UnknownAccount, WrongState, InvalidEnrolment, AlreadyEnrolled, NothingChanged."""
    account = _open(session, typed, lock=True)
    holder = _holder(account)
    before = _entered(account)
    entered = replace(
        entered, organisation=before.organisation, mail=before.mail, mobile=before.mobile
    )
    person = enrolment.check(entered, today=french_day.today())
    changed = _differences(holder, person)
    if not changed:
        raise NothingChanged("Nothing that was entered differs from what is there.")
    if holder.ins_c and person.ins_c is None:
        raise InvalidEnrolment(Problem("nir", "loses_ins_c", KEEPS_ONE))
    holders.keep_unique(session, keyring, person, but=holder.id)
    holders.refuse_known(session, keyring, person, but=holder.id)
    try:
        with session.begin_nested():
            new_ins_c = _write(session, keyring, holder, person)
    except IntegrityError:
        # Another agent was first: whom they enrolled is there now.
        holders.refuse_known(session, keyring, person, but=holder.id)
        raise
    audit.record(
        session,
        "holder.corrected",
        actor=actor,
        account_id=account.id,
        motive=motive.value,
        changed=changed,
        new_ins_c=new_ins_c,
    )
    _tell(session, account)
    return Corrected(account.id, tuple(changed), new_ins_c)


def _open(session: Session, typed: str, *, lock: bool = False) -> Account:
    account = accounts.find(session, typed, lock=lock)
    if account.state == AccountState.CLOSED or account.holder is None:
        raise accounts.WrongState("A closed account, or one without a holder, has no traits.")
    return account


def _holder(account: Account) -> Holder:
    assert account.holder is not None
    return account.holder


def _entered(account: Account) -> Enrolment:
    holder = _holder(account)
    traits = Traits.from_json(holder.traits)
    mail, mobile = account.channel(ChannelKind.MAIL), account.channel(ChannelKind.SMS)
    return Enrolment(
        **_shared(traits),
        nir=holder.nir,
        address=tuple(holder.address),
        organisation=holder.organisation.name,
        mail=mail.value if mail else None,
        mobile=mobile.value if mobile else None,
    )


def _shared(traits: Traits) -> Mapping[str, Any]:
    return {name: getattr(traits, name) for name in Traits.__slots__}


def _differences(holder: Holder, person: Person) -> list[str]:
    old, new = holder.traits, person.traits.to_json()
    changed = [name for name in new if old[name] != new[name]]
    changed += ["nir"] if holder.nir != person.nir.body else []
    return changed + (["address"] if list(holder.address) != person.address else [])


def _write(session: Session, keyring: Keyring, holder: Holder, person: Person) -> bool:
    """Whether there is a new INS-C."""
    holder.traits = person.traits.to_json()
    holder.nir = person.nir.body
    holder.nir_index = keyring.blind_index(holders.NIR, person.nir.body)
    holder.address = person.address
    holder.names = holders.names_of(keyring, person.traits)
    value = str(person.ins_c) if person.ins_c else None
    if value is None or value == holder.ins_c:
        return False
    # One that was theirs already becomes the newest again.
    for former in [each for each in holder.ins_c_history if each.value == value]:
        holder.ins_c_history.remove(former)
        session.delete(former)
        session.flush()
    index = keyring.blind_index(holders.INS_C, value)
    holder.ins_c_history.append(HolderInsC(value=value, value_index=index, created_at=clock.now()))
    return True


def _tell(session: Session, account: Account) -> None:
    """By every channel: whoever did not ask for it learns of it."""
    for channel in account.channels:
        to = kinds.Destination(account.id, channel.kind, channel.value, account.locale)
        kinds.identity_corrected(session, to, at=clock.now())
