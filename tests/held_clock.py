"""A clock that stands still until the test moves it."""

from collections.abc import Iterator
from contextlib import contextmanager

from idp import clock

START = 1_795_354_320  # 2026-11-22 14:32:00 in Paris


class HeldClock:
    def __init__(self) -> None:
        self.now = float(START)

    def advance(self, seconds: float) -> None:
        self.now += seconds

    @contextmanager
    def drive(self) -> Iterator[None]:
        with clock.driven_by(lambda: self.now):
            yield
