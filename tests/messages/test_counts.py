"""Messages are counted when they end: each once, with how long it took."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.messages import counts, outbox
from idp.messages.channels.outcome import Refused, Temporary
from idp.messages.delivery import Channel, deliver_due
from idp.models import Grain, Message, MessageCount
from tests.messages.conftest import Hands

Enqueue = Callable[..., int]
# channel, outcome, within, application → how many.
Found = dict[tuple[str, str, int, int], int]


def sends(*outcomes: Exception | None) -> dict[str, Channel]:
    """A way that answers so, one attempt after the other."""
    left = iter(outcomes)

    def send(settings: Settings, message: Message, proceed: Any) -> None:
        outcome = next(left)
        assert proceed()
        if outcome is not None:
            raise outcome

    return {"mail": Channel(send)}


def counted(database: Database, grain: Grain = Grain.HOUR) -> Found:
    with database.reading() as session:
        rows = session.scalars(select(MessageCount).where(MessageCount.grain == grain)).all()
        return {(row.channel, row.outcome, row.within, row.client_id): row.count for row in rows}


def test_a_message_is_counted_once_however_often_it_was_tried(
    either_database: Database,
    settings_with: Callable[..., Settings],
    enqueue: Enqueue,
    hands: Hands,
) -> None:
    settings, way = settings_with(), sends(Temporary("busy"), Temporary("busy"), None)
    enqueue(either_database)
    assert deliver_due(either_database, settings, "one", channels=way) == 0
    hands.advance(outbox.delay(1))
    assert deliver_due(either_database, settings, "one", channels=way) == 0
    assert counted(either_database) == {}
    hands.advance(outbox.delay(2))
    assert deliver_due(either_database, settings, "one", channels=way) == 1
    waited = outbox.delay(1) + outbox.delay(2)
    assert counted(either_database) == {("mail", "sent", counts.within(waited), 0): 1}
    assert counted(either_database, Grain.DAY) == counted(either_database)


def test_who_lost_the_lease_counts_nothing(
    either_database: Database, enqueue: Enqueue, hands: Hands
) -> None:
    enqueue(either_database)
    first = outbox.claim(either_database, "one", 30)
    hands.advance(31)
    second = outbox.claim(either_database, "two", 30)
    assert first is not None
    assert second is not None
    assert outbox.sent(either_database, second)
    assert not outbox.sent(either_database, first)
    assert not outbox.sent(either_database, second)
    assert counted(either_database) == {("mail", "sent", 45, 0): 1}


def test_what_failed_or_came_too_late_is_counted_as_that(
    either_database: Database,
    settings_with: Callable[..., Settings],
    enqueue: Enqueue,
    hands: Hands,
) -> None:
    enqueue(either_database)
    way = sends(Refused("no such mailbox"))
    deliver_due(either_database, settings_with(), "one", channels=way)
    enqueue(either_database, expires_at=int(hands.now) + 100)
    hands.advance(100)
    assert outbox.expire_overdue(either_database) == 1
    assert outbox.expire_overdue(either_database) == 0
    assert counted(either_database) == {
        ("mail", "failed", 1, 0): 1, ("mail", "expired", 120, 0): 1,
    }  # fmt: skip


def test_a_code_is_counted_with_the_application_it_leads_to(
    either_database: Database, settings_with: Callable[..., Settings], enqueue: Enqueue
) -> None:
    with audit.on_the_way_to(7):
        enqueue(either_database)
    enqueue(either_database)
    deliver_due(either_database, settings_with(), "one", channels=sends(None, None))
    assert counted(either_database) == {("mail", "sent", 1, 7): 1, ("mail", "sent", 1, 0): 1}


@pytest.mark.parametrize(
    ("seconds", "within"), [(0, 1), (1, 1), (2, 2), (4, 5), (604_800, 604_800), (10**9, 604_800)]
)
def test_a_delay_is_within_the_smallest_bound(seconds: int, within: int) -> None:
    assert counts.within(seconds) == within
