"""What a channel is given, and how it says that nothing was sent: in words that hold neither the
recipient nor what the other server wrote, which may repeat it."""

from collections.abc import Callable
from dataclasses import dataclass

from idp.messages.rendering import Rendered

# Asked just before handing over: whether the message is still ours to send.
Proceed = Callable[[], bool]


@dataclass(frozen=True)
class Outgoing:
    """`number` is the message's id, the same at every attempt; `created_at` in seconds."""

    number: int
    recipient: str
    locale: str
    created_at: int
    rendered: Rendered


class Undelivered(Exception):
    """Nothing was sent; the text says why."""


class Temporary(Undelivered):
    """It may succeed later."""


class Unreachable(Temporary):
    """The channel's server is down or refuses us: no message will pass for now."""


class Refused(Undelivered):
    """It never will: the recipient was refused for good."""


class Withdrawn(Undelivered):
    """`proceed` said no: voided, expired, or another worker's by now."""
