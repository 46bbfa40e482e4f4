"""What the dashboard shows: panels, each a chart and the table of the same numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from idp.directory.counted import Counted
from idp.directory.dashboard import Figures
from idp.directory.delays import Delays
from idp.directory.message_figures import ENDS
from idp.directory.periods import Span
from idp.web.admin import chart
from idp.web.admin import dashboard_words as words
from idp.web.words import _

# A chart has this many lines, the others together as one; its table has all of them.
MOST_LINES = 5
MOST_BARS = 8

Cell = str | int | None


@dataclass(frozen=True)
class Table:
    """The first cell of a row is its head. Of the columns in `seconds` the numbers are such."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    seconds: frozenset[int] = frozenset()

    def shown(self) -> Iterator[list[str]]:
        """As people read numbers."""
        for row in self.rows:
            yield [self._said(number, cell) for number, cell in enumerate(row)]

    def _said(self, number: int, cell: Cell) -> str:
        if number in self.seconds and not isinstance(cell, str):
            return words.seconds(cell)
        return words.number(cell) if isinstance(cell, int) else cell or "–"


@dataclass(frozen=True)
class Panel:
    """`name` is in addresses. `kind` of chart: "columns", "lines", "bars"; `drawn` is what that
    kind takes, empty where there is nothing to draw; `legend` names its lines, `said` is the chart
    in a sentence."""

    name: str
    title: str
    said: str
    kind: str
    table: Table
    drawn: dict[str, Any]
    legend: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    panels: list[Panel]


def sections(figures: Figures, *, of_one: bool) -> list[Section]:
    """`of_one` application: nothing is by application."""
    return [
        Section(
            "connections",
            _("Connexions"),
            _both(figures, "connections", figures.connections, words.line, of_one),
        ),
        Section(
            "failures",
            _("Échecs"),
            _both(figures, "failures", figures.failures, words.reason, of_one),
        ),
        Section(
            "messages",
            _("Messages"),
            [
                *_both(figures, "messages", figures.messages.ends, words.line, of_one, ENDS),
                _delays(figures),
                _kinds(figures),
            ],
        ),
        Section(
            "tokens",
            _("Jetons"),
            _both(figures, "tokens", figures.tokens, words.line, of_one),
        ),
    ]


def _both(
    figures: Figures,
    name: str,
    counted: Counted,
    said: Any,
    of_one: bool,
    order: Sequence[str] = (),
) -> list[Panel]:
    """Over time, and by application."""
    totals = counted.totals
    lines = [line for line in order if line in totals] or list(totals)
    names = [said(line) for line in lines]
    over_time = _over_time(figures.span, name, counted, lines, names)
    if of_one:
        return [over_time]
    return [over_time, _by_application(figures, name, counted, lines, names)]


def _over_time(
    span: Span, name: str, counted: Counted, lines: list[str], names: list[str]
) -> Panel:
    numbers = [counted.over_time[line] for line in lines]
    sums = [sum(column) for column in zip(*numbers, strict=True)] or [0] * len(span.slots)
    rows = [
        [words.slot(begins, span.unit), *(line[at] for line in numbers), sums[at]]
        for at, begins in enumerate(span.slots)
    ]
    shown, legend = _few(numbers, names)
    return Panel(
        f"{name}-time",
        _("Dans le temps"),
        _most(span, sums),
        "columns",
        Table([_("Quand"), *names, _("Total")], rows),
        _columns(span, shown, legend, max(sums)),
        legend,
    )


def _few(numbers: list[list[int]], names: list[str]) -> tuple[list[list[int]], list[str]]:
    """As many lines as are told apart, the others added up to one."""
    if len(names) <= MOST_LINES:
        return numbers, names
    kept = MOST_LINES - 1
    rest = [sum(column) for column in zip(*numbers[kept:], strict=True)]
    return [*numbers[:kept], rest], [*names[:kept], _("Autres")]


def _columns(
    span: Span, lines: Sequence[Sequence[int]], names: Sequence[str], most: int
) -> dict[str, Any]:
    if not most:
        return {}
    top = chart.ticks(most)
    slots = [words.slot(begins, span.unit) for begins in span.slots]
    return {
        "axis": [(tick, words.height(tick.value)) for tick in chart.axis(top)],
        "marks": _marks(span),
        "columns": [
            (each, words.pair(f"{slots[each.at]} – {names[each.line]}", lines[each.line][each.at]))
            for each in chart.columns(lines, top[-1])
        ],
    }


