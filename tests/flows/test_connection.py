"""From the application and back, over HTTP."""

from flask import Flask

from tests.browser_client import Browser
from tests.factories import Factory


def test_a_holder_signs_in_and_the_application_learns_what_was_agreed(
    app: Flask, browser: Browser, factory: Factory
) -> None:
    person, portal = factory.person(), factory.client()
    browser.authorize(portal, scope="openid identite_pivot ins_c email")
    assert browser.page.path.endswith("/password")
    browser.give_password(person)
    assert browser.page.path.endswith("/code")
    browser.give_code(factory)
    assert browser.page.path.endswith("/consent")
    browser.submit(decision="accept", email="yes")
    assert browser.page.is_outside, browser.page.text
    assert browser.page.parameters["state"] == "the-state"
    assert browser.page.parameters["iss"] == "http://localhost:8000"

    answer = browser.tokens(portal)
    assert answer.status_code == 200, answer.text
    userinfo = app.test_client().get(
        "/userinfo", headers={"Authorization": f"Bearer {answer.json['access_token']}"}
    )
    assert userinfo.status_code == 200, userinfo.text
    told = userinfo.json
    assert told["family_name"] == "MARTIN"
    assert told["email"] == "m.martin@exemple.fr"


def test_the_letter_activates_the_account(browser: Browser, factory: Factory) -> None:
    person = factory.person(activated=False)
    browser.get("/activation")
    browser.give_password(person)
    assert browser.page.path.endswith("/new-password")
    chosen = "six pommes vertes sur un velo bleu"
    browser.submit(new_password=chosen, new_password_again=chosen)
    assert browser.page.path.endswith("/code"), browser.page.text
    browser.give_code(factory)
    assert browser.page.path.endswith("/activated"), browser.page.text
    browser.get(browser.page.path + "/continue")
    assert browser.page.path == "/account"
    assert browser.page.status == 200
    for page in ("/account/identity", "/account/applications", "/account/not-me"):
        assert browser.get(page).status == 200, page
