"""The log: JSON, one event a line, on standard error. No recipient, no code, and no text of a
library that might quote one."""

import atexit
import logging
import sys
import threading
import time
import weakref
from collections import deque
from datetime import UTC, datetime

import orjson
import structlog

GATHER = 0.05  # seconds
ONE_LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


def configure(level: str) -> None:
    """Send structlog's events and the libraries' records through the same JSON."""
    common: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level == "debug":
        # Ours alone: Authlib's debug lines quote the very tokens.
        logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("idp").setLevel(level.upper())
    logging.getLogger("huey").setLevel(logging.WARNING)


class RequestLog:
    """The line that every request leaves. Requests only note it: a thread of its own writes what
    has gathered, for each write lets another thread go first, and that costs more than most of
    the answers. To the same stream, in the same form, a twentieth of a second later."""

    def __init__(self) -> None:
        self._handler = next(
            each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)
        )
        self._is_on = logging.getLogger("idp").isEnabledFor(logging.INFO)
        self._noted: deque[tuple[float, str, str, int, float, str]] = deque()
        self._something = threading.Event()
        self._writer: threading.Thread | None = None
        _every.add(self)

    def write(self, method: str, route: str, status: int, seconds: float, reference: str) -> None:
        if not self._is_on:
            return
        self._noted.append((time.time(), method, route, status, seconds, reference))
        if not self._something.is_set():
            self._something.set()
            if self._writer is None:
                # Now, and not before a fork: a child begins without its parent's threads.
                self._writer = threading.Thread(target=self._write_on, name="log", daemon=True)
                self._writer.start()

    def flush(self) -> None:
        """Write what is noted. One write for all: lines of several threads do not mix."""
        lines = [_line(*self._noted.popleft()) for _ in range(len(self._noted))]
        if lines:
            self._handler.stream.write(b"".join(lines).decode())
            self._handler.stream.flush()

    def _write_on(self) -> None:
        while self._something.wait():
            time.sleep(GATHER)
            self._something.clear()
            self.flush()


def _line(at: float, method: str, route: str, status: int, seconds: float, reference: str) -> bytes:
    return orjson.dumps(
        {
            "method": method,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "reference": reference,
            "event": "request",
            "level": "info",
            "timestamp": datetime.fromtimestamp(at, UTC),
        },
        option=ONE_LINE,
    )


_every: weakref.WeakSet[RequestLog] = weakref.WeakSet()


@atexit.register
def flush() -> None:
    """Write every line that is only noted yet."""
    for each in list(_every):
        each.flush()
