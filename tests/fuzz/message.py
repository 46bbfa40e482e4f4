"""A request as text that one can read, keep, change byte by byte, and send.

    POST /interaction/{{code.handle}}/code
    Cookie: {{code.cookies}}
    Content-Type: application/x-www-form-urlencoded

    csrf_token={{code.csrf}}&code=123456

Any bytes at all are a request: what a server in front of us would refuse by itself (a line break
in a header, a blank in the address) is put right, everything else arrives as it stands.
"""

import io
import re
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

FORM = "application/x-www-form-urlencoded"
PLACE = re.compile(rb"\{\{([a-z0-9_.]{1,40})\}\}")
NOT_A_TOKEN = re.compile(r"[^A-Za-z0-9!#$%&'*+.^_`|~-]")  # RFC 9110, section 5.6.2
NOT_IN_A_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110, section 5.5
NOT_IN_A_TARGET = re.compile(r"[\x00-\x20\x7f]")
UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}


def template(method: str, target: str, body: str = "", **headers: str) -> bytes:
    """The text of a request; a body is a form unless its type is given."""
    if body and "Content_Type" not in headers:
        headers["Content_Type"] = FORM
    lines = [f"{method} {target}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value]
    return ("\n".join(lines) + "\n\n" + body).encode("latin-1")


def filled(text: bytes, values: Mapping[str, str]) -> bytes:
    """With a live value in place of each {{name}}; an unknown name stays as it is."""

    def value(match: re.Match[bytes]) -> bytes:
        return values.get(match[1].decode(), match[0].decode()).encode("latin-1")

    return PLACE.sub(value, text)


def environ(text: bytes) -> dict[str, Any]:
    """What a WSGI server makes of a request (PEP 3333): text is Latin-1, the path is decoded."""
    head, _, body = text.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    method, _, target = first.partition(" ")
    path, _, query = NOT_IN_A_TARGET.sub("", target).partition("?")
    made: dict[str, Any] = {
        "REQUEST_METHOD": NOT_A_TOKEN.sub("", method)[:20] or "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "localhost:8000",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    return made | dict(_header(line) for line in lines if ":" in line)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    key = NOT_A_TOKEN.sub("", name).upper().replace("-", "_")
    return key if key in UNPREFIXED else f"HTTP_{key}", NOT_IN_A_VALUE.sub("", value).strip()
