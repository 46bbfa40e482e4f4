"""Whatever a browser may send: 400 and a page in words, never an error of ours."""

import pytest
from flask import Flask

from idp.db import Database
from tests.browser_client import ISSUER, Browser
from tests.factories import Factory
from tests.walks import events, sign_in

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def at_the_password(browser: Browser, factory: Factory) -> Browser:
    browser.get("/sign-in")
    return browser


def fields(browser: Browser) -> bytes:
    token = browser.forms()[0][1]["csrf_token"]
    return f"csrf_token={token}&".encode()


@pytest.mark.parametrize(
    "rest",
    [
        b"identifier=%ff%fe&password=%ff",
        b"identifier=\xff\xfe&password=\xc3\x28",
        b"identifier=%00&password=%00%00",
        b"identifier=1&identifier=2&password=a&password=b",
        b"identifier[]=1&password[x]=y",
        b"=&=&&&;",
        b"identifier",
        b"password=%zz&identifier=%",
        b"identifier=%d8%00&password=%ed%a0%80",
        b"identifier=" + b"1" * 30_000 + b"&password=" + b"x" * 30_000,
        b"identifier=999999999999&password=%f0%9f%94%91" + b"%f0%9f%94%91" * 600,
    ],
)
def test_a_mangled_form_is_a_page_in_words(
    at_the_password: Browser, database: Database, rest: bytes
) -> None:
    body = fields(at_the_password) + rest
    page = at_the_password.post(at_the_password.page.path, data=body, content_type=FORM)
    assert page.status == 400
    assert "<h1" in page.text
    assert events(database, "session.opened") == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"identifier": "1"}'),
        ("application/json", b"\xff{"),
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data; boundary=" + "x" * 300, b"nothing"),
        ("text/plain", b"identifier=1"),
        ("", b"identifier=1"),
        ("é", b""),
    ],
)
def test_what_is_no_form_is_refused_in_words(
    at_the_password: Browser, content_type: str, body: bytes
) -> None:
    page = at_the_password.post(at_the_password.page.path, data=body, content_type=content_type)
    assert page.status == 400
    assert "<h1" in page.text


def test_a_body_beyond_measure_is_refused(at_the_password: Browser) -> None:
    body = fields(at_the_password) + b"password=" + b"x" * 100_000
    page = at_the_password.post(at_the_password.page.path, data=body, content_type=FORM)
    assert page.status == 413
    assert "<h1" in page.text


@pytest.mark.parametrize(
    "typed", ["\x00" * 12, "\ud7ff" * 4, "🗝" * 6, "a\u0301" * 9, "\u202e123456"]
)
def test_strange_characters_in_a_code_are_no_code(
    at_the_password: Browser, factory: Factory, typed: str
) -> None:
    at_the_password.give_password(factory.person())
    at_the_password.submit(code=typed)
    assert at_the_password.page.status == 400


@pytest.mark.parametrize("chosen", ["\x00" * 20, "🗝" * 128, "\ufdfa" * 128, " " * 40, "a" * 20_000])
def test_strange_characters_in_a_password_are_looked_at_like_others(
    browser: Browser, factory: Factory, chosen: str
) -> None:
    person = factory.person(activated=False)
    browser.get("/activation")
    browser.give_password(person)
    browser.submit(new_password=chosen, new_password_again=chosen)
    assert browser.page.status in {200, 400}
    assert "<h1" in browser.page.text


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%ff",
        "//evil.example",
        "/account/../account",
        "/account/applications/é/withdraw",
        "/interaction",
        "/interaction/",
        "/" + "a/" * 2000,
        "/account%0d%0aSet-Cookie:x=y",
    ],
)
def test_a_strange_address_is_a_page(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, base_url=ISSUER)
    assert answer.status_code in {303, 308, 404}
    assert "x=y" not in str(answer.headers.getlist("Set-Cookie"))
    assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "X"])
def test_no_method_is_an_error_of_ours(app: Flask, method: str) -> None:
    for path in ("/", "/sign-in", "/account", "/legal/notice", "/healthz", "/static/idp.css"):
        answer = app.test_client().open(path, method=method, base_url=ISSUER)
        assert answer.status_code < 500, path


def test_a_head_request_has_no_body(app: Flask) -> None:
    answer = app.test_client().head("/legal/notice")
    assert answer.status_code == 200
    assert answer.data == b""


@pytest.mark.parametrize("cookie", ["\x01\x02", "a=b; =; ;;", "dmp-form=x.y.z", "x" * 8000, "=é"])
def test_cookies_of_any_kind_are_no_harm(app: Flask, factory: Factory, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    for path in ("/sign-in", "/account", "/activation", "/legal/notice"):
        answer = client.get(
            path, headers={"Cookie": cookie.encode().decode("latin-1")}, base_url=ISSUER
        )
        assert answer.status_code in {200, 303}, path


def test_a_decision_sent_to_another_step_decides_nothing(
    browser: Browser, factory: Factory, database: Database
) -> None:
    browser.get("/sign-in")
    token = browser.forms()[0][1]["csrf_token"]
    start = browser.page.path.rpartition("/")[0]
    for step in ("consent", "code", "code/send", "new-password"):
        browser.post(f"{start}/{step}", data={"csrf_token": token, "decision": "accept"})
        assert browser.page.path == f"{start}/password"
    assert events(database) == [event for event in events(database) if event[0] == "key.created"]


def test_the_account_takes_no_number_beyond_measure(browser: Browser, factory: Factory) -> None:
    sign_in(browser, factory, factory.person())
    token = browser.forms()[0][1]["csrf_token"]
    for number in ("9223372036854775807", "9223372036854775808", "9" * 300):
        browser.post(f"/account/applications/{number}/withdraw", data={"csrf_token": token})
        assert browser.page.status in {200, 404}
