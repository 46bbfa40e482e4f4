"""Charts as numbers: where columns, lines and bars stand in an SVG of WIDTH units. Pure functions;
`admin/charts.html` draws them, without a script, a style or a file from elsewhere.

Written here rather than taken from a library (pygal): those put styles and scripts into the SVG,
which our Content-Security-Policy refuses, and know neither the page's two themes nor its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Narrow enough for a telephone, where a unit is a pixel; wider screens have two charts in a row.
WIDTH, HEIGHT = 340, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 24
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
BASE = TOP + PLOT_HEIGHT
LABEL_WIDTH = 52
GAP = 0.25  # of a slot, between columns
ROW, BAR, LONGEST_NAME = 38, 14, 42
VALUE_WIDTH = 64
STEPS = (1, 2, 5)
# Seconds, up to a week: steps that a clock has.
CLOCK_STEPS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800,
)  # fmt: skip
MOST_TICKS = 5


@dataclass(frozen=True)
class Tick:
    """A line across, and what it is the height of."""

    y: float
    value: int


@dataclass(frozen=True)
class Mark:
    """What stands under a slot: `at` is the slot's number."""

    x: float
    at: int


@dataclass(frozen=True)
class Column:
    """A part of a stacked column: of which line, in which slot."""

    x: float
    y: float
    width: float
    height: float
    line: int
    at: int


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    at: int


@dataclass(frozen=True)
class Bar:
    """A row: a name above, a bar below it, the number at its end."""

    y: float
    width: float
    name: str
    value: int


def ticks(most: int, steps: Sequence[int] = ()) -> list[int]:
    """Round heights from 0 to the first that reaches `most`, MOST_TICKS of them or fewer."""
    step = next((each for each in _steps(steps) if each * (MOST_TICKS - 1) >= most), most)
    count = max(-(-most // step), 1)
    return [number * step for number in range(count + 1)]


def _steps(given: Sequence[int]) -> Sequence[int]:
    return given or [step * 10**power for power in range(16) for step in STEPS]


def height(value: float, top: int) -> float:
    """Where a value is, from above."""
    return _round(BASE - value / top * PLOT_HEIGHT)


def axis(scale: Sequence[int]) -> list[Tick]:
    return [Tick(height(value, scale[-1]), value) for value in scale]


def marks(count: int) -> list[Mark]:
    """The slots that have room for their name, counted from the last, which is now."""
    step = -(-count * LABEL_WIDTH // PLOT_WIDTH)
    shown = range(count - 1, -1, -max(step, 1))
    return [Mark(_middle(at, count), at) for at in reversed(shown)]


def columns(lines: Sequence[Sequence[int]], top: int) -> list[Column]:
    """The lines on top of each other, the first one below."""
    count = max((len(line) for line in lines), default=0)
    slot, made = PLOT_WIDTH / max(count, 1), []
    for at in range(count):
        below = 0
        for number, line in enumerate(lines):
            if not line[at]:
                continue
            upper, lower = height(below + line[at], top), height(below, top)
            x, below = LEFT + slot * (at + GAP / 2), below + line[at]
            made.append(
                Column(
                    _round(x), upper, _round(slot * (1 - GAP)), _round(lower - upper), number, at
                )
            )
    return made


def points(values: Sequence[int | None], top: int) -> list[Point]:
    """Those of the slots that have a value."""
    return [
        Point(_middle(at, len(values)), height(value, top), at)
        for at, value in enumerate(values)
        if value is not None
    ]


def path(found: Sequence[Point]) -> str:
    """A line through the points of slots that follow each other; a gap is left open."""
    parts, before = [], None
    for point in found:
        moves = before is None or point.at != before + 1
        parts.append(f"{'M' if moves else 'L'}{point.x:g} {point.y:g}")
        before = point.at
    return " ".join(parts)


def bars(named: Sequence[tuple[str, int]]) -> list[Bar]:
    """One below the other; the longest leaves room for its number."""
    most = max((value for _, value in named), default=0) or 1
    return [
        Bar(number * ROW, _round(value / most * (WIDTH - VALUE_WIDTH)), _cut(name), value)
        for number, (name, value) in enumerate(named)
    ]


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _middle(at: int, count: int) -> float:
    return _round(LEFT + PLOT_WIDTH * (at + 0.5) / count)


def _round(number: float) -> float:
    return round(number, 1)
