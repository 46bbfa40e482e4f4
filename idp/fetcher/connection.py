"""One exchange with a server that somebody else has named: over https, with the very address
that was checked, without following redirects, and with an end to its size and its time."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from idp.fetcher.networks import Networks

Resolve = Callable[[str, int], list[str]]

LONGEST_CONTENT = 65_536
CHUNK = 8192
PORTS = {"https": 443, "http": 80}
# The first of several addresses must leave time for the others.
CONNECT_SECONDS = 1.0
HEADERS = {"User-Agent": "dmp-idp", "Accept-Encoding": "identity", "Connection": "close"}


class Unfetchable(Exception):
    """Why nothing was fetched, for an operator's log and a client's developer."""


@dataclass(frozen=True)
class Answer:
    """`headers` has lower-case names."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Deadline:
    """The end of the whole exchange, and not of each of its reads."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise Unfetchable("it took too long")
        return seconds


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class Door:
    """What every exchange goes through."""

    def __init__(
        self, networks: Networks, seconds: float, trust: ssl.SSLContext, resolve: Resolve
    ) -> None:
        self._networks = networks
        self._seconds = seconds
        self._trust = trust
        self._resolve = resolve
        # The system's resolver knows no deadline: it is waited for elsewhere.
        self._resolvers = ThreadPoolExecutor(4, thread_name_prefix="resolver")

    def exchange(
        self, method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """The answer, whatever its status, of an address that was split(). Raises Unfetchable."""
        deadline = Deadline(self._seconds)
        try:
            reached = self._reach(parts, deadline)
            with (
                _ended(reached, deadline),
                closing(_connection(parts, reached, self._trust, deadline)) as connection,
            ):
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request(
                    method, target, body, {**HEADERS, **headers},
                    preload_content=False, decode_content=False,
                )  # fmt: skip
                return _read(connection.getresponse(), deadline)
        except (OSError, HTTPError, ValueError) as error:
            deadline.left()  # a socket that was shut for being late fails in many words
            raise Unfetchable(f"the exchange failed: {type(error).__name__}") from error

    def _reach(self, parts: SplitResult, deadline: Deadline) -> socket.socket:
        """A connection to an address of the host, all of which are looked at first: no second
        look-up can name another one (DNS rebinding)."""
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        addresses = self._addresses(host, port, deadline)
        if not all(self._networks.allow(host, address) for address in addresses):
            raise Unfetchable("its address is private")
        if parts.scheme == "http" and not all(
            self._networks.lists(host, address) for address in addresses
        ):
            raise Unfetchable("it is not https")
        return _connect(addresses, port, deadline)

    def _addresses(self, host: str, port: int, deadline: Deadline) -> list[str]:
        asked: Future[list[str]] = self._resolvers.submit(self._resolve, host, port)
        addresses = asked.result(timeout=deadline.left())
        if not addresses:
            raise Unfetchable("its host has no address")
        return addresses


def split(url: str) -> SplitResult:
    """Raises Unfetchable for what is no plain web address. A fragment is not sent."""
    try:
        parts = urlsplit(url)
        readable = url.isascii() and url.isprintable() and parts.port != 0
    except ValueError:
        readable, parts = False, urlsplit("")
    if not readable or parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise Unfetchable("it is not a web address")
    return parts


def _connect(addresses: list[str], port: int, deadline: Deadline) -> socket.socket:
    for address in addresses[:-1]:
        try:
            timeout = min(deadline.left(), CONNECT_SECONDS)
            return socket.create_connection((address, port), timeout)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), deadline.left())


@contextmanager
def _ended(reached: socket.socket, deadline: Deadline) -> Iterator[None]:
    """Shuts the connection when the time is up: who sends a byte now and then resets the time-out
    of each read, and would hold us for ever. A duplicate, for TLS takes the socket itself away."""
    with reached, reached.dup() as duplicate:
        timer = threading.Timer(deadline.left(), _shut, [duplicate])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            _shut(duplicate)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


class _Http(HTTPConnection):
    """Speaks over a connection that is there already."""

    reached: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.reached


class _Https(HTTPSConnection):
    """The same; the certificate is that of the host's name, whatever address was reached."""

    reached: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.reached


def _connection(
    parts: SplitResult, reached: socket.socket, trust: ssl.SSLContext, deadline: Deadline
) -> _Http | _Https:
    host, port, left = str(parts.hostname), parts.port or PORTS[parts.scheme], deadline.left()
    connection: _Http | _Https
    if parts.scheme == "https":
        connection = _Https(
            host, port, timeout=left, ssl_context=trust, cert_reqs="CERT_REQUIRED",
            server_hostname=host,
        )  # fmt: skip
    else:
        connection = _Http(host, port, timeout=left)
    reached.settimeout(left)
    connection.reached = reached
    return connection


def _read(response: BaseHTTPResponse, deadline: Deadline) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if headers.get("content-encoding", "identity") != "identity":
        raise Unfetchable("it is compressed, although that was not asked for")
    content = b""
    while chunk := response.read(CHUNK):
        deadline.left()
        content += chunk
        if len(content) > LONGEST_CONTENT:
            raise Unfetchable(f"it is longer than {LONGEST_CONTENT} bytes")
    # A connection that was shut in the middle may look like one that ended well.
    deadline.left()
    return Answer(response.status, headers, content)


def check(answer: Answer, media_types: Collection[str]) -> None:
    """Raises Unfetchable unless what came is what was asked for."""
    if 300 <= answer.status < 400:
        raise Unfetchable("it redirects, and redirects are not followed")
    if answer.status != 200:
        raise Unfetchable(f"the answer has status {answer.status}")
    if answer.media_type not in media_types:
        raise Unfetchable(f"its content type is none of {', '.join(sorted(media_types))}")
