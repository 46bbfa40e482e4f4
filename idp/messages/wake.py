"""Wakes the worker through Huey. What waits is in the outbox: a wake that is lost costs the two
seconds until the next sweep, and nothing else, so nothing here ever fails its caller."""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy.engine import make_url

from idp.config import Settings

QUEUE = "messages"
FILE = "wake.db"
TASK = "deliver"

# Seconds. A person waits behind this call: better no wake than a slow one.
PATIENCE = 1

# With the worker down, wakes would pile up; one is as good as a thousand.
ENOUGH = 20

log = structlog.get_logger(__name__)


def wake(settings: Settings) -> None:
    """Have what is due delivered now; call it after the commit that enqueued. Safe in threads."""
    try:
        huey, deliver = _sender(_address(settings), _key(settings), os.getpid())
        if huey.pending_count() < ENOUGH:
            deliver()
    except Exception as error:  # any store, any fault: the sweep delivers in its stead
        log.warning("messages.wake_lost", error=type(error).__name__)


def listen(settings: Settings, deliver: Callable[[], object]) -> Any:
    """The worker's end: a Huey whose one task calls `deliver`. Raises what the store raises."""
    return _connect(_address(settings), _key(settings), deliver)[0]


@lru_cache(maxsize=4)
def _sender(address: str, key: bytes, _pid: int) -> tuple[Any, Any]:
    """One connection a process: those of a parent are not for its forks."""
    return _connect(address, key, lambda: None)


def _connect(address: str, key: bytes, deliver: Callable[[], object]) -> tuple[Any, Any]:
    import huey  # a quarter of a second, that a process which sends nothing need not spend
    from huey.serializer import SignedSerializer

    # Huey reads pickles: signed, whoever can write to the store still cannot run code here.
    common = {"name": QUEUE, "results": False, "serializer": SignedSerializer(key)}
    if address.startswith("postgresql:"):
        queue = huey.PostgresHuey(dsn=address, connect_timeout=PATIENCE * 2, **common)
    else:
        queue = huey.SqliteHuey(filename=address, timeout=PATIENCE, **common)

    def task() -> None:
        deliver()

    return queue, queue.task(name=TASK)(task)


def _address(settings: Settings) -> str:
    """libpq's form of the database's URL, or a file of its own beside a SQLite database: Huey
    locks its file exclusively at each poll."""
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    return str((settings.var / FILE).absolute())


def _key(settings: Settings) -> bytes:
    return settings.keyring.macs.derive("messages.wake")
