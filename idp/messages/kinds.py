"""What there is to say: each kind is one function here and, for people, one folder of templates.

The function goes into the caller's transaction; `wake.wake(settings)` follows its commit.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from idp import clock
from idp.config import DAY, HOUR
from idp.messages import outbox
from idp.models import Message

ONE_TIME_CODE = "one-time-code"
PASSWORD_ACTIVATED = "password-activated"  # noqa: S105 - the name of a message
FACTOR_CHANGED = "factor-changed"
IDENTITY_CORRECTED = "identity-corrected"
LOGOUT = "logout"

BACKCHANNEL = "backchannel"  # the channel of what goes from server to server

# A notice that could not be handed over for a week no longer tells news.
NOTICE_LIFETIME = 7 * DAY

# As long as a session of ours lasts at most: what an application began with it is over by then.
LOGOUT_LIFETIME = 8 * HOUR


@dataclass(frozen=True)
class Destination:
    """Whom to tell, how ("mail" or "sms") and in which language ("fr" or "en")."""

    account_id: int
    channel: str
    recipient: str
    locale: str


def one_time_code(
    session: Session,
    to: Destination,
    *,
    code: str,
    purpose: Literal["connection", "activation"],
    expires_at: int,
    client_name: str | None = None,
) -> Message:
    """Send a code; the account's earlier one, if it still waits, is never sent."""
    outbox.void(session, to.account_id, ONE_TIME_CODE)
    return outbox.enqueue(
        session,
        ONE_TIME_CODE,
        account_id=to.account_id,
        channel=to.channel,
        recipient=to.recipient,
        locale=to.locale,
        context={
            "code": code,
            "purpose": purpose,
            "expires_at": expires_at,
            "client_name": client_name,
        },
        expires_at=expires_at,
    )


def password_activated(session: Session, to: Destination, *, at: int) -> Message:
    """Tell that the account was activated at this moment, and whom to call if that is news."""
    return _notice(session, PASSWORD_ACTIVATED, to, {"at": at})


def factor_changed(session: Session, to: Destination, *, change: str, at: int) -> Message:
    """Tell that a way to sign in was added, removed or used up (`idp.factors.notices` names the
    changes)."""
    return _notice(session, FACTOR_CHANGED, to, {"change": change, "at": at})


def identity_corrected(session: Session, to: Destination, *, at: int) -> Message:
    """Tell that an operator has corrected the holder's traits, and whom to call if that is news."""
    return _notice(session, IDENTITY_CORRECTED, to, {"at": at})


def _notice(session: Session, kind: str, to: Destination, context: dict[str, Any]) -> Message:
    return outbox.enqueue(
        session,
        kind,
        account_id=to.account_id,
        channel=to.channel,
        recipient=to.recipient,
        locale=to.locale,
        context=context,
        expires_at=clock.now() + NOTICE_LIFETIME,
    )


def logout(
    session: Session, *, client_pk: int, client_id: str, account_id: int, session_id: int
) -> Message:
    """Tell an application that a session in which it took part has ended. The token is made when it
    is sent, which may be hours later."""
    message = outbox.enqueue(
        session,
        LOGOUT,
        account_id=account_id,
        channel=BACKCHANNEL,
        recipient=client_id,
        locale="",
        context={},
        expires_at=clock.now() + LOGOUT_LIFETIME,
    )
    message.client_id, message.session_id = client_pk, session_id
    return message
