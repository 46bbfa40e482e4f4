"""The applications that took part in a session, and what they are told of its end."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from idp.messages import kinds
from idp.models import Client, ClientState, Message, SessionClient


@dataclass(frozen=True)
class Participant:
    """`client_pk` is the database's key; `told` the state of the message that tells it from server
    to server (`MessageState`), None where it wants none."""

    client_pk: int
    told: str | None


def tell(session: Session, session_id: int, account_id: int) -> None:
    """Have every application that took part told, by the transaction that ends the session (OpenID
    Connect Back-Channel Logout 1.0, section 2.5)."""
    listening = session.execute(
        select(Client.id, Client.client_id)
        .join(SessionClient, SessionClient.client_id == Client.id)
        .where(
            SessionClient.session_id == session_id,
            Client.backchannel_logout_uri.is_not(None),
            Client.state == ClientState.ENABLED,
        )
    )
    for client_pk, client_id in listening:
        kinds.logout(
            session,
            client_pk=client_pk,
            client_id=client_id,
            account_id=account_id,
            session_id=session_id,
        )


def of(session: Session, session_id: int) -> list[Participant]:
    """Who took part, the first one first."""
    message = and_(
        Message.session_id == SessionClient.session_id,
        Message.client_id == SessionClient.client_id,
        Message.kind == kinds.LOGOUT,
    )
    rows = session.execute(
        select(SessionClient.client_id, Message.state)
        .outerjoin(Message, message)
        .where(SessionClient.session_id == session_id)
        .order_by(SessionClient.first_at, SessionClient.client_id)
    )
    return [Participant(*row) for row in rows]
