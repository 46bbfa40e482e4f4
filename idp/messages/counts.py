"""Messages are counted in the transaction that ends them: each once, with how long it took."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy.orm import InstrumentedAttribute, Session

from idp import clock
from idp.audit import counts
from idp.models import Message, MessageCount, MessageState

# Seconds. What takes longer than the last one is counted there: nothing waits for so long.
WITHIN = (
    1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600, 7200, 14_400,
    28_800, 86_400, 172_800, 604_800,
)  # fmt: skip
KEY = ("grain", "begins", "client_id", "channel", "kind", "outcome", "within")


class Ended(NamedTuple):
    """What is counted of a message. `client_id` is the application that it is for, or on the way to
    which it was asked for."""

    kind: str
    channel: str
    client_id: int | None
    application_id: int | None
    created_at: int


COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    Message.kind,
    Message.channel,
    Message.client_id,
    Message.application_id,
    Message.created_at,
)


def add(session: Session, messages: Iterable[Ended], state: MessageState) -> None:
    """They have just ended so."""
    now, counted = clock.now(), Counter[tuple[Any, ...]]()
    for one in messages:
        client_id = one.client_id or one.application_id or 0
        for grain, begins in counts.slots(now):
            counted[
                grain, begins, client_id, one.channel, one.kind, state.value,
                within(now - one.created_at),
            ] += 1  # fmt: skip
    counts.increase(session, MessageCount, KEY, counted)


def within(seconds: int) -> int:
    """The smallest of WITHIN that is not exceeded."""
    return WITHIN[min(bisect_left(WITHIN, seconds), len(WITHIN) - 1)]
