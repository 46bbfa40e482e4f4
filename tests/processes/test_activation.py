"""One letter, used by many at once."""

import pytest
from sqlalchemy import update

from idp.models import OneTimeCode
from tests.factories import Person
from tests.processes.deployment import Deployment
from tests.processes.network_browser import NetworkBrowser

pytestmark = pytest.mark.slow

MANY = 10
FIRST = "six pommes vertes sur un velo bleu"
SECOND = "quatre tortues lisent sous la lampe"


def _at_the_code(provider: Deployment, person: Person, chosen: str) -> NetworkBrowser:
    """A browser that has come from the letter to the code that confirms the channel."""
    browser = provider.browser()
    browser.get("/activation")
    browser.give_password(person)
    browser.submit(new_password=chosen, new_password_again=chosen)
    assert browser.page.path.endswith("/code"), browser.page.text
    return browser


def _signs_in(provider: Deployment, person: Person, password: str) -> bool:
    browser = provider.browser()
    browser.authorize(provider.factory.client())
    browser.give_password(person, password)
    return browser.page.path.endswith("/code")


def test_one_activation_sent_many_times_happens_once(provider: Deployment) -> None:
    person = provider.factory.person(activated=False)
    browser = _at_the_code(provider, person, FIRST)

    browser.at_once([browser.filled_in(code=provider.code_of(person))] * MANY * 2)

    assert provider.outcomes("account.activated", person) == {"success": 1}
    assert provider.outcomes("session.opened", person) == {"success": 1}
    assert _signs_in(provider, person, FIRST)


def test_of_two_that_hold_one_letter_one_activates(provider: Deployment) -> None:
    """Both were proved by their codes: what is left is the last gate, the account's own row."""
    person = provider.factory.person(activated=False)
    one = _at_the_code(provider, person, FIRST)
    sent_one = one.filled_in(code=provider.code_of(person))
    other = _at_the_code(provider, person, SECOND)
    sent_other = other.filled_in(code=provider.code_of(person))
    _make_both_codes_good(provider, person)

    answers = one.at_once([sent_one, sent_other])

    assert provider.outcomes("code.verified", person) == {"success": 2}
    assert provider.outcomes("account.activated", person) == {"success": 1}
    assert provider.outcomes("session.opened", person) == {"success": 1}
    won = ["dmp-session" in answer.cookies for answer in answers]
    assert sorted(won) == [False, True]
    assert [_signs_in(provider, person, chosen) for chosen in (FIRST, SECOND)] == won
    late, told = (other, answers[1]) if won[0] else (one, answers[0])
    assert told.status_code == 409
    assert late.get(late.page.address).path.endswith("/password")


def _make_both_codes_good(provider: Deployment, person: Person) -> None:
    """As when the first code is proved a moment before the second is sent, which voids it."""
    with provider.database.writing() as session:
        session.execute(
            update(OneTimeCode)
            .where(OneTimeCode.account_id == person.account_id)
            .values(voided_at=None)
        )
