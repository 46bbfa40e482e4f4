"""A sign-in that somebody else begins (OpenID Connect Core 1.0, section 4), and the logo."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.clients.browser import Browser
from tests.clients.issuer import Issuer


def test_our_provider_may_begin_a_sign_in(portal: Flask, issuer: Issuer) -> None:
    page = Browser(portal, issuer).visit(f"/initiate?{urlencode({'iss': issuer.address})}")
    assert "Marie Christine" in page.text


def test_another_provider_may_not(portal: Flask, issuer: Issuer) -> None:
    for query in ("", "?iss=https://evil.example"):
        assert portal.test_client().get(f"/initiate{query}").status_code == 400
    assert issuer.requests == []


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("http://127.0.0.1:8100/tokens", "/tokens"),
        ("https://evil.example/", "/"),
        ("http://127.0.0.1:8100.evil.example/", "/"),
        ("//evil.example/", "/"),
    ],
)
def test_the_target_is_a_page_of_ours(
    portal: Flask, issuer: Issuer, target: str, shown: str
) -> None:
    query = urlencode({"iss": issuer.address, "target_link_uri": target})
    browser = Browser(portal, issuer)
    location = browser.get(browser.callback(f"/initiate?{query}")).headers["Location"]
    assert location == shown


def test_the_logo_is_a_png(portal: Flask, appointments: Flask) -> None:
    for application in (portal, appointments):
        answer = application.test_client().get("/logo.png")
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.data.startswith(b"\x89PNG")
