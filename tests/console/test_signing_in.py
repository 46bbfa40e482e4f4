"""Operators sign in by the same journey, always with a second factor, into a session of its own."""

from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.models import BrowserSession
from tests.browser_client import Browser
from tests.console.conftest import SignIn, enter
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.walks import choose_password, events


def test_an_operator_signs_in_with_a_code_and_arrives_at_the_console(
    browser: Browser, factory: Factory
) -> None:
    page = enter(browser, factory.operator("owner"), factory)
    assert (page.path, page.status) == ("/admin", 200)
    assert "Camille Durand" in page.text


def test_the_first_page_offers_what_the_roles_allow_and_nothing_else(console: SignIn) -> None:
    desk, auditor = console("help_desk"), console("auditor")
    assert desk.get("/admin/holders").status == 200
    assert "Rechercher un titulaire" in desk.get("/admin").text
    assert "Inscrire une application" not in desk.get("/admin").text
    assert "Vérifier la trace" in auditor.get("/admin").text
    assert "Enrôler" not in auditor.get("/admin").text


def test_the_password_alone_does_not_open_the_console(browser: Browser, factory: Factory) -> None:
    browser.get("/admin")
    browser.give_password(factory.operator("owner"))
    assert browser.get("/admin").path.endswith("/code")


def test_a_new_operator_activates_and_arrives_at_the_console(
    browser: Browser, factory: Factory
) -> None:
    browser.get("/admin")
    browser.give_password(factory.operator("auditor", activated=False))
    choose_password(browser)
    assert "Aller à l’administration" in browser.give_code(factory).text
    assert browser.get(browser.page.path + "/continue").path == "/admin"


def test_an_initial_password_works_on_the_letters_page_too(
    browser: Browser, factory: Factory
) -> None:
    browser.get("/activation")
    browser.give_password(factory.operator("auditor", activated=False))
    choose_password(browser)
    browser.give_code(factory)
    assert browser.get(browser.page.path + "/continue").path == "/admin"


def test_a_holder_does_not_get_in(browser: Browser, factory: Factory, database: Database) -> None:
    browser.get("/admin")
    page = browser.give_password(factory.person())
    assert page.status == 400
    assert "Ce compte n’est pas celui d’un opérateur" in page.text
    assert browser.get("/admin").path.endswith("/password")
    assert events(database)[-1] == ("session.opened", "not_an_operator")


def test_an_operator_opens_no_application(browser: Browser, factory: Factory) -> None:
    browser.authorize(factory.client())
    page = browser.give_password(factory.operator("owner"))
    assert page.status == 400
    assert "Ce compte est celui d’un opérateur" in page.text


def test_an_operators_session_is_worth_nothing_to_applications_and_accounts(
    console: SignIn, factory: Factory
) -> None:
    browser = console("owner")
    token = browser.client.get_cookie("dmp-operator")
    assert token is not None
    browser.client.set_cookie("dmp-session", token.value)
    assert browser.authorize(factory.client()).path.endswith("/password")
    assert browser.get("/account").path.endswith("/password")


def test_a_holders_session_is_worth_nothing_to_the_console(
    browser: Browser, factory: Factory
) -> None:
    browser.sign_in(factory.client(), factory.person(), factory)
    token = browser.client.get_cookie("dmp-session")
    assert token is not None
    browser.client.set_cookie("dmp-operator", token.value)
    assert browser.get("/admin").path.endswith("/password")


def test_a_quarter_of_an_hour_without_a_request_ends_the_session(
    console: SignIn, clock: HeldClock
) -> None:
    browser = console("owner")
    clock.advance(899)
    assert browser.get("/admin").path == "/admin"
    clock.advance(901)
    assert browser.get("/admin").path.endswith("/password")


def test_four_hours_end_the_session_in_any_case(console: SignIn, clock: HeldClock) -> None:
    browser = console("owner")
    for _ in range(4 * 6 - 1):
        clock.advance(600)
        assert browser.get("/admin").path == "/admin"
    clock.advance(600)
    assert browser.get("/admin").path.endswith("/password")


def test_signing_out_ends_the_operators_session_and_not_the_holders(
    app: Flask, browser: Browser, factory: Factory, database: Database
) -> None:
    browser.sign_in(factory.client(), factory.person(), factory)
    enter(browser, factory.operator("owner"), factory)
    browser.submit()
    assert browser.page.path == "/admin/signed-out"
    assert browser.get("/account").path == "/account"
    with database.reading() as session:
        kinds = session.scalars(
            select(BrowserSession.kind).where(BrowserSession.ended_at.is_not(None))
        ).all()
    assert kinds == ["operator"]
