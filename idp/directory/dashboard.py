"""The dashboard: connections, what failed, tokens and messages of a period, over time and by
application. Counts are added up, and never events: it costs the same whatever happens."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from idp import clock
from idp.directory import clients, delays, french_day
from idp.directory.delays import Delays
from idp.directory.periods import Span, Unit
from idp.messages.kinds import BACKCHANNEL
from idp.messages.outbox import TO_PEOPLE
from idp.models import ActivityCount, Client, Grain, Message, MessageCount, MessageState

# The connections of so many days, today among them, stand in the list of applications.
RECENT_DAYS = 30

GRANTED, OPENED, SUCCESS = "authorization.granted", "session.opened", "success"
ISSUED = ("token.issued", "token.refreshed")
REFUSED = "token.refused"
PROOFS = (
    "password.verified",
    "code.verified",
    "totp.verified",
    "recovery_code.verified",
    "passkey.verified",
)
# Lines that are not named by an outcome or a kind of grant.
TO_APPLICATION, TO_OWN_SPACE, TOKENS_REFUSED = "application", "own_space", "refused"
# What leaves the house; lookups are the worker's own.
CHANNELS = (*TO_PEOPLE, BACKCHANNEL)
ENDS = (MessageState.SENT.value, MessageState.FAILED.value, MessageState.EXPIRED.value)


class Named(NamedTuple):
    client_id: str
    name: str


@dataclass(frozen=True)
class Counted:
    """Each line, by name, as how many there were in each slot of the period; and for each
    application (its key; 0 for what led to none) how many of each line in all of it."""

    over_time: dict[str, list[int]]
    by_application: dict[int, dict[str, int]]

    @property
    def totals(self) -> dict[str, int]:
        """The greatest first."""
        sums = {line: sum(numbers) for line, numbers in self.over_time.items()}
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))

    @property
    def total(self) -> int:
        return sum(self.totals.values())


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


@dataclass(frozen=True)
class Figures:
    """`applications` names the keys of all that is by application."""

    span: Span
    connections: Counted
    failures: Counted
    tokens: Counted
    messages: Messages
    applications: dict[int, Named] = field(default_factory=dict)


def figures(
    session: Session, span: Span, *, client_pk: int | None = None, within: int | None = None
) -> Figures:
    """Of one application, or of all; `within` an organisation: of its applications alone."""
    which = _Which(span, client_pk, within)
    connections, failures, tokens = _activity(session, which)
    messages = _messages(session, which)
    keys = {
        key
        for each in (connections, failures, tokens, messages.ends)
        for key in each.by_application
    }
    names = _names(session, keys)
    return Figures(span, connections, failures, tokens, messages, names)


def recent_connections(
    session: Session, client_pks: Collection[int], within: int | None = None
) -> dict[int, int]:
    """Application (its key) → connections of the last days; those that have any."""
    query = recent(within).where(ActivityCount.client_id.in_(client_pks))
    return {pk: count for pk, count in session.execute(query)}  # noqa: C416 - a row is no pair


def recent(within: int | None = None) -> Select[int, int]:
    """`client_id` and `connections` of the applications that have any."""
    since = french_day.days_before_today(RECENT_DAYS - 1)
    query = (
        select(ActivityCount.client_id, _sum(ActivityCount.count).label("connections"))
        .where(
            ActivityCount.grain == Grain.DAY,
            ActivityCount.act == GRANTED,
            ActivityCount.begins >= since,
        )
        .group_by(ActivityCount.client_id)
    )
    return query if within is None else query.where(ActivityCount.client_id.in_(_own(within)))


@dataclass(frozen=True)
class _Which:
    span: Span
    client_pk: int | None
    within: int | None

    def of(self, table: type[ActivityCount | MessageCount]) -> list[ColumnElement[bool]]:
        edges = self.span.edges
        return [
            table.grain == self.span.grain,
            table.begins >= edges[0],
            table.begins < edges[-1],
            *self.whose(table.client_id),
        ]

    def slot(
        self, begins: InstrumentedAttribute[int]
    ) -> ColumnElement[int] | InstrumentedAttribute[int]:
        """Where the slot of a count begins: days of months are added up by the database."""
        edges = self.span.edges
        if self.span.unit != Unit.MONTH:
            return begins
        # As numbers in the statement: PostgreSQL could not tell that two parameters are the same.
        number = [literal_column(str(edge), BigInteger) for edge in edges]
        return case(*((begins < after, at) for at, after in pairwise(number)))

    def whose(
        self, column: ColumnElement[int] | InstrumentedAttribute[int]
    ) -> list[ColumnElement[bool]]:
        asked = [] if self.client_pk is None else [column == self.client_pk]
        return asked if self.within is None else [*asked, column.in_(_own(self.within))]


def _sum(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """PostgreSQL's sum of integers is a decimal number."""
    return cast(func.sum(column), BigInteger)


def _own(organisation_id: int) -> Select[int]:
    return select(Client.id).where(Client.organisation_id == organisation_id)


