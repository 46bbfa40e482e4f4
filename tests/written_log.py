"""The provider's log, as a test reads it: the very lines that go to standard error."""

import io
import json
import logging
from typing import Any

import structlog

from idp.messages import logs


class WrittenLog:
    """Takes over the stream of the handler that `create_app` installed."""

    def __init__(self) -> None:
        logs.flush()
        self._stream = io.StringIO()
        for handler in logging.getLogger().handlers:
            ours = isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
            if ours and isinstance(handler, logging.StreamHandler):
                handler.setStream(self._stream)

    @property
    def text(self) -> str:
        logs.flush()
        return self._stream.getvalue()

    def lines(self, **values: Any) -> list[dict[str, Any]]:
        """The lines that have these values."""
        every = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in every if values.items() <= line.items()]
