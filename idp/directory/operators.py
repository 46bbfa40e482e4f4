"""Operators: accounts that administer, each with roles and in an organisation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.config import Settings
from idp.db import Database
from idp.directory import accounts, letters, organisations, sessions
from idp.directory.enrolment import Problem
from idp.directory.letters import InitialPassword
from idp.directory.refusal import Refusal
from idp.identity import email_address, login_identifier, names, phone
from idp.identity.errors import InvalidValue
from idp.models import AccountState, Operator, Role

DRAWS = 5


ROLES_WANTED = f"The roles have to be some of {', '.join(Role)}."
CHANNEL_WANTED = "An e-mail address or a mobile number is needed, for one-time codes."


class InvalidOperator(Refusal):
    """Every problem of what was entered; `found` says where each is."""

    def __init__(self, *found: Problem) -> None:
        super().__init__(*(each.sentence for each in found))
        self.found = found


class UnknownOperator(Refusal):
    """No operator has this login identifier."""


class AlreadySo(Refusal):
    """The role is, or is not, the operator's already."""


class Motive(StrEnum):
    """Why an operator is blocked."""

    LEFT = "left-service"
    OWN_REQUEST = "own-request"
    NOT_NEEDED = "not-needed"
    SUSPECTED_FRAUD = "suspected-fraud"


@dataclass(frozen=True, kw_only=True)
class Entered:
    """As entered, nothing checked yet; at least one of `mail` and `mobile`."""

    name: str = field(repr=False)
    roles: Collection[str]
    organisation: str
    mail: str | None = field(default=None, repr=False)
    mobile: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Credentials:
    """Told once, here: there is no letter for operators. Valid to the end of `valid_until`."""

    account_id: int
    login_identifier: str
    initial_password: str = field(repr=False)
    valid_until: date


@dataclass(frozen=True)
class _Person:
    name: str
    roles: list[str]
    mail: str | None
    mobile: str | None


def create(database: Database, settings: Settings, entered: Entered, *, actor: str) -> Credentials:
    """Account, login identifier and initial password, to be activated as a holder's is. Raises
    InvalidOperator, UnknownOrganisation. Hashing is done between two short transactions."""
    person = _check(entered)
    with database.reading() as session:
        organisation_id = organisations.find(session, entered.organisation).id
    password = letters.new_initial_password(settings)
    for _ in range(DRAWS):
        identifier = login_identifier.generate()
        account_id = _insert(database, person, organisation_id, identifier, password, actor)
        if account_id is not None:
            return Credentials(account_id, identifier, password.plain, password.valid_until)
    raise RuntimeError("no free login identifier was drawn")


def renew(
    database: Database, settings: Settings, typed: str, *, actor: str, unblock: bool = False
) -> Credentials:
    """A new initial password: the one before, initial or chosen, stops at once, and sessions end.
    Raises UnknownOperator, WrongState."""
    password = letters.new_initial_password(settings)
    with database.writing() as session:
        operator = find(session, typed, lock=True)
        account = operator.account
        if operator.client_id is not None:
            raise accounts.WrongState("A machine has no password: give its work to another one.")
        if account.state == AccountState.CLOSED:
            raise accounts.WrongState("The account is closed.")
        unblocked = account.state == AccountState.BLOCKED
        if unblocked and not unblock:
            raise accounts.WrongState(
                "The account is blocked; --unblock says that it shall not stay so."
            )
        account.state = AccountState.AWAITING_ACTIVATION
        letters.give(account, password)
        audit.record(
            session, "operator.renewed", actor=actor, account_id=account.id, unblocked=unblocked
        )
        sessions.end_all(session, account.id, actor=actor, reason="new_initial_password")
        return Credentials(
            account.id, account.login_identifier, password.plain, password.valid_until
        )


def find(session: Session, typed: str, *, lock: bool = False) -> Operator:
    """The operator of a login identifier. Raises UnknownAccount, UnknownOperator."""
    account = accounts.find(session, typed, lock=lock)
    operator = of_account(session, account.id)
    if operator is None:
        raise UnknownOperator("The account of this login identifier is not an operator's.")
    return operator


