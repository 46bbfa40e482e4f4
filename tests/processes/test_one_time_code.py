"""One one-time code, typed once and sent many times at once."""

import pytest

from tests.processes.deployment import Deployment

pytestmark = pytest.mark.slow

MANY = 20


def test_of_many_that_send_one_right_code_one_is_let_through(provider: Deployment) -> None:
    person = provider.factory.person()
    browser = provider.at_the_code(person, provider.factory.client())

    answers = browser.at_once([browser.filled_in(code=provider.code_of(person))] * MANY)

    assert provider.outcomes("code.verified", person)["success"] == 1
    assert provider.outcomes("session.raised", person) == {"success": 1}
    assert {answer.status_code for answer in answers} <= {303, 400}
    [winner] = [answer for answer in answers if "dmp-session" in answer.cookies]
    browser.receive(winner)
    assert browser.page.path.endswith("/consent"), browser.page.text
    browser.submit(decision="accept")
    assert browser.page.is_outside
    assert provider.outcomes("authorization.granted", person) == {"success": 1}
