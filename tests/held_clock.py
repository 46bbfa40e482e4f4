"""A clock that stands still until the test moves it."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from idp import clock

START = 1_795_354_320  # 2026-11-22 14:32:00 in Paris


# Keys are made of the millisecond and a count that has room for some thousands: were every test to
# stand still at the same one, the count would begin anew in the middle of some, and the newest row
# would not have the greatest key there.
_milliseconds = itertools.cycle(range(1, 900))


class HeldClock:
    def __init__(self) -> None:
        self.now = START + next(_milliseconds) / 1000

    def advance(self, seconds: float) -> None:
        self.now += seconds

    @contextmanager
    def drive(self) -> Iterator[None]:
        with clock.driven_by(lambda: self.now):
            yield
