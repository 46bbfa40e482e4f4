"""How often a password may be guessed, over HTTP: the same for whoever exists and whoever does
not."""

import re

import pytest
from flask import Flask

from idp.db import Database
from idp.directory import accounts
from idp.factors.hashing import Hasher
from idp.identity import login_identifier
from tests.browser_client import Browser, Page
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import WRONG, events, fail_password, sign_in

MINUTE = 60


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def at_the_password(browser: Browser) -> Browser:
    browser.get("/sign-in")
    return browser


def again(browser: Browser) -> Browser:
    """At the password page of a new journey, for one lasts half an hour."""
    browser.get("/sign-in")
    return browser


def test_four_failures_cost_nothing(at_the_password: Browser, person: Person) -> None:
    fail_password(at_the_password, person.identifier, times=4)
    at_the_password.give_password(person)
    assert at_the_password.page.path.endswith("/code")


def test_the_fifth_failure_costs_a_minute_and_it_was_said(
    at_the_password: Browser, person: Person, clock: HeldClock
) -> None:
    fail_password(at_the_password, person.identifier, times=4)
    assert "Après un nouvel échec, il faudra attendre 1 minute." in at_the_password.page.text
    fail_password(at_the_password, person.identifier)
    assert "Vous pourrez réessayer dans 1 minute." in at_the_password.page.text
    at_the_password.give_password(person)
    assert "Il faut attendre avant de réessayer" in at_the_password.page.text
    clock.advance(MINUTE)
    at_the_password.give_password(person)
    assert at_the_password.page.path.endswith("/code")


def test_the_wait_doubles_to_a_quarter_of_an_hour_and_not_beyond(
    at_the_password: Browser, person: Person, clock: HeldClock
) -> None:
    fail_password(at_the_password, person.identifier, times=5)
    for minutes in (1, 2, 4, 8, 15, 15):
        at_the_password.give_password(person)
        assert f"dans {minutes} minute" in at_the_password.page.text
        clock.advance(minutes * MINUTE)
        fail_password(again(at_the_password), person.identifier)


def test_a_success_ends_the_row(app: Flask, browser: Browser, person: Person) -> None:
    for _ in range(3):
        stranger = Browser(app)
        stranger.get("/sign-in")
        fail_password(stranger, person.identifier, times=4)
        stranger.give_password(person)
        assert stranger.page.path.endswith("/code")


def test_a_forwarded_address_is_not_believed_without_a_trusted_proxy(
    at_the_password: Browser, person: Person
) -> None:
    for attempt in range(6):
        form = at_the_password.forms()[0]
        at_the_password.post(
            form[0],
            data=form[1] | {"identifier": person.identifier, "password": WRONG},
            headers={"X-Forwarded-For": f"192.0.2.{attempt}"},
        )
    with_the_address = at_the_password.page.text
    assert "Il faut attendre" in with_the_address


