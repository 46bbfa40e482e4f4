"""A mail server that is down or slow, on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal, get_args

Mode = Literal["none", "smtp-down", "slow"]
MODES: tuple[Mode, ...] = get_args(Mode)
LONGEST = 3600.0  # seconds


class Outage:
    """The present mode; it ends by itself when a duration was given."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._mode: Mode = "none"
        self._until: float | None = None

    def begin(self, mode: Mode, seconds: float | None = None) -> None:
        with self._lock:
            self._mode = mode
            self._until = None if seconds is None else self._monotonic() + seconds

    def mode(self) -> Mode:
        with self._lock:
            if self._until is not None and self._monotonic() >= self._until:
                self._mode, self._until = "none", None
            return self._mode

    def remaining(self) -> float | None:
        """Seconds until the outage ends, None when it does not end by itself."""
        with self._lock:
            return None if self._until is None else max(0.0, self._until - self._monotonic())
