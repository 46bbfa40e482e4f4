"""Applications that act as operators, through the administration's API: an operator like the
others, by whom the trail names what was done, but with an account that nobody signs in to."""

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import clients, operators, organisations
from idp.directory.authority import Verb, reach_of
from idp.directory.clients import Registered
from idp.directory.enrolment import Problem
from idp.directory.operators import DRAWS, ROLES_WANTED, InvalidOperator
from idp.directory.own_resources import ADMINISTRATION
from idp.directory.refusal import Refusal
from idp.identity import login_identifier
from idp.models import Account, AccountState, Client, Operator, RegisteredBy, Role

LONGEST_NAME = 100
NAME_WANTED = f"The name is missing, or no line of {LONGEST_NAME} characters."


class Unfit(Refusal):
    """The application cannot act as an operator."""


def register(
    session: Session,
    client_id: str | None,
    *,
    name: str,
    roles: Collection[str],
    organisation: str,
    actor: str,
) -> tuple[Operator, Registered]:
    """An application that does nothing but act as an operator, with the scopes that its roles have
    a use for. Raises InvalidOperator, UnknownOrganisation, DuplicateClient."""
    words = _checked(name, roles)
    metadata = {
        "client_name": words,
        "grant_types": ["client_credentials"],
        "scope": " ".join(scopes_for(roles)),
    } | ({"client_id": client_id} if client_id else {})
    made = clients.register(session, metadata, actor=actor)
    operator = create(
        session,
        made.client.client_id,
        name=words,
        roles=roles,
        organisation=organisation,
        actor=actor,
    )
    return operator, made


def scopes_for(roles: Collection[str]) -> Iterator[str]:
    """Of the administration's API: to read a noun, or to manage it, where the roles have a verb of
    that kind."""
    held = [Role(role) for role in roles]
    for scope in ADMINISTRATION.scopes:
        _, nouns, kind = scope.split(":")
        for verb in Verb:
            noun, _, act = verb.value.partition(".")
            reads = act.startswith("read")
            if f"{noun}s" == nouns and reads == (kind == "read") and reach_of(held, verb):
                yield scope
                break


def create(
    session: Session,
    client_id: str,
    *,
    name: str,
    roles: Collection[str],
    organisation: str,
    actor: str,
) -> Operator:
    """The application acts as an operator of these roles from now on. It is the owners' alone
    from then on: whoever could give it a new secret could act in its place.

    Raises UnknownClient, UnknownOrganisation, InvalidOperator, Unfit.
    """
    client = clients.find(session, client_id, lock=True)
    organisation_id = organisations.find(session, organisation).id
    name = _check(session, client, name, roles)
    account = _account(session)
    operator = Operator(
        account=account,
        organisation_id=organisation_id,
        client_id=client.id,
        name=name,
        roles=[role.value for role in Role if role in roles],
        created_at=clock.now(),
    )
    session.add(operator)
    client.organisation_id = None
    session.flush()
    audit.record(
        session,
        "operator.created",
        actor=actor,
        account_id=account.id,
        client_id=client.id,
        roles=operator.roles,
    )
    return operator


def of_client(session: Session, client_id: str) -> Operator | None:
    """The operator as which an application acts now; None: as none."""
    query = (
        select(Operator)
        .join(Client, Client.id == Operator.client_id)
        .join(Account, Account.id == Operator.account_id)
        .where(Client.client_id == client_id, Account.state == AccountState.ACTIVE)
    )
    return session.scalar(query)


def _check(session: Session, client: Client, name: str, roles: Collection[str]) -> str:
    """The name as it is kept."""
    if client.grant_types != ["client_credentials"]:
        raise Unfit("Only an application with the client credentials grant alone acts by itself.")
    if client.registered_by == RegisteredBy.REGISTRANT:
        raise Unfit("Whoever registered the application by itself could change it at any time.")
    if session.scalar(select(Operator.id).where(Operator.client_id == client.id)) is not None:
        raise Unfit("The application acts as an operator already, or has been blocked as one.")
    return _checked(name, roles)


def _checked(name: str, roles: Collection[str]) -> str:
    """The name as it is kept. Raises InvalidOperator."""
    words = " ".join(name.split())
    problems = []
    if not 0 < len(words) <= LONGEST_NAME or not words.isprintable():
        problems.append(Problem("name", "length" if words else "empty", NAME_WANTED))
    if not operators.are_roles(roles):
        problems.append(Problem("roles", "missing", ROLES_WANTED))
    if problems:
        raise InvalidOperator(*problems)
    return words


def _account(session: Session) -> Account:
    """Active, without a password or a channel: there is nothing to sign in with."""
    now = clock.now()
    for _ in range(DRAWS):
        account = Account(
            login_identifier=login_identifier.generate(),
            state=AccountState.ACTIVE,
            created_at=now,
            activated_at=now,
        )
        try:
            with session.begin_nested():
                session.add(account)
            return account
        except IntegrityError:
            continue
    raise RuntimeError("no free login identifier was drawn")
