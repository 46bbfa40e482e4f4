"""Charts as numbers."""

from itertools import pairwise

import pytest

from idp.web.admin import chart


@pytest.mark.parametrize(
    ("most", "heights"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (41, [0, 20, 40, 60]),
        (1234, [0, 500, 1000, 1500]),
    ],
)
def test_the_scale_has_round_heights_that_reach_the_greatest(most: int, heights: list[int]) -> None:
    assert chart.ticks(most) == heights


def test_the_scale_never_has_many_heights_nor_too_low_a_top() -> None:
    for most in range(0, 3000, 7):
        found = chart.ticks(most)
        assert len(found) <= chart.MOST_TICKS
        assert found[-1] >= most


def test_a_scale_of_seconds_has_the_steps_of_a_clock() -> None:
    assert chart.ticks(90, chart.CLOCK_STEPS) == [0, 30, 60, 90]
    assert chart.ticks(604_800, chart.CLOCK_STEPS)[-1] >= 604_800


def test_parts_of_a_column_stand_on_each_other_and_reach_the_sum() -> None:
    lower, upper = chart.columns([[3], [1]], top=4)
    assert (lower.line, upper.line) == (0, 1)
    assert lower.y + lower.height == pytest.approx(chart.BASE)
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert upper.y == pytest.approx(chart.TOP)


def test_nothing_is_drawn_of_what_did_not_happen() -> None:
    assert chart.columns([[0, 2], [0, 0]], top=2)[0].at == 1
    assert len(chart.columns([[0, 2], [0, 0]], top=2)) == 1
    assert chart.columns([], top=1) == []
    assert chart.path([]) == ""
    assert chart.bars([]) == []


def test_a_line_is_interrupted_where_there_is_no_value() -> None:
    drawn = chart.path(chart.points([1, 2, None, 3], top=3))
    assert [part[0] for part in drawn.split() if part[0] in "ML"] == ["M", "L", "M"]


@pytest.mark.parametrize("count", [1, 7, 12, 24, 30, 62])
def test_names_of_slots_have_room_and_the_last_slot_has_one(count: int) -> None:
    found = chart.marks(count)
    assert found[-1].at == count - 1
    gaps = [after.x - before.x for before, after in pairwise(found)]
    assert all(gap >= chart.LABEL_WIDTH - 0.1 for gap in gaps)


def test_the_longest_bar_leaves_room_for_its_number_and_names_are_cut() -> None:
    first, second = chart.bars([("A" * 80, 10), ("B", 5)])
    assert first.width == chart.WIDTH - chart.VALUE_WIDTH
    assert second.width == first.width / 2
    assert len(first.name) == chart.LONGEST_NAME