def _activity(session: Session, which: _Which) -> tuple[Counted, Counted, Counted]:
    """Connections, failures, tokens."""
    row = ActivityCount
    # Who signs in on the way to an application is counted when it is reached.
    led_further = and_(row.act == OPENED, row.outcome == SUCCESS, row.client_id != 0)
    went_well = and_(row.act.in_((GRANTED, OPENED, *ISSUED)), row.outcome == SUCCESS)
    went_wrong = and_(row.act.in_((*PROOFS, OPENED, REFUSED)), row.outcome != SUCCESS)
    what = (row.act, row.outcome, row.grant_type, _sum(row.count))
    acts = row.act.in_((GRANTED, OPENED, *ISSUED, *PROOFS, REFUSED))
    where = [acts, *which.of(row), or_(went_well, went_wrong), not_(led_further)]
    found = [
        session.execute(
            select(by, *what).where(*where).group_by(by, row.act, row.outcome, row.grant_type)
        ).all()
        for by in (which.slot(row.begins), row.client_id)
    ]
    measures = [
        [(_line(act, outcome, grant), key, count) for key, act, outcome, grant, count in rows]
        for rows in found
    ]
    connections, failures, tokens = (
        _counted(which.span, *(_of_measure(rows, number) for rows in measures))
        for number in range(3)
    )
    return connections, failures, tokens


# Which of connections, failures and tokens, and its line there.
_Line = tuple[int, str]
# Of a line, in a slot or of an application, so many.
_Part = tuple[str, int, int]


def _line(act: str, outcome: str, grant_type: str) -> _Line:
    if act == GRANTED:
        return 0, TO_APPLICATION
    if act == OPENED and outcome == SUCCESS:
        return 0, TO_OWN_SPACE
    if act in ISSUED:
        return 2, grant_type
    return (2, TOKENS_REFUSED) if act == REFUSED else (1, outcome)


def _of_measure(rows: Iterable[tuple[_Line, int, int]], number: int) -> list[_Part]:
    return [(line, key, count) for (which, line), key, count in rows if which == number]


def _counted(span: Span, in_time: Iterable[_Part], by_application: Iterable[_Part]) -> Counted:
    over_time: dict[str, list[int]] = defaultdict(lambda: [0] * len(span.slots))
    for line, begins, count in in_time:
        over_time[line][span.place(begins)] += count
    applications: dict[int, Counter[str]] = defaultdict(Counter)
    for line, key, count in by_application:
        applications[key][line] += count
    # The busiest first, and what led to none last.
    busiest = sorted(
        applications.items(), key=lambda item: (item[0] == 0, -item[1].total(), item[0])
    )
    return Counted(dict(over_time), {key: dict(lines) for key, lines in busiest})


def _messages(session: Session, which: _Which) -> Messages:
    row = MessageCount
    where = [*which.of(row), row.channel.in_(CHANNELS)]
    by = (which.slot(row.begins), row.channel, row.kind, row.outcome, row.within)
    rows = session.execute(select(*by, _sum(row.count)).where(*where).group_by(*by)).all()
    whose = session.execute(
        select(row.outcome, row.client_id, _sum(row.count))
        .where(*where)
        .group_by(row.outcome, row.client_id)
    ).all()
    in_time = [(outcome, begins, count) for begins, _, _, outcome, _, count in rows]
    by_slot: list[Counter[int]] = [Counter() for _ in which.span.slots]
    by_kind: dict[tuple[str, str], tuple[Counter[str], Counter[int]]] = {}
    for begins, channel, kind, outcome, bound, count in rows:
        ends, took = by_kind.setdefault((channel, kind), (Counter(), Counter()))
        ends[outcome] += count
        if outcome == MessageState.SENT:
            took[bound] += count
            if channel in TO_PEOPLE:
                by_slot[which.span.place(begins)][bound] += count
    return Messages(
        _counted(which.span, in_time, [(line, key, count) for line, key, count in whose]),
        [delays.of(counted) for counted in by_slot],
        delays.of(sum(by_slot, Counter())),
        {key: (dict(ends), delays.of(took)) for key, (ends, took) in sorted(by_kind.items())},
        _waiting(session, which),
    )


def _waiting(session: Session, which: _Which) -> dict[str, Waiting]:
    of = func.coalesce(Message.client_id, Message.application_id, 0)
    query = (
        select(Message.channel, func.count(), func.min(Message.created_at))
        .where(
            Message.state == MessageState.WAITING,
            Message.channel.in_(CHANNELS),
            *which.whose(of),
        )
        .group_by(Message.channel)
    )
    now = clock.now()
    return {
        channel: Waiting(count, max(now - oldest, 0))
        for channel, count, oldest in session.execute(query)
    }


def _names(session: Session, keys: Collection[int]) -> dict[int, Named]:
    """Also of those that are no more."""
    query = select(Client.id, Client.client_id, Client.client_name).where(Client.id.in_(keys))
    return {pk: Named(client_id, name) for pk, client_id, name in session.execute(query)}


def choices(session: Session, within: int | None = None) -> list[Named]:
    """The applications that one may ask for, by name."""
    query = select(Client.client_id, Client.client_name).where(clients.EXISTS)
    if within is not None:
        query = query.where(Client.organisation_id == within)
    rows = session.execute(query.order_by(func.lower(Client.client_name), Client.id))
    return [Named(client_id, name) for client_id, name in rows]