def _most(span: Span, sums: Sequence[int]) -> str:
    """The chart in a sentence."""
    total = words.number(sum(sums))
    if not sum(sums):
        return _("Aucun pendant cette période.")
    most = max(sums)
    return _(
        "%(total)s en tout ; le plus, %(most)s : %(when)s.",
        total=total,
        most=words.number(most),
        when=words.slot(span.slots[sums.index(most)], span.unit),
    )


def _marks(span: Span) -> list[tuple[chart.Mark, str]]:
    return [
        (mark, words.mark(span.slots[mark.at], span.unit)) for mark in chart.marks(len(span.slots))
    ]


def _by_application(
    figures: Figures, name: str, counted: Counted, lines: list[str], names: list[str]
) -> Panel:
    rows: list[list[Cell]] = []
    for key, numbers in counted.by_application.items():
        found = figures.applications.get(key)
        title = found.name if found else _("Sans application")
        rows.append([title, *(numbers.get(line, 0) for line in lines), sum(numbers.values())])
    return Panel(
        f"{name}-applications",
        _("Par application"),
        _first(rows),
        "bars",
        Table([_("Application"), *names, _("Total")], rows),
        _bars([(str(row[0]), row[-1]) for row in rows]),
    )


def _bars(named: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if not named:
        return {}
    shown = list(named)
    if len(shown) > MOST_BARS:
        rest = sum(value for _name, value in shown[MOST_BARS - 1 :])
        shown = [*shown[: MOST_BARS - 1], (_("Autres"), rest)]
    return {
        "bars": [(bar, words.number(bar.value)) for bar in chart.bars(shown)],
        "height": len(shown) * chart.ROW,
    }


def _first(rows: Sequence[Sequence[Cell]]) -> str:
    if not rows:
        return _("Aucun pendant cette période.")
    number = words.number(_number(rows[0][-1]))
    return _("La première : %(name)s, %(number)s.", name=rows[0][0], number=number)


def _delays(figures: Figures) -> Panel:
    """Of what was sent to people."""
    span, found = figures.span, figures.messages.delays
    legend = [_("La moitié, au plus"), _("95 %, au plus")]
    rows = [
        [words.slot(begins, span.unit), each.median, each.p95]
        for begins, each in zip(span.slots, found, strict=True)
    ]
    return Panel(
        "delays",
        _("Délai des courriels et des SMS"),
        delays_said(figures.messages.overall),
        "lines",
        Table([_("Quand"), *legend], rows, frozenset({1, 2})),
        _lines(span, rows, found),
        legend,
    )


def _lines(span: Span, rows: Sequence[Sequence[Cell]], found: Sequence[Delays]) -> dict[str, Any]:
    most = max((each.p95 or 0 for each in found), default=0)
    if not most:
        return {}
    top = chart.ticks(most, chart.CLOCK_STEPS)
    values = [[each.median for each in found], [each.p95 for each in found]]
    drawn = [chart.points(line, top[-1]) for line in values]
    return {
        "axis": [(tick, words.seconds(tick.value)) for tick in chart.axis(top)],
        "marks": _marks(span),
        "lines": [
            (chart.path(points), [(point, _point_said(rows, point, column)) for point in points])
            for column, points in enumerate(drawn, start=1)
        ],
    }


def _point_said(rows: Sequence[Sequence[Cell]], point: chart.Point, column: int) -> str:
    value = rows[point.at][column]
    said = words.seconds(value if isinstance(value, int) else None)
    return words.pair(str(rows[point.at][0]), said)


def delays_said(found: Delays) -> str:
    if found.median is None:
        return _("Aucun envoi pendant cette période.")
    return _(
        "La moitié est partie en %(median)s au plus, 95 %% en %(most)s au plus.",
        median=words.seconds(found.median),
        most=words.seconds(found.p95),
    )


def _kinds(figures: Figures) -> Panel:
    rows: list[list[Cell]] = [
        [
            f"{words.kind(kind)}, {words.channel(channel)}",
            *(ends.get(end, 0) for end in ENDS),
            took.median,
            took.p95,
        ]
        for (channel, kind), (ends, took) in figures.messages.kinds.items()
    ]
    rows.sort(key=lambda row: -_number(row[1]))
    named = [(str(row[0]), sum(map(_number, row[1:4]))) for row in rows]
    head = [_("Message"), *map(words.line, ENDS), _("La moitié, au plus"), _("95 %, au plus")]
    return Panel(
        "kinds",
        _("Par message et par voie"),
        _first([[name, number] for name, number in named]),
        "bars",
        Table(head, rows, frozenset({4, 5})),
        _bars(named),
    )


def _number(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0
