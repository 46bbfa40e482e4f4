"""`prompt=create` (Initiating User Registration via OpenID Connect 1.0): from the application to
the letter, and back to the application."""

import pytest
from flask import Flask

from tests.browser_client import Browser
from tests.factories import App, Factory, Person
from tests.walks import choose_password, sign_in


@pytest.fixture
def portal(factory: Factory) -> App:
    return factory.client(client_name="Portail patient")


@pytest.fixture
def newcomer(factory: Factory) -> Person:
    return factory.person(activated=False, mail="nouvelle@exemple.fr")


def create(browser: Browser, factory: Factory, portal: App, person: Person, **more: str) -> None:
    """From the application to the consent."""
    browser.authorize(portal, prompt="create", **more)
    browser.give_password(person)
    choose_password(browser)
    browser.give_code(factory)
    browser.get(browser.page.path + "/continue")


def test_the_way_begins_with_the_letter_and_ends_at_the_application(
    browser: Browser, factory: Factory, app: Flask, portal: App, newcomer: Person
) -> None:
    browser.authorize(portal, prompt="create")
    assert "Activer votre compte" in browser.page.text
    assert "Portail patient" in browser.page.text
    create(browser, factory, portal, newcomer, response_mode="form_post")
    assert browser.page.path.endswith("/consent")
    browser.submit(decision="accept")
    assert browser.page.parameters["state"] == "the-state"
    assert browser.tokens(portal).status_code == 200


def test_whoever_is_signed_in_here_is_not_taken_for_the_newcomer(
    browser: Browser, factory: Factory, portal: App, newcomer: Person
) -> None:
    somebody = factory.person(mail="quelqu.un@exemple.fr")
    sign_in(browser, factory, somebody)
    browser.authorize(portal, prompt="create")
    assert "Activer votre compte" in browser.page.text
    assert somebody.identifier not in browser.page.text.replace(" ", "")
    create(browser, factory, portal, newcomer)
    assert "nouvelle@exemple.fr" not in browser.page.text  # only openid was asked for
    browser.submit(decision="accept")
    assert "code" in browser.page.parameters
    # The newcomer is the one who stays signed in.
    browser.authorize(portal, prompt="login")
    shown = browser.page.text.replace(" ", "")
    assert newcomer.identifier in shown
    assert somebody.identifier not in shown


def test_whoever_has_an_account_already_goes_on_with_it(
    browser: Browser, factory: Factory, portal: App
) -> None:
    person = factory.person()
    browser.authorize(portal, prompt="create")
    letter = browser.page.path
    browser.get(f"{letter}?account=active")
    assert "Se connecter" in browser.page.text
    assert f'href="{letter}?account=letter"' in browser.page.text  # and the way back to the letter
    browser.submit(identifier=person.identifier, password="x")
    assert "Activer votre compte</h1>" not in browser.page.text
    browser.give_password(person)
    browser.give_code(factory)
    browser.submit(decision="accept")
    assert "code" in browser.page.parameters


def test_the_letter_page_says_where_to_go_with_an_account(browser: Browser, portal: App) -> None:
    page = browser.authorize(portal, prompt="create")
    assert f'href="{page.path}?account=active"' in page.text


def test_the_letter_page_knows_whom_the_application_means(
    browser: Browser, portal: App, newcomer: Person
) -> None:
    page = browser.authorize(portal, prompt="create", login_hint=newcomer.identifier)
    assert newcomer.identifier in page.text.replace(" ", "")


def test_a_refusal_after_the_activation_is_told_to_the_application(
    browser: Browser, factory: Factory, portal: App, newcomer: Person
) -> None:
    create(browser, factory, portal, newcomer)
    browser.submit(decision="refuse")
    assert browser.page.parameters["error"] == "access_denied"


@pytest.mark.parametrize("prompt", ["create none", "create login", "consent create"])
def test_create_stands_alone(browser: Browser, portal: App, prompt: str) -> None:
    browser.authorize(portal, prompt=prompt)
    assert browser.page.parameters["error"] == "invalid_request"
