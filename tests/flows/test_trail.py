"""The trail of a journey: who did what, with which outcome, and nothing that names anybody."""

import json

from flask import Flask
from sqlalchemy import select

from idp import audit
from idp.db import Database
from idp.models import AuditEvent
from tests.browser_client import Browser
from tests.factories import Factory
from tests.walks import activate, events, fail_code, fail_password, sign_in


def since_the_keys(database: Database) -> list[tuple[str, str]]:
    return [event for event in events(database) if event[0] != "key.created"]


def test_an_activation_leaves_its_events_in_order(
    browser: Browser, factory: Factory, database: Database
) -> None:
    activate(browser, factory, factory.person(activated=False))
    assert since_the_keys(database) == [
        ("password.verified", "success"),
        ("code.sent", "success"),
        ("code.verified", "success"),
        ("account.activated", "success"),
        ("session.opened", "success"),
        ("session.raised", "success"),
    ]


def test_a_connection_with_its_mistakes_leaves_them_too(
    browser: Browser, factory: Factory, database: Database
) -> None:
    person, portal = factory.person(), factory.client()
    browser.authorize(portal, scope="openid ins_c")
    fail_password(browser, person.identifier)
    browser.give_password(person)
    fail_code(browser, factory)
    browser.give_code(factory)
    browser.submit(decision="accept")
    assert since_the_keys(database) == [
        ("password.verified", "wrong_password"),
        ("password.verified", "success"),
        ("session.opened", "success"),
        ("code.sent", "success"),
        ("code.verified", "wrong_code"),
        ("code.verified", "success"),
        ("session.raised", "success"),
        ("consent.given", "success"),
        ("authorization.granted", "success"),
    ]


def test_each_event_says_from_where(
    app: Flask, browser: Browser, factory: Factory, database: Database
) -> None:
    browser.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    browser.client.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    )
    sign_in(browser, factory, factory.person())
    with database.reading() as session:
        opened = session.scalars(select(AuditEvent).where(AuditEvent.act == "session.opened")).one()
        assert opened.address == "192.0.2.7"
        assert opened.detail == {"browser": "Firefox/Linux", "by": "password"}
        assert opened.account_id is not None
        assert opened.session_id is not None


def test_the_trail_names_nobody(browser: Browser, factory: Factory, database: Database) -> None:
    person = factory.person(activated=False)
    activate(browser, factory, person)
    with database.reading() as session:
        rows = session.scalars(select(AuditEvent)).all()
        written = json.dumps([[row.act, row.outcome, row.actor, row.detail] for row in rows])
    for secret in (person.identifier, "martin", "MARTIN", "exemple.fr", factory.last_code()):
        assert secret not in written


def test_a_journeys_trail_is_sealed_and_holds(
    browser: Browser, factory: Factory, database: Database
) -> None:
    activate(browser, factory, factory.person(activated=False))
    with database.writing() as session:
        sealed = audit.seal(session)
    with database.reading() as session:
        assert audit.verify(session) == audit.Verification(1, sealed, 0, None)


def test_a_refused_act_that_rolls_back_leaves_no_trace_of_success(
    browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(activated=False)
    browser.get("/activation")
    browser.give_password(person)
    assert ("account.activated", "success") not in events(database)
