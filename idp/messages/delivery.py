"""Delivers what is due: claim, render, send, settle. Knows neither Huey nor threads."""

import traceback
from collections.abc import Callable
from pathlib import Path

import structlog

from idp import clock
from idp.config import Settings
from idp.db import Database
from idp.messages import outbox
from idp.messages.channels import mail, sms
from idp.messages.channels.outcome import (
    Outgoing,
    Proceed,
    Refused,
    Temporary,
    Unreachable,
    Withdrawn,
)
from idp.messages.rendering import render
from idp.models import Message

CHANNELS: dict[str, Callable[[Settings, Outgoing, Proceed], None]] = {
    "mail": mail.send,
    "sms": sms.send,
}

log = structlog.get_logger(__name__)


def deliver_due(
    database: Database,
    settings: Settings,
    worker_name: str,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Deliver one message after the other until none is due, or `stopping`; returns how many were
    sent. Any number of these may run, in threads and processes."""
    outbox.expire_overdue(database)
    count = 0
    while not stopping():
        message = outbox.claim(database, worker_name, lease_seconds(settings))
        if message is None:
            break
        count += _deliver(database, settings, message)
    return count


def lease_seconds(settings: Settings) -> int:
    """Longer than a conversation with a server that takes its time at every line."""
    return max(settings.message_lease, 6 * settings.message_timeout)


def _deliver(database: Database, settings: Settings, message: Message) -> bool:
    """Whether it was sent."""
    words = log.bind(
        message=message.id,
        kind=message.kind,
        channel=message.channel,
        attempt=message.attempts,
        worker=(message.lease or "").partition("/")[0],
    )
    try:
        _send(database, settings, message)
    except Withdrawn:
        outbox.expire(database, message)  # if it is late; if it was voided, this changes nothing
        words.info("message.withdrawn")
    except Refused as error:
        outbox.failed(database, message, str(error), None)
        words.warning("message.refused", reason=str(error))
    except Temporary as error:
        _put_off(database, message, error)
        words.warning("message.delayed", reason=str(error))
    except Exception as error:  # a fault of ours must not lose the message either
        retry_at = clock.now() + outbox.delay(message.attempts)
        outbox.failed(database, message, f"internal error ({type(error).__name__})", retry_at)
        words.error("message.fault", error=type(error).__name__, where=_where(error))
    else:
        outbox.sent(database, message)
        words.info("message.sent", waited=clock.now() - message.created_at)
        return True
    return False


def _send(database: Database, settings: Settings, message: Message) -> None:
    content = message.content or {}
    rendered = render(message.kind, message.channel, message.locale, content["context"], settings)
    outgoing = Outgoing(
        message.id, content["recipient"], message.locale, message.created_at, rendered
    )
    CHANNELS[message.channel](
        settings, outgoing, lambda: outbox.hold(database, message, lease_seconds(settings))
    )


def _put_off(database: Database, message: Message, error: Temporary) -> None:
    now = clock.now()
    outbox.failed(database, message, str(error), now + outbox.delay(message.attempts))
    if isinstance(error, Unreachable):
        outbox.postpone(database, message.channel, str(error), now + outbox.delay(1))


def _where(error: Exception) -> str:
    """File and line alone: an exception's text may quote what it was about."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
