"""A logo that an operator uploads: looked at to its last byte, and shown from our own address."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from flask import Flask

from idp.config import Settings
from idp.db import Database
from idp.directory import clients, logos, png
from tests.browser_client import Browser, Page
from tests.console.conftest import SignIn
from tests.factories import App, Factory

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(
    side: int = 64, *, more: bytes = b"", lines: int | None = None, interlace: int = 0,
    filtered: int = 0, end: bytes = b"",
) -> bytes:  # fmt: skip
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, interlace)
    pixels = (bytes([filtered]) + bytes(3 * side)) * (side if lines is None else lines)
    return (
        png.SIGNATURE + chunk(b"IHDR", header) + more
        + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"") + end
    )  # fmt: skip


def upload(browser: Browser, app: App, content: bytes) -> Page:
    address = f"/admin/applications/{app.client_id}/logo"
    browser.get(address)
    token = browser.forms()[-1][1]["csrf_token"]
    return browser.post(address, data={"csrf_token": token, "logo": (BytesIO(content), "x.png")})


def test_a_logo_is_uploaded_and_shown_from_our_own_address(
    app: Flask, console: SignIn, factory: Factory, database: Database, settings: Settings
) -> None:
    browser, client = console("owner"), factory.client()
    told = chunk(b"tEXt", b"Comment\x00<script>taken at home</script>")
    assert upload(browser, client, picture(more=told)).status == 200
    page = browser.get(f"/admin/applications/{client.client_id}")
    assert "logo_uri" in page.text
    found = re.search(r'src="(/logos/[0-9a-f]{64})"', page.text)
    assert found
    answer = app.test_client().get(found[1])
    assert (answer.data, answer.mimetype) == (picture(), "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert logos.fetch_due(database, settings) == 0
    with database.reading() as session:
        uri = clients.find(session, client.client_id).logo_uri
        assert uri == f"{settings.issuer}{found[1]}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choisissez un fichier PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Choisissez un fichier PNG"),
        (b"GIF89a" + bytes(99), "Choisissez un fichier PNG"),
        (png.SIGNATURE, "abîmé"),
        (picture()[:-5], "abîmé"),
        (picture(end=b"<script>"), "abîmé"),
        (picture().replace(b"IDAT", b"IDAX"), "abîmé"),
        (picture(lines=1), "abîmé"),
        (picture(lines=200_000), "abîmé"),
        (picture(interlace=1), "abîmé"),
        (picture(filtered=9), "abîmé"),
        (picture(more=chunk(b"XXXX", b"")), "abîmé"),
        (picture(63), "trop petite ou trop grande"),
        (picture(513), "trop petite ou trop grande"),
        (picture(end=bytes(png.MOST_BYTES)), "trop lourd"),
    ],
)
def test_what_is_no_logo_is_said_and_changes_nothing(
    console: SignIn, factory: Factory, database: Database, content: bytes, words: str
) -> None:
    browser, client = console("owner"), factory.client()
    page = upload(browser, client, content)
    assert page.status == 400
    assert words in page.text
    with database.reading() as session:
        assert clients.find(session, client.client_id).logo_uri is None


def test_an_application_of_another_organisation_keeps_its_logo(
    console: SignIn, factory: Factory
) -> None:
    browser, client = console("client_administrator"), factory.client()
    address = f"/admin/applications/{client.client_id}/logo"
    assert browser.get(address).status == 403
    browser.get("/admin")
    token = browser.forms()[0][1]["csrf_token"]
    data = {"csrf_token": token, "logo": (BytesIO(picture()), "x.png")}
    assert browser.post(address, data=data).status == 403
