"""Serves a WSGI application for real, on the loopback, for the time of a test."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server

from clients.serving import QuietHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Later:
    """A WSGI application whose address is needed to make it."""

    def __init__(self) -> None:
        self.app: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@contextmanager
def served(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """The application's address; port 0 takes a free one."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Ahead:
    """A clock that runs with the issuer's, `seconds` ahead of it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return time.time() + self.seconds
