"""HTTP over real connections: one request after the other, or many at the same moment."""

import base64
import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 30.0  # seconds of silence after which an answer is not coming
FORM = "application/x-www-form-urlencoded"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """Ready to be sent, as often as wished."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


class Answer:
    """A whole answer, with the names that werkzeug's test client has for its parts."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status_code = response.status
        self.headers: Message = response.headers
        self._body = response.read()

    @cached_property
    def cookies(self) -> dict[str, str]:
        """Set by this answer."""
        jar: SimpleCookie = SimpleCookie()
        for header in self.headers.get_all("Set-Cookie", []):
            jar.load(header)
        return {name: morsel.value for name, morsel in jar.items()}

    @property
    def text(self) -> str:
        return self._body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self._body)

    def get_data(self, *, as_text: bool) -> str | bytes:
        return self.text if as_text else self._body


class Client:
    """Keeps cookies; follows nothing."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **options: Any) -> Answer:
        return self._send(self.prepare("GET", path, **options))

    def post(self, path: str, **options: Any) -> Answer:
        return self._send(self.prepare("POST", path, **options))

    def prepare(
        self,
        method: str,
        path: str,
        *,
        data: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
        base_url: str | None = None,
    ) -> Request:
        """With the cookies of now. `base_url` is there for werkzeug's signature."""
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if auth:
            sent["Authorization"] = f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"
        if data is not None:
            sent["Content-Type"] = FORM
        return Request(method, path, sent, urlencode(data or {}).encode())

    def at_once(self, requests: Sequence[Request]) -> list[Answer]:
        """All connections stand before the first request goes, and all requests are on their way
        before the first answer is read."""
        connections = [self._connect() for _ in requests]
        for connection, request in zip(connections, requests, strict=True):
            connection.request(request.method, request.path, request.body, request.headers)
        return [_receive(connection) for connection in connections]

    def hold(self, request: Request) -> "Held":
        """Send all but the body, and return when the server has begun to work on it."""
        return Held(self._connect(), request)

    def _send(self, request: Request) -> Answer:
        answer = self.at_once([request])[0]
        self.cookies |= answer.cookies
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        connection.connect()
        return connection


class Held:
    """A request that a thread of the server is busy with: it waits for the body."""

    def __init__(self, connection: http.client.HTTPConnection, request: Request) -> None:
        self._connection = connection
        self._body = request.body
        connection.putrequest(request.method, request.path)
        headers = {"Content-Length": str(len(request.body)), "Expect": "100-continue"}
        for name, value in (request.headers | headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        # The server asks for the body when the application reads it (RFC 9110, section 10.1.1).
        said = connection.sock.recv(len(CONTINUE))
        assert said == CONTINUE, said

    def release(self) -> Answer:
        """Send the body and wait for the answer."""
        self._connection.send(self._body)
        return _receive(self._connection)


def _receive(connection: http.client.HTTPConnection) -> Answer:
    try:
        # A body that is shorter than announced raises http.client.IncompleteRead.
        return Answer(connection.getresponse())
    finally:
        connection.close()


class Preparing:
    """Stands where an application is expected: what would be posted is returned instead."""

    def test_client(self) -> "Preparing":
        return self

    def post(self, path: str, **options: Any) -> Request:
        return Client("", 0).prepare("POST", path, **options)