def of_account(session: Session, account_id: int) -> Operator | None:
    return session.scalar(select(Operator).where(Operator.account_id == account_id))


def names_of(session: Session, account_ids: Collection[int | None]) -> dict[int | None, str]:
    """Account → name, of those of them that are operators."""
    query = select(Operator.account_id, Operator.name).where(Operator.account_id.in_(account_ids))
    return {account_id: name for account_id, name in session.execute(query)}  # noqa: C416 - a row is no pair


def list_all(session: Session) -> Sequence[Operator]:
    return session.scalars(select(Operator).order_by(Operator.id)).all()


def grant(session: Session, typed: str, role: Role, *, actor: str) -> Operator:
    """One more role. Raises UnknownOperator, AlreadySo."""
    operator = find(session, typed, lock=True)
    if role in operator.roles:
        raise AlreadySo(f"The operator has the role {role} already.")
    return _set_roles(session, operator, {*operator.roles, role}, "granted", role, actor)


def revoke(session: Session, typed: str, role: Role, *, actor: str) -> Operator:
    """One role less, from the operator's next request on. Raises UnknownOperator, AlreadySo."""
    operator = find(session, typed, lock=True)
    if role not in operator.roles:
        raise AlreadySo(f"The operator has no role {role}.")
    return _set_roles(session, operator, set(operator.roles) - {role}, "revoked", role, actor)


def block(session: Session, typed: str, *, motive: Motive, actor: str) -> int:
    """Nobody signs in with this account any more; returns how many sessions ended. Raises
    UnknownOperator, WrongState."""
    find(session, typed)
    return accounts.block(session, typed, motive=motive, actor=actor)


def _set_roles(
    session: Session, operator: Operator, roles: Collection[str], verb: str, role: Role, actor: str
) -> Operator:
    operator.roles = [each.value for each in Role if each in roles]
    audit.record(
        session,
        f"operator.{verb}",
        actor=actor,
        account_id=operator.account_id,
        role=role.value,
    )
    return operator


def _check(entered: Entered) -> _Person:
    """Raises InvalidOperator with every problem."""
    problems = [] if are_roles(entered.roles) else [Problem("roles", "missing", ROLES_WANTED)]
    if not entered.mail and not entered.mobile:
        problems.append(Problem("mail", "no_channel", CHANNEL_WANTED))
    read: dict[str, str | None] = {}
    for name, label, text, parse in (
        ("name", "name", entered.name, names.parse),
        ("mail", "e-mail address", entered.mail, email_address.parse),
        ("mobile", "mobile number", entered.mobile, phone.parse),
    ):
        try:
            read[name] = parse(text or "") if text or name == "name" else None
        except InvalidValue as error:
            sentence = f"The {label} is missing or cannot be read."
            problems.append(Problem(name, error.reason, sentence))
    if problems:
        raise InvalidOperator(*problems)
    roles = [role.value for role in Role if role in entered.roles]
    return _Person(read["name"] or "", roles, read["mail"], read["mobile"])


def are_roles(roles: Collection[str]) -> bool:
    """One at least, and each is one."""
    return bool(roles) and all(role in list(Role) for role in roles)


def _insert(
    database: Database,
    person: _Person,
    organisation_id: int,
    identifier: str,
    password: InitialPassword,
    actor: str,
) -> int | None:
    """The account's id, committed; None when its login identifier was taken."""
    account = accounts.new(database.keyring, identifier, mail=person.mail, mobile=person.mobile)
    letters.give(account, password)
    try:
        with database.writing() as session:
            session.add(account)
            session.flush()
            session.add(
                Operator(
                    account_id=account.id,
                    organisation_id=organisation_id,
                    name=person.name,
                    roles=person.roles,
                    created_at=clock.now(),
                )
            )
            audit.record(
                session,
                "operator.created",
                actor=actor,
                account_id=account.id,
                roles=person.roles,
            )
            return account.id
    except IntegrityError:
        return None
