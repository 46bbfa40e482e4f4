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
SECURITY_NOTICE = "security-notice"
CHANNEL_CODE = "channel-code"
CHANNEL_ANNOUNCED = "channel-announced"
ACCOUNT_NOTICE = "account-notice"
RECOVERY = "recovery"
RECOVERY_BY_LETTER = "recovery-by-letter"
LOGIN_IDENTIFIER = "login-identifier"
EMERGENCY_CODE = "emergency-code"
PASSWORD_LOST = "password-lost"  # noqa: S105 - the name of a message
IDENTIFIER_LOST = "identifier-lost"
EMERGENCY = "emergency"
IDENTITY_CORRECTED = "identity-corrected"
LOGOUT = "logout"

BACKCHANNEL = "backchannel"  # the channel of what goes from server to server
LOOKUP = "lookup"  # of what the worker looks up, so that a page does not know whether it is there

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


def password_activated(session: Session, to: Destination, *, at: int, token: str) -> Message:
    """Tell that the account was activated at this moment. `token` is the link's "this was not
    me"."""
    return _notice(session, PASSWORD_ACTIVATED, to, {"at": at, "token": token})


def security_notice(
    session: Session, to: Destination, *, what: str, at: int, token: str | None, browser: str
) -> Message:
    """Tell what was done with the account (`idp.factors.notices` names it), from which browser if
    it is known; `token` is the link's "this was not me", where there is one."""
    told = {"what": what, "at": at, "token": token, "browser": browser}
    return _notice(session, SECURITY_NOTICE, to, told)


def channel_code(session: Session, to: Destination, *, code: str, expires_at: int) -> Message:
    """Send a code to an address or number that is to become a channel; an earlier one, if it still
    waits, is never sent."""
    outbox.void(session, to.account_id, CHANNEL_CODE)
    return outbox.enqueue(
        session,
        CHANNEL_CODE,
        account_id=to.account_id,
        channel=to.channel,
        recipient=to.recipient,
        locale=to.locale,
        context={"code": code, "expires_at": expires_at},
        expires_at=expires_at,
    )


def recovery(session: Session, to: Destination, *, expires_at: int, **secret: str) -> Message:
    """Half of what a new password takes: by mail the link (`token`), by SMS the code (`code`)."""
    return _until(session, RECOVERY, to, {"expires_at": expires_at, **secret}, expires_at)


def recovery_by_letter(session: Session, to: Destination) -> Message:
    """Say that a new password takes a new letter, and how to get one."""
    return _notice(session, RECOVERY_BY_LETTER, to, {})


def login_identifier(
    session: Session, to: Destination, *, login_identifier: str, expires_at: int
) -> Message:
    """Send the login identifier to who has lost it."""
    return _until(session, LOGIN_IDENTIFIER, to, {"login_identifier": login_identifier}, expires_at)


def emergency_code(session: Session, to: Destination, *, code: str, expires_at: int) -> Message:
    """Send the code by which the account can be blocked."""
    return _until(session, EMERGENCY_CODE, to, {"code": code, "expires_at": expires_at}, expires_at)


def lookup(
    session: Session, kind: str, typed: str, locale: str, *, expires_at: int, **context: Any
) -> Message:
    """Have the worker look whether anybody is meant by what was typed, and do what was asked for
    (`PASSWORD_LOST`, `IDENTIFIER_LOST` or `EMERGENCY`)."""
    return outbox.enqueue(
        session,
        kind,
        account_id=None,
        channel=LOOKUP,
        recipient=typed,
        locale=locale,
        context=context,
        expires_at=expires_at,
    )


def channel_announced(
    session: Session, to: Destination, *, new: str, masked: str, effective_at: int, url: str
) -> Message:
    """Tell the old channels of a new one: of which kind (`new`), when it will be in use, and the
    link by which that can be stopped until then."""
    context = {"new": new, "masked": masked, "at": effective_at, "url": url}
    return _notice(session, CHANNEL_ANNOUNCED, to, context)


def account_notice(
    session: Session, to: Destination, *, event: str, at: int, token: str | None
) -> Message:
    """Tell of what becomes of the account or its data (`idp.directory.account_notices` names the
    events), and until or from when. `token` is the link's "this was not me"."""
    return _notice(session, ACCOUNT_NOTICE, to, {"event": event, "at": at, "token": token})


def identity_corrected(session: Session, to: Destination, *, at: int) -> Message:
    """Tell that an operator has corrected the holder's traits, and whom to call if that is news."""
    return _notice(session, IDENTITY_CORRECTED, to, {"at": at})


def _notice(session: Session, kind: str, to: Destination, context: dict[str, Any]) -> Message:
    return _until(session, kind, to, context, clock.now() + NOTICE_LIFETIME)


def _until(
    session: Session, kind: str, to: Destination, context: dict[str, Any], expires_at: int
) -> Message:
    return outbox.enqueue(
        session,
        kind,
        account_id=to.account_id,
        channel=to.channel,
        recipient=to.recipient,
        locale=to.locale,
        context=context,
        expires_at=expires_at,
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
