"""The time, handed in so that a test can say what time it is."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""Unix time in seconds."""
