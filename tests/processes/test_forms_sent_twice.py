"""Impatient people click twice, or ten times: no answer is an error of ours, and the journey
goes on from whichever the browser keeps."""

import pytest

from tests.processes.deployment import Deployment
from tests.processes.network_browser import NetworkBrowser

pytestmark = pytest.mark.slow

TWICE = 2
MANY = 10
CHOSEN = "six pommes vertes sur un velo bleu"


def _click(browser: NetworkBrowser, times: int, **values: str) -> None:
    answers = browser.at_once([browser.filled_in(**values)] * times)
    assert {answer.status_code for answer in answers} <= {303, 400}
    # Whoever signed in or rose in level has a new cookie; the others' is worth nothing more.
    let_in = [answer for answer in answers if "dmp-session" in answer.cookies]
    browser.receive((let_in or answers)[-1])


def test_each_step_of_a_connection(provider: Deployment) -> None:
    person, app = provider.factory.person(), provider.factory.client()
    browser = provider.browser()
    browser.authorize(app)
    # Of ten at once, all but those that are free would have to wait.
    _click(browser, TWICE, identifier=person.identifier, password=person.password)
    assert browser.page.path.endswith("/code"), browser.page.text
    _click(browser, MANY, code=provider.code_of(person))
    assert browser.page.path.endswith("/consent"), browser.page.text
    _click(browser, MANY, decision="accept")
    assert browser.page.is_outside, browser.page.text
    assert provider.outcomes("authorization.granted", person) == {"success": 1}


def test_each_step_of_an_activation(provider: Deployment) -> None:
    person = provider.factory.person(activated=False)
    browser = provider.browser()
    browser.get("/activation")
    _click(browser, TWICE, identifier=person.identifier, password=person.password)
    _click(browser, MANY, new_password=CHOSEN, new_password_again=CHOSEN)
    assert browser.page.path.endswith("/code"), browser.page.text
    _click(browser, MANY, code=provider.code_of(person))
    assert browser.page.path.endswith("/activated"), browser.page.text


def test_the_end_of_an_interaction_gives_one_code(provider: Deployment) -> None:
    person, app = provider.factory.person(), provider.factory.client()
    provider.signed_in(app, person)
    browser = provider.at_the_code(person, app)
    answer = browser.at_once([browser.filled_in(code=provider.code_of(person))])[0]
    browser.receive_cookies(answer)
    end = browser.client.prepare("GET", answer.headers["Location"])

    answers = browser.at_once([end] * MANY)

    given = [each for each in answers if "code=" in each.headers.get("Location", "")]
    assert len(given) == 1
    assert {answer.status_code for answer in answers if answer not in given} <= {200, 303}
    assert provider.outcomes("authorization.granted", person) == {"success": 2}
