"""How each application is started and ended: one port, quiet, gone within a second of SIGTERM."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TypeVar

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from clients.registration import rebased
from clients.settings import HOST, SettingsError

Settings = TypeVar("Settings")


class StartupError(Exception):
    """The application cannot start; the message is the one line that the person reads."""


class QuietHandler(WSGIRequestHandler):
    """Writes no access log, and tells no version to strangers."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The supervising command's terminal belongs to the person, not to requests."""

    def version_string(self) -> str:
        return "demonstration"


def main(package: str, read: Callable[[], Settings], start: Callable[[Settings], None]) -> int:
    """Exit code of `python -m <package> [registration]`: 2 and one line if it cannot start.

    `registration` prints the package's registration file with the addresses of this environment.
    """
    try:
        if sys.argv[1:] == ["registration"]:
            print(json.dumps(rebased(package), ensure_ascii=False, indent=2))
        elif sys.argv[1:]:
            raise StartupError(f"Usage : python -m {package} [registration]")
        else:
            start(read())
    except (StartupError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def listen(port: int, name: str) -> socket.socket:
    """A listening socket on the loopback; StartupError when somebody else has the port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise StartupError(
            f"{name} : le port {port} est déjà pris ou refusé ({error.strerror})."
        ) from error
    return listener


def serve(app: Flask, listener: socket.socket, ending: Sequence[Callable[[], None]] = ()) -> None:
    """Serve until SIGTERM or SIGINT, then call each of `ending`."""
    host, port = listener.getsockname()
    server = make_server(
        host, port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno()
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very thread runs: it needs another one.
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.serve_forever(poll_interval=0.1)
    for end in ending:
        end()
