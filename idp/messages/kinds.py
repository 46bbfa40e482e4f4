"""What there is to say: each kind is one function here and one folder of templates.

The function goes into the caller's transaction; `wake.wake(settings)` follows its commit.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from idp import clock
from idp.config import DAY
from idp.messages import outbox
from idp.models import Message

ONE_TIME_CODE = "one-time-code"
PASSWORD_ACTIVATED = "password-activated"  # noqa: S105 - the name of a message

# A notice that could not be handed over for a week no longer tells news.
NOTICE_LIFETIME = 7 * DAY


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
    return outbox.enqueue(
        session,
        PASSWORD_ACTIVATED,
        account_id=to.account_id,
        channel=to.channel,
        recipient=to.recipient,
        locale=to.locale,
        context={"at": at},
        expires_at=clock.now() + NOTICE_LIFETIME,
    )
