"""What has expired goes, on its day and not before; what is in use, or beside it, stays."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from idp.config import DAY, HOUR, MINUTE, Settings
from idp.db import Base, Database
from idp.directory import expiry, purge, sessions
from idp.messages import outbox
from idp.models import (
    Account,
    ActivityCount,
    AuditEvent,
    BrowserSession,
    Channel,
    Client,
    Consent,
    Grant,
    Holder,
    Interaction,
    Link,
    Message,
    MessageCount,
    OneTimeCode,
    SessionClient,
    SigningKey,
    Subject,
    Throttle,
)
from tests.browser_client import ISSUER, Browser, redeem, token_request
from tests.directory.expired import seal, size
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock

TOKEN_LIFE = 5 * MINUTE + expiry.SKEW
LASTING = "openid offline_access"
FOR_EVER = (Account, Channel, Client, Consent, Holder, SigningKey, Subject)

Visit = Callable[..., tuple[Browser, App, Person]]


@pytest.fixture
def settings(shared_settings: Settings) -> Settings:
    return shared_settings


@pytest.fixture
def database(shared_database: Database, clock: HeldClock) -> Database:
    return shared_database


@pytest.fixture
def visit(app: Flask, factory: Factory, database: Database) -> Visit:
    """Somebody new signs in to a new application, from an address of their own; the code's
    message is delivered, and the trail sealed."""
    count = iter(range(1, 100))

    def sign_in(scope: str = "openid") -> tuple[Browser, App, Person]:
        browser, client, person = Browser(app), factory.client(), factory.person()
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{next(count)}"
        browser.sign_in(client, person, factory, scope=scope)
        while message := outbox.claim(database, "worker", 60):
            assert outbox.sent(database, message)
        seal(database)
        return browser, client, person

    return sign_in


def keys(database: Database, model: type[Base]) -> set[Any]:
    with database.reading() as session:
        return {tuple(row) for row in session.execute(select(*inspect(model).primary_key))}


@pytest.mark.parametrize(
    ("model", "life"),
    [
        (Interaction, 30 * MINUTE + DAY),
        (OneTimeCode, 30 * MINUTE + DAY),
        (Grant, MINUTE + TOKEN_LIFE),
        (BrowserSession, 8 * HOUR + DAY),
        (Link, 15 * DAY),
        (SessionClient, 8 * HOUR + DAY),
        (Message, 7 * DAY),
        (Throttle, DAY),
        (AuditEvent, 365 * DAY),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_has_expired_goes_on_its_day_and_what_stands_beside_it_stays(
    model: type[Base],
    life: int,
    visit: Visit,
    database: Database,
    settings: Settings,
    clock: HeldClock,
) -> None:
    visit()
    older = keys(database, model)
    assert older
    clock.advance(life - 1)
    visit()
    younger = keys(database, model) - older
    assert younger

    purge.purge(database, settings)
    assert older < keys(database, model)
    clock.advance(1)
    assert purge.purge(database, settings) >= len(older)

    left = keys(database, model)
    assert not older & left
    assert younger <= left


def test_what_people_and_applications_are_known_by_stays_for_ever(
    visit: Visit, database: Database, settings: Settings, clock: HeldClock
) -> None:
    browser, client, _ = visit()
    browser.tokens(client)
    before = {model: keys(database, model) for model in FOR_EVER}
    assert all(before.values())

    clock.advance(10 * 365 * DAY)
    assert purge.purge(database, settings)

    assert {model: keys(database, model) for model in FOR_EVER} == before
    for kind in expiry.KINDS:
        assert size(database, kind.key.class_) == 0, kind.table


def test_what_would_go_is_what_goes(
    visit: Visit, database: Database, settings: Settings, clock: HeldClock
) -> None:
    visit()
    visit(scope=LASTING)
    clock.advance(400 * DAY)
    told = purge.due(database, settings)
    assert told[Grant.__tablename__] == 2

    purger = purge.Purger(database, settings)
    purger.run()

    assert +purger.removed == told
    assert not purge.due(database, settings)


def test_a_message_that_waits_stays_whatever_its_age(
    app: Flask,
    browser: Browser,
    factory: Factory,
    database: Database,
    settings: Settings,
    clock: HeldClock,
) -> None:
    browser.authorize(factory.client())
    browser.give_password(factory.person())
    clock.advance(400 * DAY)

    purge.purge(database, settings)

    assert size(database, Message, Message.kind == "one-time-code") == 1
    assert size(database, Message, Message.state == "waiting") == size(database, Message)


def test_counts_stay_for_their_own_time_however_short_the_trail_is(
    visit: Visit, database: Database, settings: Settings, clock: HeldClock
) -> None:
    visit()
    clock.advance(settings.counts_days * DAY - DAY)
    purge.purge(database, settings)
    assert size(database, AuditEvent, AuditEvent.act == "session.opened") == 0
    kept = {model: size(database, model) for model in (ActivityCount, MessageCount)}
    assert all(kept.values())
    clock.advance(DAY)
    while purge.purge(database, settings):
        pass
    assert size(database, MessageCount) == 0
    # The purge of the trail is an event itself.
    assert size(database, ActivityCount, ActivityCount.act != "trail.purged") == 0


# Codes and the families of tokens.


def test_a_second_use_of_a_code_ends_what_it_gave_as_long_as_its_tokens_live(
    app: Flask, visit: Visit, database: Database, settings: Settings, clock: HeldClock
) -> None:
    browser, client, _ = visit()
    clock.advance(59)
    access_token = browser.tokens(client).json["access_token"]
    clock.advance(settings.access_token_lifetime - 1)
    purge.purge(database, settings)
    assert _userinfo(app, access_token) == 200

    again = redeem(app, client, browser.page.parameters["code"])

    assert again.json["error"] == "invalid_grant"
    assert _userinfo(app, access_token) == 401


def _userinfo(app: Flask, access_token: str) -> int:
    headers = {"Authorization": f"Bearer {access_token}"}
    return app.test_client().get("/userinfo", headers=headers, base_url=ISSUER).status_code


def test_a_lasting_connection_outlives_the_session_it_came_from(
    app: Flask, visit: Visit, database: Database, settings: Settings, clock: HeldClock
) -> None:
    browser, client, _ = visit(scope=LASTING)
    refresh_token = browser.tokens(client).json["refresh_token"]
    clock.advance(settings.refresh_token_lifetime - 1)

    purge.purge(database, settings)

    assert size(database, BrowserSession) == 0
    data = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    answer = token_request(app, client, data)
    assert answer.status_code == 200
    clock.advance(settings.access_token_lifetime - 1)
    purge.purge(database, settings)
    assert _userinfo(app, answer.json["access_token"]) == 200


def test_a_lasting_connection_goes_once_its_last_token_has_died(
    visit: Visit, database: Database, settings: Settings, clock: HeldClock
) -> None:
    browser, client, _ = visit(scope=LASTING)
    browser.tokens(client)
    clock.advance(settings.refresh_token_lifetime + TOKEN_LIFE - 1)
    purge.purge(database, settings)
    assert size(database, Grant) == 1

    clock.advance(1)
    purge.purge(database, settings)
    assert size(database, Grant) == 0


def test_a_lasting_connection_that_was_ended_goes_once_its_tokens_have_died(
    visit: Visit, database: Database, settings: Settings, clock: HeldClock
) -> None:
    browser, client, person = visit(scope=LASTING)
    browser.tokens(client)
    other, another_client, _ = visit(scope=LASTING)
    other.tokens(another_client)
    with database.writing() as session:
        sessions.end_all(session, person.account_id, actor="operator", reason="blocked")
    clock.advance(TOKEN_LIFE - 1)
    purge.purge(database, settings)
    assert size(database, Grant) == 2

    clock.advance(1)
    purge.purge(database, settings)
    assert size(database, Grant, Grant.account_id != person.account_id) == 1
    assert size(database, Grant) == 1
