"""Styles, scripts and fonts: what is ours to give, and nothing else."""

import re

import pytest
from flask import Flask

from tests.browser_client import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_file_that_a_page_names_is_there_and_kept_for_a_year(browser: Browser) -> None:
    browser.get("/sign-in")
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.page.text)
    assert len(named) > 10
    for address in named:
        answer = browser.client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000", address
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "../config.py",
        "..%2fconfig.py",
        "%2e%2e/config.py",
        "....//config.py",
        "dsfr/../../../../settings.py",
        "dsfr/%2e%2e/%2e%2e/__init__.py",
        "/etc/passwd",
        "//etc/passwd",
        "dsfr//etc/passwd",
        "fonts/../package.json",
        "..\\config.py",
        "idp.css%00",
        "%0a",
        "",
        "dsfr/",
        "dsfr",
        "a" * 5000,
        "%ff%fe",
    ],
)
def test_nothing_else_is_given(app: Flask, name: str) -> None:
    answer = app.test_client().get(f"/static/{name}", follow_redirects=True)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
