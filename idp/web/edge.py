"""The WSGI adapter in front of Flask: the protocol's endpoints are answered here, everything else
is a page. Both get the same security headers, reference and log line.

Flask's test client walks the same way, for this is `app.wsgi_app`.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import structlog
from flask import request
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import HTTP_STATUS_CODES, parse_accept_header
from werkzeug.middleware.proxy_fix import ProxyFix

from idp.messages import logs
from idp.oidc import server
from idp.oidc.authorization import Browser, authorize
from idp.oidc.errors import Displayed
from idp.oidc.http import Request, Response, json_response
from idp.oidc.provider import Provider
from idp.oidc.responses import AuthorizationResponse
from idp.web import answers, cookies, rendering, security
from idp.web.form_post import FormPost
from idp.web.traces import where

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

LONGEST_BODY = 65_536
ASCII = "".join(map(chr, range(128)))
AUTHORIZE = "/authorize"
REFUSAL = "idp.refusal"
REFERENCE = "idp.reference"
ROUTE = "idp.route"

# Without 0, 1, I and O: it is read aloud on the telephone.
ALPHABET = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LETTERS = ALPHABET * (256 // len(ALPHABET))  # every byte has its letter

STATUS = {code: f"{code} {words}" for code, words in HTTP_STATUS_CODES.items()}

log = structlog.get_logger("idp.request")


def wrap(
    pages: Callable[..., Iterable[bytes]], provider: Provider, form_post: FormPost
) -> Callable[..., Any]:
    """The whole WSGI application: trusted proxies are believed first, and nobody else."""
    hops, edge = provider.settings.proxy_hops, Edge(pages, provider, form_post)
    return ProxyFix(edge, x_for=hops, x_proto=hops, x_host=0) if hops else edge


def name_route() -> None:
    """Tell the log which page it was, by its rule."""
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else "unrouted"


class Edge:
    """Wraps Flask's own WSGI application."""

    def __init__(
        self, pages: Callable[..., Iterable[bytes]], provider: Provider, form_post: FormPost
    ) -> None:
        self._pages = pages
        self._provider = provider
        self._form_post = form_post
        self._endpoints = server.endpoints(provider)
        self._headers = security.common(provider.settings)
        self._cookies = cookies.names(provider.settings)
        self._log = logs.RequestLog()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began, reference = time.perf_counter(), _reference()
        environ[REFERENCE] = reference
        # As Flask reads it: were we to read another path, an address could slip between us.
        environ["PATH_INFO"] = "/" + environ.get("PATH_INFO", "").lstrip("/")
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            # What its percent-encoding would say: Flask cannot read a raw byte.
            environ["QUERY_STRING"] = quote(query, safe=ASCII, encoding="latin-1")
        response = self._answer(environ, reference)
        if response is None:
            return self._page(environ, start_response, began, reference)
        self._written(environ, response.status, began, reference)
        headers = response.headers
        headers.append(("Content-Length", str(len(response.body))))
        headers += self._headers
        headers.append(("X-Request-Id", reference))
        start_response(STATUS.get(response.status) or f"{response.status} Unknown", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def _page(
        self, environ: Environ, start_response: StartResponse, began: float, reference: str
    ) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            self._written(environ, int(status[:3]), began, reference)
            # What is already there (a page's own policy) is not said twice.
            present = {name.lower() for name, _ in headers}
            added = [(name, value) for name, value in self._headers if name.lower() not in present]
            return start_response(status, [*headers, *added, ("X-Request-Id", reference)], exc_info)

        return self._pages(environ, start)

    def _written(self, environ: Environ, status: int, began: float, reference: str) -> None:
        # The route, not the address: an address may carry a handle or a hint.
        self._log.write(
            environ["REQUEST_METHOD"],
            environ.get(ROUTE, "unrouted"),
            status,
            time.perf_counter() - began,
            reference,
        )

    def _answer(self, environ: Environ, reference: str) -> Response | None:
        path = environ["PATH_INFO"]
        if path != AUTHORIZE and path not in self._endpoints:
            return None
        environ[ROUTE] = path
        try:
            http = _request(environ)
            if http is None:
                return _too_long(path, environ)
            if path == AUTHORIZE:
                return self._authorize(http, environ)
            return self._endpoint(path, http)
        except OperationalError as error:
            log.error("database", reference=reference, error=type(error.orig).__name__)
            return _unavailable(503, "temporarily_unavailable", reference)
        except Exception as error:
            log.error(
                "unexpected",
                reference=reference,
                error=type(error).__name__,
                where=where(error),
            )
            return _unavailable(500, "server_error", reference)

    def _endpoint(self, path: str, http: Request) -> Response:
        methods, endpoint = self._endpoints[path]
        if http.method not in methods:
            allow = ("Allow", ", ".join(sorted(methods)))
            return json_response(405, {"error": "invalid_request"}, [allow])
        return endpoint(http)

    def _authorize(self, http: Request, environ: Environ) -> Response | None:
        """None: a refusal that is shown on a page, left for Flask to render."""
        jar = http.cookies()
        browser = Browser(jar.get(self._cookies.browser), jar.get(self._cookies.session))
        try:
            answer = authorize(self._provider, http, browser)
        except Displayed as refusal:
            environ[REFUSAL] = refusal
            return None
        if isinstance(answer.response, AuthorizationResponse):
            return self._to_client(answer.response, http)
        if answer.new_browser_key:
            cookie = cookies.header(
                self._provider.settings, self._cookies.browser, answer.new_browser_key
            )
            answer.response.headers.append(("Set-Cookie", cookie))
        return answer.response

    def _to_client(self, answer: AuthorizationResponse, http: Request) -> Response:
        def language() -> str:
            chosen = http.cookies().get(self._cookies.language)
            accepted = parse_accept_header(http.headers.get("accept-language"), LanguageAccept)
            return rendering.negotiated(chosen, answer.ui_locales, accepted)

        return answers.write(answer, self._form_post, language)


class _Headers(Mapping[str, str]):
    """The headers of a WSGI request by their names, in small letters or not. What nobody asks for
    is not looked at: a request has a dozen, and we read two."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        value: str = self._environ[_variable(name)]
        return value

    def get(self, name: str, default: Any = None) -> Any:
        return self._environ.get(_variable(name), default)

    def __contains__(self, name: object) -> bool:
        return _variable(str(name)) in self._environ

    def __iter__(self) -> Iterator[str]:
        variables = (each for each in self._environ if each.startswith("HTTP_"))
        return (each[5:].replace("_", "-").lower() for each in variables)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@lru_cache(maxsize=128)
def _variable(name: str) -> str:
    """Where WSGI keeps a header (PEP 3333)."""
    variable = name.upper().replace("-", "_")
    return variable if variable in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{variable}"


def _request(environ: Environ) -> Request | None:
    """The request, framework-neutral; None when its body is too long."""
    method = environ["REQUEST_METHOD"]
    body = b""
    if method in {"POST", "PUT"}:
        body = environ["wsgi.input"].read(_length(environ))
        if len(body) > LONGEST_BODY:
            return None
    return Request(
        method,
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        _Headers(environ),
        body,
        environ.get("REMOTE_ADDR"),
    )


def _length(environ: Environ) -> int:
    """How much of the body to read; one byte too many tells that it is too long."""
    if (
        "HTTP_TRANSFER_ENCODING" in environ
        and "chunked" in environ["HTTP_TRANSFER_ENCODING"].lower()
    ):
        return LONGEST_BODY + 1  # no length is told, the server ends the stream
    text = environ.get("CONTENT_LENGTH") or ""
    if not (text.isdecimal() and text.isascii()):
        return 0
    return min(int(text[:18]), LONGEST_BODY + 1)


def _too_long(path: str, environ: Environ) -> Response | None:
    refusal = Displayed("invalid_request", "the request is too long")
    if path == AUTHORIZE:
        environ[REFUSAL] = refusal
        return None
    return json_response(400, {"error": refusal.error, "error_description": refusal.description})


def _unavailable(status: int, error: str, reference: str) -> Response:
    return json_response(status, {"error": error, "error_description": f"reference {reference}"})


def _reference() -> str:
    # No secret: it only has to tell requests apart.
    letters = random.randbytes(8).translate(LETTERS).decode()  # noqa: S311
    return f"{letters[:4]}-{letters[4:]}"
