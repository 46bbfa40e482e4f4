"""When something is wrong: a page in words, with a reference that the log has too."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from idp import create_app
from idp.config import Settings
from idp.web.interaction import password
from tests.browser_client import Browser, Page
from tests.written_log import WrittenLog

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"log_level": "info"})


@pytest.fixture
def log(app: Flask) -> WrittenLog:
    return WrittenLog()


def reference(page: Page) -> str:
    shown = re.search(r'id="reference">([^<]+)<', page.text)
    assert shown, page.text
    return shown[1]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/forgotten", 405),
        ("GET", "/interaction/" + "A" * 22, 404),
        ("GET", "/authorize", 400),
        ("POST", "/account/sign-out", 400),
    ],
)
def test_the_page_and_the_log_have_one_reference(
    browser: Browser, log: WrittenLog, method: str, address: str, status: int
) -> None:
    page = browser.get(address) if method == "GET" else browser.post(address)
    assert page.status == status
    assert page.headers["X-Request-Id"] == reference(page)
    lines = log.lines(reference=reference(page))
    assert [(line["event"], line["status"]) for line in lines] == [("request", status)]


def test_a_reference_can_be_read_aloud(browser: Browser) -> None:
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", reference(browser.get("/nowhere")))


def test_two_errors_have_two_references(browser: Browser) -> None:
    assert reference(browser.get("/nowhere")) != reference(browser.get("/nowhere"))


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("the secret of m.martin@exemple.fr")


def test_what_nobody_foresaw_is_a_page_without_a_trace(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, log: WrittenLog
) -> None:
    monkeypatch.setattr(password, "_page", broken)
    page = browser.get("/sign-in")
    assert page.status == 500
    assert "L’erreur est de notre côté" in page.text
    assert "Traceback" not in page.text
    assert "RuntimeError" not in page.text
    (unexpected,) = log.lines(reference=reference(page), event="unexpected")
    assert unexpected["error"] == "RuntimeError"
    assert any("password.py" in place for place in unexpected["where"])
    assert "martin" not in log.text


def test_an_endpoint_of_the_protocol_says_no_more_than_a_reference(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, log: WrittenLog
) -> None:
    monkeypatch.setattr("idp.oidc.registry.Registry.prebuilt", broken)
    answer = browser.client.get("/jwks.json")
    assert answer.status_code == 500
    assert answer.json["error"] == "server_error"
    assert "martin" not in answer.text
    (unexpected,) = log.lines(event="unexpected")
    assert unexpected["error"] == "RuntimeError"
    assert unexpected["reference"] in answer.json["error_description"]
    assert "martin" not in log.text


def test_a_database_that_does_not_answer_is_said_and_can_be_tried_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, log: WrittenLog
) -> None:
    def locked(*_: object) -> None:
        raise OperationalError("SELECT …", {}, Exception("database is locked"))

    monkeypatch.setattr(password, "_page", locked)
    page = browser.get("/sign-in")
    assert page.status == 503
    assert "Patientez une minute" in page.text
    assert log.lines(reference=reference(page), event="database")


@pytest.fixture
def without_database(settings: Settings, app: Flask) -> Iterator[Flask]:
    """A provider whose database is gone."""
    nowhere = settings.var / "gone" / "idp.db"
    made = create_app(settings.model_copy(update={"database_url": f"sqlite:///{nowhere}"}))
    yield made
    made.extensions["idp"].provider.database.dispose()


@pytest.mark.parametrize("address", ["/sign-in", "/activation", "/interaction/" + "A" * 22])
def test_without_a_database_a_page_says_so(without_database: Flask, address: str) -> None:
    page = Browser(without_database).get(address)
    assert page.status == 503
    assert "Le service est très demandé" in page.text


def test_pages_that_need_no_database_are_there_without_it(without_database: Flask) -> None:
    for address in ("/legal/notice", "/forgotten", "/healthz"):
        assert Browser(without_database).get(address).status == 200
