"""Enrolling holders and writing to them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.crypto import Keyring
from idp.db import Database
from idp.directory import (
    accounts,
    closing,
    configuration,
    enrolment,
    french_day,
    letters,
    organisations,
    sessions,
)
from idp.directory.enrolment import Enrolment, Person
from idp.directory.letters import InitialPassword, Recipient
from idp.directory.refusal import Refusal
from idp.factors import notices
from idp.identity import login_identifier, names
from idp.identity.traits import Traits
from idp.messages import wake
from idp.models import (
    Account,
    AccountState,
    Holder,
    HolderInsC,
    HolderName,
    Organisation,
)

NIR, INS_C, NAME = "holder.nir", "holder_ins_c.value", "holder_name.value"
DRAWS = 5


class LetterMotive(StrEnum):
    """Why there is a new letter."""

    HOLDER_REQUEST = "holder-request"
    LOST_PASSWORD = "lost-password"  # noqa: S105 - a reason
    LETTER_LOST = "letter-lost"
    LETTER_EXPIRED = "letter-expired"
    SUSPECTED_FRAUD = "suspected-fraud"


class AlreadyEnrolled(Refusal):
    """The person has an account: the NIR, or (`by_ins_c`) an INS-C that is or was theirs, is
    known."""

    def __init__(self, problem: str, *, by_ins_c: bool = False) -> None:
        super().__init__(problem)
        self.by_ins_c = by_ins_c


@dataclass(frozen=True)
class Enrolled:
    """`letter` is the PDF, and the only place where the initial password can be read."""

    holder_id: int
    account_id: int
    login_identifier: str
    ins_c: str | None = field(repr=False)
    valid_until: date
    letter: bytes = field(repr=False)


@dataclass(frozen=True)
class Lettered:
    """A new letter; the one before it is worth nothing."""

    account_id: int
    login_identifier: str
    valid_until: date
    letter: bytes = field(repr=False)
    ended_sessions: int


def enrol(database: Database, settings: Settings, entered: Enrolment, *, actor: str) -> Enrolled:
    """Holder, account, login identifier, INS-C and letter come into being together.

    Raises InvalidEnrolment, UnknownOrganisation, AlreadyEnrolled. Hashing and typesetting are
    done between two short transactions; the unique constraints decide between two agents.
    """
    person = enrolment.check(entered, today=french_day.today())
    with database.reading() as session:
        organisation = organisations.find(session, entered.organisation)
        organisation_id = organisation.id
        receiver = recipient_of(person, organisation)
        refuse_known(session, database.keyring, person)
    password = letters.new_initial_password(settings)
    for _ in range(DRAWS):
        identifier = login_identifier.generate()
        letter = letters.compose(settings, receiver, identifier, password)
        account = _insert(database, person, organisation_id, identifier, password, actor)
        if account is not None:
            return Enrolled(
                holder_id=account.holder_id or 0,
                account_id=account.id,
                login_identifier=identifier,
                ins_c=receiver.ins_c,
                valid_until=password.valid_until,
                letter=letter,
            )
    raise RuntimeError("no free login identifier was drawn")


def reletter(
    database: Database,
    settings: Settings,
    typed: str,
    *,
    actor: str,
    motive: LetterMotive = LetterMotive.HOLDER_REQUEST,
    unblock: bool = False,
) -> Lettered:
    """A new initial password and its letter. The password before it, initial or chosen, stops at
    once; sessions and grants end, a closing that was asked for is dropped, and every channel is
    told. Raises UnknownAccount, WrongState."""
    with database.reading() as session:
        account = accounts.find(session, typed)
        receiver = recipient(account, unblock)
        identifier = account.login_identifier
    password = letters.new_initial_password(settings)
    letter = letters.compose(settings, receiver, identifier, password)
    with database.writing() as session:
        account = accounts.find(session, identifier, lock=True)
        recipient(account, unblock)
        unblocked = account.state == AccountState.BLOCKED
        account.state = AccountState.AWAITING_ACTIVATION
        letters.give(account, password)
        audit.record(
            session,
            "account.relettered",
            actor=actor,
            account_id=account.id,
            motive=motive.value,
            unblocked=unblocked,
        )
        ended = sessions.end_all(session, account.id, actor=actor, reason="new_letter")
        notices.tell(session, account.id, notices.NEW_LETTER)
        closing.undo(session, account.id, actor=actor)
    wake.wake(settings)
    return Lettered(account.id, identifier, password.valid_until, letter, ended)


def find_by_nir(session: Session, keyring: Keyring, nir_body: str) -> Account | None:
    """The account of the holder with this NIR (13 characters), or None."""
    indexes = keyring.blind_indexes(NIR, nir_body)
    return session.scalar(select(Account).join(Holder).where(Holder.nir_index.in_(indexes)))


def recipient_of(person: Person, organisation: Organisation) -> Recipient:
    """Whom the letter of an enrolment is for."""
    return Recipient.of(person.traits, person.address, _text(person), organisation)


def _text(person: Person) -> str | None:
    return str(person.ins_c) if person.ins_c else None


def refuse_known(
    session: Session, keyring: Keyring, person: Person, but: int | None = None
) -> None:
    """Raises AlreadyEnrolled when the NIR, or the INS-C as anybody's present or former one, is
    there (design section 3: look for duplicates by every INS-C there ever was). `but` is the holder
    whose they may be."""
    known_nir = select(Holder.id).where(
        Holder.nir_index.in_(keyring.blind_indexes(NIR, person.nir.body)),
        Holder.id.is_distinct_from(but),
    )
    if session.scalar(known_nir) is not None:
        raise AlreadyEnrolled("A holder with this NIR is enrolled already.")
    if person.ins_c is None:
        return
    known_ins_c = select(HolderInsC.id).where(
        HolderInsC.value_index.in_(keyring.blind_indexes(INS_C, str(person.ins_c))),
        HolderInsC.holder_id.is_distinct_from(but),
    )
    if session.scalar(known_ins_c) is not None:
        raise AlreadyEnrolled(
            "A holder with this INS-C, as the present or a former one, is enrolled already.",
            by_ins_c=True,
        )


def keep_unique(session: Session, keyring: Keyring, person: Person, but: int | None = None) -> None:
    """A unique constraint compares the indexes of one key. While there are two, enrolments go
    one at a time, and each looks under both. Raises AlreadyEnrolled."""
    if len(keyring.indexes.ids()) > 1:
        configuration.lock(session)
        refuse_known(session, keyring, person, but)


def _insert(
    database: Database,
    person: Person,
    organisation_id: int,
    identifier: str,
    password: InitialPassword,
    actor: str,
) -> Account | None:
    """The account, committed; None when only its login identifier was taken."""
    try:
        with database.writing() as session:
            return insert(
                session, database.keyring, person, organisation_id, identifier, password, actor
            )
    except IntegrityError:
        with database.reading() as session:
            refuse_known(session, database.keyring, person)
        return None


def insert(
    session: Session,
    keyring: Keyring,
    person: Person,
    organisation_id: int,
    identifier: str,
    password: InitialPassword,
    actor: str,
    **detail: Any,
) -> Account:
    """Holder and account in the caller's transaction; `detail` is for the trail. Raises
    AlreadyEnrolled, and IntegrityError where a unique constraint says so, or that the login
    identifier is taken."""
    keep_unique(session, keyring, person)
    holder = _holder(keyring, person, organisation_id)
    account = accounts.new(keyring, identifier, mail=person.mail, mobile=person.mobile)
    letters.give(account, password)
    holder.account = account
    session.add(holder)
    session.flush()
    audit.record(session, "holder.enrolled", actor=actor, account_id=account.id, **detail)
    return account


def _holder(keyring: Keyring, person: Person, organisation_id: int) -> Holder:
    now = clock.now()
    holder = Holder(
        organisation_id=organisation_id,
        traits=person.traits.to_json(),
        nir=person.nir.body,
        nir_index=keyring.blind_index(NIR, person.nir.body),
        address=person.address,
        created_at=now,
    )
    holder.names = names_of(keyring, person.traits)
    value = _text(person)
    if value:
        index = keyring.blind_index(INS_C, value)
        holder.ins_c_history = [HolderInsC(value=value, value_index=index, created_at=now)]
    return holder


def names_of(keyring: Keyring, traits: Traits) -> list[HolderName]:
    """What a person is found by: each word of the birth name, the used one and the first names,
    with the birth date."""
    given = " ".join((traits.birth_name, traits.used_name or "", *traits.first_names))
    values = [f"{word} {traits.birth_date}" for word in names.words(given)]
    return [HolderName(value=each, value_index=keyring.blind_index(NAME, each)) for each in values]


def recipient(account: Account, unblock: bool = False) -> Recipient:
    """Whom a new letter is for. Raises WrongState."""
    if account.state == AccountState.CLOSED or account.holder is None:
        raise accounts.WrongState("A closed account, or one without a holder, gets no letter.")
    if account.closing_motive is not None:
        raise accounts.WrongState("The account is to be closed: undo that first.")
    if account.state == AccountState.BLOCKED and not unblock:
        raise accounts.WrongState(
            "The account is blocked; --unblock says that it shall not stay so."
        )
    holder = account.holder
    traits = Traits.from_json(holder.traits)
    return Recipient.of(traits, holder.address, holder.ins_c, holder.organisation)
