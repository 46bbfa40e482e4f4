"""The cookies and the transport: over plain http for the demonstration, over https otherwise."""

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie

import pytest
from flask import Flask
from werkzeug.test import Client

from idp import create_app
from idp.config import Settings
from idp.crypto import b64decode
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.walks import sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECURE = "https://connexion.example"


@pytest.fixture
def secure_app(settings: Settings, app: Flask) -> Iterator[Flask]:
    """The same database, as it runs in production."""
    made = create_app(settings.model_copy(update={"issuer": SECURE, "environment": "production"}))
    yield made
    made.extensions["idp"].provider.database.dispose()


def set_by(client: Client, address: str, base_url: str) -> dict[str, Morsel]:
    answer = client.get(address, base_url=base_url)
    jar: SimpleCookie = SimpleCookie()
    for header in answer.headers.getlist("Set-Cookie"):
        jar.load(header)
    return dict(jar)


def attributes(morsel: Morsel) -> tuple[str, str, bool, bool, str]:
    return (
        morsel["path"],
        morsel["domain"],
        bool(morsel["httponly"]),
        bool(morsel["secure"]),
        morsel["samesite"],
    )


def every_cookie(client: Client, base_url: str) -> dict[str, Morsel]:
    cookies = set_by(client, "/sign-in?lang=fr", base_url)
    step = client.get("/sign-in", base_url=base_url).headers["Location"]
    page = client.get(step, base_url=base_url).headers["Location"]
    return cookies | set_by(client, page, base_url)


def test_over_http_each_cookie_is_strictly_ours(app: Flask) -> None:
    cookies = every_cookie(app.test_client(), "http://localhost:8000")
    assert set(cookies) == {"dmp-browser", "dmp-language", "dmp-form"}
    for name, morsel in cookies.items():
        assert attributes(morsel) == ("/", "", True, False, "Lax"), name


def test_over_https_each_cookie_is_the_hosts_and_secure(secure_app: Flask) -> None:
    cookies = every_cookie(secure_app.test_client(), SECURE)
    assert set(cookies) == {"__Host-dmp-browser", "__Host-dmp-language", "__Host-dmp-form"}
    for name, morsel in cookies.items():
        assert attributes(morsel) == ("/", "", True, True, "Lax"), name


def test_the_sessions_cookie_ends_with_the_browser_and_the_known_one_does_not(
    browser: Browser, factory: Factory
) -> None:
    sign_in(browser, factory, factory.person())
    session = browser.client.get_cookie("dmp-session")
    known = browser.client.get_cookie("dmp-known")
    assert session.max_age is None
    assert known.max_age == 365 * 86_400
    for cookie in (session, known):
        assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")


def test_the_known_browsers_cookie_tells_nobody_who_used_it(
    browser: Browser, factory: Factory
) -> None:
    person: Person = factory.person()
    sign_in(browser, factory, person)
    value = browser.client.get_cookie("dmp-known").value
    assert person.identifier.encode() not in b64decode(value.split(".")[1])


def test_over_https_browsers_are_told_to_stay_there(app: Flask, secure_app: Flask) -> None:
    for path in ("/legal/notice", "/jwks.json", "/nowhere", "/static/idp.css"):
        secure = secure_app.test_client().get(path, base_url=SECURE)
        assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        plain = app.test_client().get(path)
        assert "Strict-Transport-Security" not in plain.headers


def test_over_https_a_form_works_without_a_referer(secure_app: Flask, factory: Factory) -> None:
    client, person = secure_app.test_client(), factory.person()
    step = client.get("/sign-in", base_url=SECURE).headers["Location"]
    page = client.get(step, base_url=SECURE).headers["Location"]
    form = client.get(page, base_url=SECURE).get_data(as_text=True)
    token = form.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(
        page,
        data={"csrf_token": token, "identifier": person.identifier, "password": person.password},
        base_url=SECURE,
    )
    assert answer.status_code == 303
    set_now = answer.headers.getlist("Set-Cookie")
    assert any(header.startswith("__Host-dmp-session=") for header in set_now)


def test_another_host_in_the_request_changes_no_address(app: Flask, factory: Factory) -> None:
    poisoned = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("/", "/sign-in", "/account", "/.well-known/openid-configuration", "/nowhere"):
        answer = app.test_client().get(path, headers=poisoned)
        assert "evil.example" not in answer.get_data(as_text=True)
        assert "evil.example" not in answer.headers.get("Location", "")
