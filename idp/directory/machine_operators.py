"""Applications that act as operators, through the administration's API: an operator like the
others, by whom the trail names what was done, but with an account that nobody signs in to."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import clients, organisations
from idp.directory.operators import DRAWS, InvalidOperator
from idp.directory.refusal import Refusal
from idp.identity import login_identifier
from idp.models import Account, AccountState, Client, Operator, RegisteredBy, Role

LONGEST_NAME = 100


class Unfit(Refusal):
    """The application cannot act as an operator."""


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
    if not roles or any(role not in list(Role) for role in roles):
        raise InvalidOperator(f"The roles have to be some of {', '.join(Role)}.")
    words = " ".join(name.split())
    if not 0 < len(words) <= LONGEST_NAME or not words.isprintable():
        raise InvalidOperator(f"The name is missing, or no line of {LONGEST_NAME} characters.")
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
