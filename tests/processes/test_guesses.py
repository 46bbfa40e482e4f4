"""A hundred guesses at once get as many evaluations as there are free tries."""

from collections import Counter

import pytest
from sqlalchemy import select

from idp.factors import throttle
from idp.identity import login_identifier
from idp.models import Throttle
from tests.processes.deployment import Deployment

pytestmark = pytest.mark.slow

MANY = 100
FREE = 5
WAIT = "Il faut attendre avant de réessayer"
WRONG = "L’identifiant ou le mot de passe n’est pas le bon"


def _said(texts: list[str]) -> Counter[str]:
    return Counter(WAIT if WAIT in text else WRONG if WRONG in text else text for text in texts)


def test_five_of_a_hundred_passwords_are_looked_at(provider: Deployment) -> None:
    person = provider.factory.person()
    browser = provider.browser()
    browser.authorize(provider.factory.client())
    guesses = [
        browser.filled_in(identifier=person.identifier, password=f"guess number {number}")
        for number in range(MANY)
    ]

    answers = browser.at_once(guesses)

    looked_at = provider.outcomes("password.verified", person)
    assert looked_at == {"wrong_password": FREE, "must_wait": MANY - FREE}
    assert _said([answer.text for answer in answers]) == {WRONG: FREE, WAIT: MANY - FREE}
    assert provider.processes_behind("password.verified", person) == 2
    browser.give_password(person)
    assert WAIT in browser.page.text


def test_an_identifier_that_does_not_exist_answers_the_same(provider: Deployment) -> None:
    nobody = login_identifier.generate()
    browser = provider.browser()
    browser.authorize(provider.factory.client())
    guesses = [
        browser.filled_in(identifier=nobody, password=f"guess number {number}")
        for number in range(MANY)
    ]

    answers = browser.at_once(guesses)

    assert _said([answer.text for answer in answers]) == {WRONG: FREE, WAIT: MANY - FREE}
    assert provider.outcomes_for_nobody("password.verified") == {
        "wrong_password": FREE,
        "must_wait": MANY - FREE,
    }
    assert _failures(provider, "password", nobody) == FREE


def test_five_of_a_hundred_codes_are_looked_at(provider: Deployment) -> None:
    person = provider.factory.person()
    browser = provider.at_the_code(person, provider.factory.client())
    right = provider.code_of(person)
    wrong = [code for code in (f"{number:06}" for number in range(MANY + 1)) if code != right]

    browser.at_once([browser.filled_in(code=code) for code in wrong[:MANY]])

    outcomes = provider.outcomes("code.verified", person)
    # The fifth wrong one is told that the code is void now.
    assert outcomes == {"wrong_code": FREE - 1, "code_void": 1, "must_wait": MANY - FREE}
    assert _failures(provider, "code", str(person.account_id)) == FREE
    browser.submit(code=right)
    assert "success" not in provider.outcomes("code.verified", person)


def _failures(provider: Deployment, secret: str, owner: str) -> int:
    """What the throttle has counted for a secret of this owner."""
    keyring, settings = provider.settings.keyring, provider.settings
    subject = throttle.for_secret(keyring, settings, secret, owner, None).subject
    with provider.database.reading() as session:
        return session.scalars(select(Throttle.in_a_row).where(Throttle.subject == subject)).one()
