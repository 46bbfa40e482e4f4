"""A site as applications have one: a real https server on this machine, whose certificate an
authority of the test's own has signed. What is told of it is what it was asked."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import orjson

from clients.inbox.certificate import AUTHORITY, ensure_certificate

HOST = "localhost"  # the one name that the certificate has


@dataclass
class Page:
    """`drips` is sent byte by byte, without an end; `silent` is no answer at all."""

    content: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    drips: bool = False
    silent: bool = False


@dataclass(frozen=True)
class Visit:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Site(ThreadingHTTPServer):
    """`pages` is what it has, `visits` are the requests that came."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        certificate, key = ensure_certificate(folder)
        self.authority = folder / AUTHORITY
        self.pages: dict[str, Page] = {}
        self.visits: list[Visit] = []
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        # The handshake is the handler's, in a thread of its own.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str, host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"

    def serve(self, path: str, document: Any = None, **page: Any) -> str:
        """Puts a page there; returns its address."""
        content = {} if document is None else {"content": orjson.dumps(document)}
        self.pages[path] = Page(**content | page)
        return self.url(path)

    def paths(self) -> list[str]:
        return [visit.path for visit in self.visits]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who goes away in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        site = cast(Site, self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        site.visits.append(Visit(self.command, self.path, headers, body))
        page = site.pages.get(self.path, Page(status=404))
        if page.silent:
            site.closing.wait()
            return
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.end_headers()
        while page.drips and not site.closing.wait(0.01):
            self.wfile.write(b" ")
        self.wfile.write(page.content)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def https_site(folder: Path) -> Iterator[Site]:
    """A site of its own, until the end of the block."""
    site = Site(folder)
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        site.shutdown()
        thread.join()
        site.server_close()
