"""What a journey leaves behind: nothing to read in the database's files or in the log."""

import re
from pathlib import Path

import pytest
from flask import Flask

from idp.config import Settings
from idp.db import Database
from tests.browser_client import VERIFIER, Browser, token_request
from tests.factories import INITIAL_PASSWORD, App, Factory, Person
from tests.walks import CHOSEN, activate
from tests.written_log import WrittenLog

NIR = "2770166828427"
MOBILE = "+33612345678"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"log_level": "debug"})


@pytest.fixture
def log(app: Flask) -> WrittenLog:
    return WrittenLog()


@pytest.fixture
def secrets(log: WrittenLog, browser: Browser, factory: Factory, app: Flask) -> dict[str, str]:
    """Everything that the journey of a letter, to an application and its tokens, made known."""
    person = factory.person(activated=False, mobile=MOBILE)
    portal = factory.client()
    activate(browser, factory, person)
    activation_code = factory.last_code()
    session = browser.client.get_cookie("dmp-session")
    browser.authorize(
        portal, scope="openid offline_access ins_c email", login_hint="marie.martin@hint.example"
    )
    browser.submit(decision="accept", email="yes")
    code = browser.page.parameters["code"]
    tokens = browser.tokens(portal).json
    rotated = token_request(
        app, portal, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    ).json
    return {
        "session": session.value if session else "",
        "authorization code": code,
        "one-time code": activation_code,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
        "second refresh token": rotated["refresh_token"],
        "id token": tokens["id_token"],
        **_of_person(person),
        **_of_client(portal),
    }


def _of_person(person: Person) -> dict[str, str]:
    return {
        "initial password": INITIAL_PASSWORD,
        "password": CHOSEN,
        "identifier": person.identifier,
        "mail": "m.martin@exemple.fr",
        "mobile": MOBILE,
        "local number": "612345678",
        "birth name": "MARTIN",
        "first name": "CHRISTINE",
        "birth date": "1977-01-31",
        "address": "TILLEULS",
        "nir": NIR,
        "hint": "marie.martin",
    }


def _of_client(portal: App) -> dict[str, str]:
    return {"client secret": portal.secret or "", "verifier": VERIFIER}


# The identifier is on its own: it finds the account, and is worth nothing without a password.
READABLE = {"identifier"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_databases_files_hold_nothing_that_can_be_read(
    secrets: dict[str, str], database: Database, tmp_path: Path
) -> None:
    files = [path for path in tmp_path.iterdir() if path.name.startswith("idp.db")]
    assert {path.name for path in files} >= {"idp.db", "idp.db-wal"}
    written = b"".join(path.read_bytes() for path in files)
    found = {
        name for name, value in secrets.items() if name not in READABLE and _occurs(value, written)
    }
    assert found == set()


def _occurs(value: str, written: bytes) -> bool:
    """Whole, not as a part of a longer number: six digits are somewhere in any million bytes."""
    pattern = re.escape(value.encode())
    if value.isdigit():
        pattern = rb"(?<![0-9])" + pattern + rb"(?![0-9])"
    return re.search(pattern, written) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_looks_would_have_found_it(
    secrets: dict[str, str], database: Database, tmp_path: Path
) -> None:
    """The search itself works: what may be read is found."""
    written = b"".join(path.read_bytes() for path in tmp_path.glob("idp.db*"))
    assert _occurs(secrets["identifier"], written)
    assert _occurs("https://app.example/callback", written)


def test_the_log_names_nobody(secrets: dict[str, str], log: WrittenLog) -> None:
    assert len(log.lines(event="request")) > 10
    assert {name for name, value in secrets.items() if value in log.text} == set()


def test_the_log_says_which_page_was_asked_for_and_not_whose(
    secrets: dict[str, str], log: WrittenLog
) -> None:
    routes = {line["route"] for line in log.lines(event="request")}
    assert "/interaction/<handle>/code" in routes
    assert {"/authorize", "/token"} <= routes
    assert not re.search(r"/interaction/[\w-]{22}", log.text)