def test_a_stranger_cannot_shut_the_holder_out_of_a_browser_used_before(
    app: Flask, browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    sign_in(browser, factory, person)
    browser.get("/account")
    browser.submit()
    stranger = Browser(app)
    fail_password(again(stranger), person.identifier, times=6)
    assert "Il faut attendre" in stranger.page.text
    again(browser).give_password(person)
    assert browser.page.path.endswith("/code")


def test_a_browser_used_before_counts_too(
    browser: Browser, factory: Factory, person: Person
) -> None:
    sign_in(browser, factory, person)
    browser.get("/account")
    browser.submit()
    fail_password(again(browser), person.identifier, times=5)
    browser.give_password(person)
    assert "Il faut attendre" in browser.page.text


def test_a_forged_sign_of_a_known_browser_is_a_strangers(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    sign_in(browser, factory, person)
    known = browser.client.get_cookie("dmp-known").value
    altered = known[:-2] + ("AA" if not known.endswith("AA") else "BB")
    stranger = Browser(app)
    fail_password(again(stranger), person.identifier, times=5)
    for value in (altered, "k1.e30.AAAA", "..", "é", known.split(".")[1]):
        stranger.client.set_cookie("dmp-known", value)
        again(stranger).give_password(person)
        assert "Il faut attendre" in stranger.page.text


def test_a_known_browser_of_one_account_is_a_stranger_to_another(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    other, stranger = factory.person(mail="autre@exemple.fr"), Browser(app)
    sign_in(browser, factory, other)
    browser.get("/account")
    browser.submit()
    fail_password(again(stranger), person.identifier, times=5)
    again(browser).give_password(person)
    assert "Il faut attendre" in browser.page.text


def _without_what_is_each_pages_own(page: Page) -> tuple[int, str, list[tuple[str, str]]]:
    text = re.sub(r'nonce="[^"]*"|value="[^"]*"|/?interaction[/=][\w-]{22}', "", page.text)
    headers = [
        (name, re.sub(r"nonce-[\w-]+", "", value))
        for name, value in page.headers
        if name not in {"X-Request-Id", "Set-Cookie", "Content-Length"}
    ]
    return page.status, text, headers


def test_nobody_learns_whether_an_identifier_exists(
    app: Flask, factory: Factory, person: Person, clock: HeldClock
) -> None:
    nobody = login_identifier.generate()
    seen = {}
    for name, identifier in (("person", person.identifier), ("nobody", nobody)):
        visitor = Browser(app)
        visitor.get("/sign-in")
        seen[name] = [
            _without_what_is_each_pages_own(fail_password(visitor, identifier)) for _ in range(7)
        ]
    assert seen["person"] == seen["nobody"]


def test_the_same_work_is_done_for_an_identifier_that_does_not_exist(
    at_the_password: Browser, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str | None] = []
    verify = Hasher.verify

    def counted(self: Hasher, hashed: str | None, password: str) -> bool:
        hashes.append(hashed)
        return verify(self, hashed, password)

    monkeypatch.setattr(Hasher, "verify", counted)
    fail_password(at_the_password, person.identifier)
    fail_password(at_the_password, login_identifier.generate())
    assert [each is None for each in hashes] == [False, True]


def test_nothing_is_evaluated_while_one_has_to_wait(
    at_the_password: Browser, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_password(at_the_password, person.identifier, times=5)

    def never(self: Hasher, hashed: str | None, password: str) -> bool:
        raise AssertionError("evaluated")

    monkeypatch.setattr(Hasher, "verify", never)
    at_the_password.give_password(person)
    assert at_the_password.page.status == 400


def test_a_failure_counts_even_when_the_request_ends_in_an_error(
    app: Flask, at_the_password: Browser, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Hasher, hashed: str | None, password: str) -> bool:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(Hasher, "verify", broken)
        for _ in range(5):
            again(at_the_password)
            fail_password(at_the_password, person.identifier)
            assert at_the_password.page.status == 500
            assert "out of memory" not in at_the_password.page.text
    again(at_the_password).give_password(person)
    assert "Il faut attendre" in at_the_password.page.text


def test_every_try_leaves_its_trace(
    at_the_password: Browser, person: Person, database: Database
) -> None:
    fail_password(at_the_password, person.identifier, times=6)
    assert events(database, "password.verified") == [
        *[("password.verified", "wrong_password")] * 5,
        ("password.verified", "must_wait"),
    ]


def test_a_blocked_account_says_so_to_who_has_the_password_alone(
    at_the_password: Browser, person: Person, database: Database
) -> None:
    with database.writing() as session:
        accounts.block(
            session, person.identifier, motive=accounts.Motive.HOLDER_REQUEST, actor="operator"
        )
    fail_password(at_the_password, person.identifier)
    assert "bloqué" not in at_the_password.page.text
    at_the_password.give_password(person)
    assert at_the_password.page.status == 400
    assert "Votre compte est bloqué" in at_the_password.page.text


@pytest.mark.parametrize("password", ["", "x" * 1025, "x" * 60_000])
def test_a_password_that_nobody_has_counts_nothing(
    at_the_password: Browser, person: Person, database: Database, password: str
) -> None:
    for _ in range(6):
        at_the_password.submit(identifier=person.identifier, password=password)
        assert at_the_password.page.status == 400
    assert events(database, "password.verified") == []


def test_an_overlong_identifier_is_a_typing_error(at_the_password: Browser) -> None:
    at_the_password.submit(identifier="1" * 20_000, password="quelconque")
    assert at_the_password.page.status == 400
    assert "Il compte 12 chiffres" in at_the_password.page.text
