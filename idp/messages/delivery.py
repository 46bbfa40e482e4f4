"""Delivers what is due: claim, send, settle. Knows neither Huey nor threads."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Channel:
    """A way for messages to leave: `send` returns once it was taken, or raises one of
    `channels.outcome`; `delays` are the seconds between its attempts."""

    send: Callable[[Settings, Message, Proceed], None]
    delays: Sequence[int] = outbox.DELAYS


def _to_people(hand_over: Callable[[Settings, Outgoing, Proceed], None]) -> Channel:
    """What a person reads has words, in their language."""

    def send(settings: Settings, message: Message, proceed: Proceed) -> None:
        content, to = message.content or {}, (message.kind, message.channel, message.locale)
        rendered = render(*to, content["context"], settings)
        outgoing = Outgoing(
            message.id, content["recipient"], message.locale, message.created_at, rendered
        )
        hand_over(settings, outgoing, proceed)

    return Channel(send)


TO_PEOPLE = {"mail": _to_people(mail.send), "sms": _to_people(sms.send)}

log = structlog.get_logger(__name__)


def deliver_due(
    database: Database,
    settings: Settings,
    worker_name: str,
    stopping: Callable[[], bool] = lambda: False,
    channels: Mapping[str, Channel] = TO_PEOPLE,
) -> int:
    """Deliver one message of these channels after the other until none is due, or `stopping`;
    returns how many were sent. Any number of these may run, in threads and processes."""
    outbox.expire_overdue(database)
    count, seconds = 0, lease_seconds(settings)
    while not stopping():
        message = outbox.claim(database, worker_name, seconds, channels=tuple(channels))
        if message is None:
            break
        count += _deliver(database, settings, message, channels[message.channel])
    return count


def lease_seconds(settings: Settings) -> int:
    """Longer than a conversation with a server that takes its time at every line."""
    return max(settings.message_lease, 6 * settings.message_timeout)


def _deliver(database: Database, settings: Settings, message: Message, channel: Channel) -> bool:
    """Whether it was sent."""
    words = log.bind(
        message=message.id,
        kind=message.kind,
        channel=message.channel,
        attempt=message.attempts,
        worker=(message.lease or "").partition("/")[0],
    )
    retry_after = outbox.delay(message.attempts, channel.delays)
    try:
        channel.send(
            settings, message, lambda: outbox.hold(database, message, lease_seconds(settings))
        )
    except Withdrawn:
        outbox.expire(database, message)  # if it is late; if it was voided, this changes nothing
        words.info("message.withdrawn")
    except Refused as error:
        outbox.failed(database, message, str(error), None)
        words.warning("message.refused", reason=str(error))
    except Temporary as error:
        _put_off(database, message, error, retry_after)
        words.warning("message.delayed", reason=str(error))
    except Exception as error:  # a fault of ours must not lose the message either
        what = f"internal error ({type(error).__name__})"
        outbox.failed(database, message, what, clock.now() + retry_after)
        words.error("message.fault", error=type(error).__name__, where=_where(error))
    else:
        outbox.sent(database, message)
        words.info("message.sent", waited=clock.now() - message.created_at)
        return True
    return False


def _put_off(database: Database, message: Message, error: Temporary, retry_after: int) -> None:
    now = clock.now()
    outbox.failed(database, message, str(error), now + retry_after)
    if isinstance(error, Unreachable):
        until = now + outbox.delay(1)
        outbox.postpone(database, message.channel, str(error), until, message.client_id)


def _where(error: Exception) -> str:
    """File and line alone: an exception's text may quote what it was about."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
