"""Where something went wrong, for the log."""

import traceback
from pathlib import Path

INNERMOST = 8


def where(error: BaseException) -> list[str]:
    """The innermost calls, as `file.py:line function`. Neither the message nor the lines of source
    nor any value: they may quote somebody's data."""
    calls = traceback.extract_tb(error.__traceback__)[-INNERMOST:]
    return [f"{Path(call.filename).name}:{call.lineno} {call.name}" for call in calls]
