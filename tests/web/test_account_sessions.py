"""The browsers in which one is signed in: seen in words, ended one by one or all others at once."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.models import BrowserSession
from tests.browser_client import Browser, token_request
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.walks import events, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1"
SCOPE = "openid offline_access"


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


def signed_in(app: Flask, factory: Factory, person: Person, agent: str) -> Browser:
    browser = Browser(app)
    browser.client.environ_base["HTTP_USER_AGENT"] = agent
    sign_in(browser, factory, person)
    return browser


@pytest.fixture
def here(app: Flask, factory: Factory, person: Person) -> Browser:
    return signed_in(app, factory, person, FIREFOX)


@pytest.fixture
def there(app: Flask, here: Browser, factory: Factory, person: Person, clock: HeldClock) -> Browser:
    clock.advance(60)
    return signed_in(app, factory, person, SAFARI)


@pytest.fixture
def portal(factory: Factory) -> App:
    return factory.client(client_name="Portail patient")


@pytest.fixture
def tokens(there: Browser, portal: App) -> dict[str, str]:
    """Of an application that was opened there, and may stay connected."""
    there.authorize(portal, scope=SCOPE)
    there.submit(decision="accept")
    return dict(there.tokens(portal).json or {})


def seen(browser: Browser) -> str:
    text = re.sub(r"<[^>]+>", " ", browser.get("/account/sessions").text)
    return " ".join(html.unescape(text).replace("\u00a0", " ").split())


def are_dead(app: Flask, portal: App, tokens: dict[str, str]) -> bool:
    """For userinfo, for introspection and for the next refresh."""
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    refused = app.test_client().get("/userinfo", headers=bearer).status_code == 401
    asked = {"token": tokens["access_token"]}
    told = token_request(app, portal, asked, "/introspect").json or {}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    error = (token_request(app, portal, refresh).json or {}).get("error")
    return refused and told == {"active": False} and error == "invalid_grant"


def test_every_browser_is_told_in_words(here: Browser, there: Browser, portal: App) -> None:
    there.authorize(portal, scope="openid")
    there.submit(decision="accept")
    page = seen(here)
    assert page.index("Firefox sur Windows") < page.index("Safari sur iPhone")
    assert "Vu pour la dernière fois : aujourd’hui, 14 h 33." in page
    assert "Adresse réseau : 127.0.0.1" in page
    assert "Applications ouvertes : Portail patient" in page
    assert page.count("Cet appareil") == 1


def test_one_that_is_ended_is_out_at_once_and_so_are_its_applications(
    app: Flask, here: Browser, there: Browser, portal: App, tokens: dict[str, str]
) -> None:
    here.get("/account/sessions")
    here.submit(form=0)
    assert "Cet appareil est déconnecté, ses applications aussi." in here.page.text
    assert there.get("/account").path.endswith("/password")
    assert are_dead(app, portal, tokens)
    assert here.get("/account").path == "/account"


def test_all_others_end_at_once_and_this_one_stays(
    app: Flask,
    here: Browser,
    there: Browser,
    portal: App,
    tokens: dict[str, str],
    database: Database,
) -> None:
    here.get("/account/sessions")
    assert (
        "Un autre appareil est déconnecté."
        in here.post("/account/sessions/end-others", data=here.forms()[0][1]).text
    )
    assert there.get("/account").path.endswith("/password")
    assert are_dead(app, portal, tokens)
    assert here.get("/account").path == "/account"
    assert events(database, "session.ended") == [("session.ended", "success")]


def test_an_application_that_stayed_connected_is_shown_and_ended(
    app: Flask, here: Browser, there: Browser, portal: App, tokens: dict[str, str]
) -> None:
    there.get("/account")
    there.submit()
    page = seen(here)
    assert "Applications restées connectées" in page
    assert "Restent connectées : Portail patient" in page
    here.submit(form=0)
    assert are_dead(app, portal, tokens)
    assert "Portail patient" not in seen(here)


def test_a_session_that_was_left_alone_is_not_shown(
    here: Browser, there: Browser, clock: HeldClock
) -> None:
    clock.advance(1700)
    seen(here)
    clock.advance(200)
    assert "Safari" not in seen(here)


@pytest.mark.parametrize("number", ["0", "9" * 40, "1"])
def test_a_session_that_is_none_of_ones_own_is_left_alone(here: Browser, number: str) -> None:
    token = here.forms()[0][1]["csrf_token"]
    here.post(f"/account/sessions/{number}/end", data={"csrf_token": token})
    assert here.page.path == "/account/sessions"
    assert "déconnecté," not in here.page.text


def test_somebody_elses_session_is_refused(
    app: Flask, here: Browser, factory: Factory, portal: App, database: Database
) -> None:
    stranger = signed_in(app, factory, factory.person(mail="autre@exemple.fr"), SAFARI)
    third = signed_in(app, factory, factory.person(mail="tiers@exemple.fr"), SAFARI)
    third.authorize(portal, scope=SCOPE)
    third.submit(decision="accept")
    issued = dict(third.tokens(portal).json or {})
    stranger.get("/account/sessions")
    token = stranger.forms()[0][1]["csrf_token"]
    with database.reading() as session:
        numbers = session.scalars(select(BrowserSession.id)).all()
    for number in numbers:
        stranger.post(f"/account/sessions/{number}/end", data={"csrf_token": token})
    stranger.post("/account/sessions/end-others", data={"csrf_token": token})
    assert third.get("/account").path == "/account"
    assert here.get("/account").path == "/account"
    assert not are_dead(app, portal, issued)
