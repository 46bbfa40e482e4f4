"""Files that are sent: how much is read of them, and where it is kept meanwhile."""

import io
from typing import IO

from flask import Flask, Request, request

from idp.web.current import settings
from idp.web.edge import LONGEST_BODY

# Where a file of persons is sent, and by how much what is sent is longer than it: Base64 in JSON.
ROOMY = {"admin_holder_imports.upload": 1.0, "api.import_holders": 4 / 3}
KILOBYTE = 1024


class InMemory(Request):
    """A long file would be put on the disk: nothing of a person lies there unsealed."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def init_app(app: Flask) -> None:
    """Before anything looks into a form."""
    app.request_class = InMemory
    app.before_request(_make_room)


def _make_room() -> None:
    """Enough to tell whose file is too heavy so; far more is not read at all."""
    longer = ROOMY.get(request.endpoint or "")
    if longer:
        room = int(settings().import_kilobytes * KILOBYTE * longer)
        request.max_content_length = room + LONGEST_BODY
