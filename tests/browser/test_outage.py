"""A mail server that is down delays a code, and loses nothing."""

import pytest

from tests.browser.demonstration import Demonstration
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_code_asked_for_while_the_mail_server_is_down_comes_when_it_is_up_again(
    visitor: Visitor, demonstration: Demonstration
) -> None:
    person = demonstration.person()
    demonstration.inbox.break_mail_server()
    try:
        visitor.goes_to(demonstration.portal)
        visitor.gives_password(person)
        visitor.sees("Saisissez le code reçu par courriel")
        assert not demonstration.inbox.has_code(str(person.mail))
    finally:
        demonstration.inbox.mend_mail_server()
    visitor.gives_code(person.mail)
    visitor.agrees()
    visitor.sees("Bonjour")
