"""Failures in a day and from one address, with limits low enough to be reached quickly."""

import pytest
from flask import Flask

from idp.config import Settings
from idp.identity import login_identifier
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import fail_password, sign_in

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"failures_per_day": 7, "failures_per_address": 8})


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


def fail_by_others(browser: Browser, times: int) -> None:
    """So many failures from this address, at identifiers that do not exist."""
    browser.get("/sign-in")
    for _ in range(times):
        fail_password(browser, login_identifier.generate())


def test_the_defaults_are_those_of_the_design() -> None:
    fields = Settings.model_fields
    assert fields["failures_per_day"].default == 25
    assert fields["failures_per_address"].default == 100


def test_the_days_failures_end_with_the_day(
    browser: Browser, person: Person, clock: HeldClock
) -> None:
    for _ in range(7):
        browser.get("/sign-in")
        fail_password(browser, person.identifier)
        clock.advance(15 * MINUTE)
    browser.get("/sign-in")
    browser.give_password(person)
    assert "dans 23 heures" in browser.page.text
    clock.advance(DAY - 7 * 15 * MINUTE)
    browser.get("/sign-in")
    browser.give_password(person)
    assert browser.page.path.endswith("/code")


def test_an_address_has_its_own_count(browser: Browser, person: Person, clock: HeldClock) -> None:
    fail_by_others(browser, 8)
    browser.give_password(person)
    assert browser.page.status == 400
    assert "dans 60 minutes" in browser.page.text
    clock.advance(HOUR)
    browser.get("/sign-in")
    browser.give_password(person)
    assert browser.page.path.endswith("/code")


def test_another_address_is_not_held_back(app: Flask, browser: Browser, person: Person) -> None:
    fail_by_others(browser, 8)
    other = Browser(app)
    other.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    other.get("/sign-in")
    other.give_password(person)
    assert other.page.path.endswith("/code")


def test_an_ipv6_subscriber_is_one_address(app: Flask, browser: Browser, person: Person) -> None:
    browser.client.environ_base["REMOTE_ADDR"] = "2001:db8::1"
    fail_by_others(browser, 8)
    neighbour = Browser(app)
    neighbour.client.environ_base["REMOTE_ADDR"] = "2001:db8::ffff:2"
    neighbour.get("/sign-in")
    neighbour.give_password(person)
    assert "Il faut attendre" in neighbour.page.text


def test_the_right_password_does_not_use_up_the_addresss_count(
    app: Flask, browser: Browser, person: Person
) -> None:
    for _ in range(10):
        visitor = Browser(app)
        visitor.get("/sign-in")
        visitor.give_password(person)
        assert visitor.page.path.endswith("/code")


def test_a_browser_used_before_is_not_held_back_by_its_neighbours(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    sign_in(browser, factory, person)
    browser.get("/account")
    browser.submit()
    fail_by_others(Browser(app), 8)
    browser.get("/sign-in")
    browser.give_password(person)
    assert browser.page.path.endswith("/code")
