"""What became of the messages of a period, how long they took, and what waits."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idp import clock
from idp.directory import delays
from idp.directory.counted import Counted, Which, added_up, total
from idp.directory.delays import Delays
from idp.messages.kinds import BACKCHANNEL
from idp.messages.outbox import TO_PEOPLE
from idp.models import Message, MessageCount, MessageState

# What leaves the house; lookups are the worker's own.
CHANNELS = (*TO_PEOPLE, BACKCHANNEL)
ENDS = (MessageState.SENT.value, MessageState.FAILED.value, MessageState.EXPIRED.value)


class Waiting(NamedTuple):
    """What waits at this moment: how many, and for how many seconds the oldest has."""

    number: int
    longest: int


@dataclass(frozen=True)
class Messages:
    """`ends`: what was sent, failed or expired; `delays` of those sent to people, in each slot;
    `kinds`: of each channel and kind how many ended how, and the delays; `waiting` by channel."""

    ends: Counted
    delays: list[Delays]
    overall: Delays
    kinds: dict[tuple[str, str], tuple[dict[str, int], Delays]]
    waiting: dict[str, Waiting]


def of(session: Session, which: Which) -> Messages:
    row = MessageCount
    where = [*which.of(row), row.channel.in_(CHANNELS)]
    by = (row.begins, row.channel, row.kind, row.outcome, row.within)
    rows = session.execute(select(*by, total(row.count)).where(*where).group_by(*by)).all()
    whose = session.execute(
        select(row.outcome, row.client_id, total(row.count))
        .where(*where)
        .group_by(row.outcome, row.client_id)
    ).all()
    by_slot: list[Counter[int]] = [Counter() for _ in which.span.slots]
    by_kind: dict[tuple[str, str], tuple[Counter[str], Counter[int]]] = {}
    for begins, channel, kind, outcome, bound, count in rows:
        ends, took = by_kind.setdefault((channel, kind), (Counter(), Counter()))
        ends[outcome] += count
        if outcome == MessageState.SENT:
            took[bound] += count
            if channel in TO_PEOPLE:
                by_slot[which.span.place(begins)][bound] += count
    in_time = [(outcome, begins, count) for begins, _, _, outcome, _, count in rows]
    return Messages(
        added_up(which.span, in_time, [(line, key, count) for line, key, count in whose]),
        [delays.of(counted) for counted in by_slot],
        delays.of(sum(by_slot, Counter())),
        {key: (dict(ends), delays.of(took)) for key, (ends, took) in sorted(by_kind.items())},
        _waiting(session, which),
    )


def _waiting(session: Session, which: Which) -> dict[str, Waiting]:
    whose = func.coalesce(Message.client_id, Message.application_id, 0)
    query = (
        select(Message.channel, func.count(), func.min(Message.created_at))
        .where(
            Message.state == MessageState.WAITING,
            Message.channel.in_(CHANNELS),
            *which.whose(whose),
        )
        .group_by(Message.channel)
    )
    now = clock.now()
    return {
        channel: Waiting(count, max(now - oldest, 0))
        for channel, count, oldest in session.execute(query)
    }
