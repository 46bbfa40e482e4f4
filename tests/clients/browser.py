"""A person's browser without its window: one application's cookies, and the way to the issuer."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import requests
from flask import Flask
from werkzeug.test import TestResponse

from tests.clients.issuer import Issuer


class Browser:
    """Follows redirects between one application and the issuer, as a browser would."""

    def __init__(self, app: Flask, issuer: Issuer) -> None:
        self.app = app
        self._client = app.test_client()
        self._issuer = issuer
        self._cookie = app.config["SESSION_COOKIE_NAME"]
        self._path = "/"

    def get(self, path: str) -> TestResponse:
        """One request, no redirect followed."""
        self._path = urlsplit(path).path
        return self._client.get(path)

    def post(self, path: str, form: dict[str, str]) -> TestResponse:
        return self._client.post(path, data=form)

    def visit(self, path: str) -> TestResponse:
        """The page at which the redirects end; `path` then says where that was."""
        return self.follow(self.get(path))

    def follow(self, answer: TestResponse) -> TestResponse:
        for _ in range(10):
            if answer.status_code not in (302, 303):
                return answer
            location = answer.headers["Location"]
            if location.startswith(self._issuer.address):
                location = self.at_issuer(location)
            answer = self.get(_path(location))
        raise AssertionError("the redirects do not end")

    def at_issuer(self, address: str) -> str:
        """Where the issuer sends the browser."""
        return requests.get(address, allow_redirects=False, timeout=5).headers["Location"]

    def callback(self, path: str = "/login") -> str:
        """Start at `path` and stop before the application hears the answer: its path."""
        return _path(self.at_issuer(self.get(path).headers["Location"]))

    def submit(self, page: TestResponse, path: str) -> TestResponse:
        """Send the form of `page` that goes to `path`."""
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token
        assert f'action="{path}"' in page.text
        return self.follow(self.post(path, {"csrf": token[1]}))

    @property
    def path(self) -> str:
        return self._path

    @property
    def cookie(self) -> str | None:
        cookie = self._client.get_cookie(self._cookie)
        return cookie.value if cookie else None


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
