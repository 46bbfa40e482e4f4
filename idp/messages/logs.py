"""The log: JSON, one event a line, on standard error. No recipient, no code, and no text of a
library that might quote one."""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

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
    """The line that every request leaves, written beside the chain of processors, whose 80 µs are
    more than most answers take. To the same stream, in the same form."""

    def __init__(self) -> None:
        self._handler = next(
            each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)
        )
        self._is_on = logging.getLogger("idp").isEnabledFor(logging.INFO)

    def write(self, **values: Any) -> None:
        if not self._is_on:
            return
        line = {
            **values, "event": "request", "level": "info", "timestamp": datetime.now(UTC),
        }  # fmt: skip
        # One write: lines of several threads do not mix.
        self._handler.stream.write(orjson.dumps(line, option=ONE_LINE).decode())
