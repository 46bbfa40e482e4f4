"""Counts of a period, added up over time and by application: what is asked of the tables of counts,
and how it is given."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from idp.directory.periods import Span
from idp.models import ActivityCount, Client, MessageCount

# Of a line, in a slot or of an application, so many.
Part = tuple[str, int, int]


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


@dataclass(frozen=True)
class Which:
    """Which counts: of a period, an application, an organisation's applications."""

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

    def whose(
        self, column: ColumnElement[int] | InstrumentedAttribute[int]
    ) -> list[ColumnElement[bool]]:
        asked = [] if self.client_pk is None else [column == self.client_pk]
        return asked if self.within is None else [*asked, column.in_(own(self.within))]


def total(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """PostgreSQL's sum of integers is a decimal number."""
    return cast(func.sum(column), BigInteger)


def own(organisation_id: int) -> Select[int]:
    return select(Client.id).where(Client.organisation_id == organisation_id)


def added_up(span: Span, in_time: Iterable[Part], by_application: Iterable[Part]) -> Counted:
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
