"""An event is recorded in the transaction of its act, with who acts and from where."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import clock
from idp.db import Statement, new_id
from idp.models import Account, AuditEvent

# The same row from the hot path, which has no ORM session.
INSERT_EVENT = Statement("""
    INSERT INTO audit_event
        (id, at, act, outcome, actor, account_id, client_id, session_id, address, detail)
    VALUES
        (:id, :at, :act, :outcome, :actor, :account_id, :client_id, :session_id, :address, :detail)
""")


@dataclass(frozen=True)
class Origin:
    """From where an act came: a network address and a browser, in few words."""

    address: str | None = None
    user_agent: str = ""


@dataclass(frozen=True)
class Acting:
    """The operator who acts, by the id of the account, and from where."""

    account_id: int
    origin: Origin


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
_application: ContextVar[int | None] = ContextVar("application", default=None)


@contextmanager
def acting(operator: Acting) -> Iterator[None]:
    """What "operator" does inside is this operator's: no verb, and no session that it opens, can
    forget to say so."""
    before = _acting.set(operator)
    try:
        yield
    finally:
        _acting.reset(before)


@contextmanager
def on_the_way_to(client_id: int | None) -> Iterator[None]:
    """What is done inside is done to reach this application, and stands in the trail with it; None:
    to reach none."""
    token = _application.set(client_id)
    try:
        yield
    finally:
        _application.reset(token)


def application() -> int | None:
    """The application that somebody is on the way to."""
    return _application.get()


def record(
    session: Session,
    act: str,
    *,
    actor: str,
    outcome: str = "success",
    account_id: int | None = None,
    client_id: int | None = None,
    session_id: int | None = None,
    origin: Origin | None = None,
    **detail: Any,
) -> None:
    """Add an event to the caller's transaction.

    `act` is `noun.verb` ("account.activated"), `outcome` "success" or the reason of a refusal,
    `actor` "holder", "client", "operator" or "system"; who signs in with an operator's account is
    that operator. `detail` holds no secret, no trait, no health identifier.
    """
    by = actor_id(actor)
    if actor == "holder" and _is_operators(session, account_id):
        actor, by = "operator", account_id
    operator = _operator(actor)
    origin = origin or (operator.origin if operator else None)
    session.add(
        AuditEvent(
            at=clock.now(),
            act=act,
            outcome=outcome,
            actor=actor,
            actor_id=by,
            account_id=account_id,
            client_id=application() if client_id is None else client_id,
            session_id=session_id,
            address=origin.address if origin else None,
            detail=detail
            | ({"browser": origin.user_agent} if origin and origin.user_agent else {}),
        )
    )


def actor_id(actor: str) -> int | None:
    """The account of the operator who acts; None for anybody else, and for the command line."""
    operator = _operator(actor)
    return operator.account_id if operator else None


def _is_operators(session: Session, account_id: int | None) -> bool:
    """An operator's account has no holder behind it. Asked for nobody too: what is refused takes as
    long for an account that does not exist."""
    with session.no_autoflush:
        query = select(Account.holder_id).where(Account.id == (account_id or 0))
        row = session.execute(query).first()
    return row is not None and row.holder_id is None


def _operator(actor: str) -> Acting | None:
    return _acting.get() if actor == "operator" else None


def event_values(
    act: str, *, actor: str, outcome: str = "success", **values: Any
) -> dict[str, Any]:
    """The parameters of `INSERT_EVENT`."""
    detail = orjson.dumps(values.pop("detail", {})).decode()
    return {
        "id": new_id(), "at": clock.now(), "act": act, "outcome": outcome, "actor": actor,
        "account_id": None, "client_id": None, "session_id": None, "address": None,
        "detail": detail, **values,
    }  # fmt: skip
