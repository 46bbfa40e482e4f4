"""One refresh token, presented by many at once: an application that lost its answers."""

import pytest
from sqlalchemy import select

from idp.models import Grant
from tests.factories import Person
from tests.processes.deployment import Deployment, redemption, refreshing

pytestmark = pytest.mark.slow

MANY = 20


def test_all_get_the_same_current_token_and_one_rotates_it(provider: Deployment) -> None:
    person, app = provider.factory.person(), provider.factory.client()
    browser = provider.signed_in(app, person, scope="openid offline_access")
    client = provider.server.test_client()
    first = client.at_once([redemption(app, browser.authorization_code)])[0].json["refresh_token"]

    answers = client.at_once([refreshing(app, first)] * MANY)

    assert [answer.status_code for answer in answers] == [200] * MANY
    current = {answer.json["refresh_token"] for answer in answers}
    assert len(current) == 1
    assert first not in current
    assert _generation(provider, person) == 1
    assert provider.outcomes("token.refreshed", person) == {"success": 1}
    again = client.at_once([refreshing(app, current.pop())])[0]
    assert again.status_code == 200
    assert _generation(provider, person) == 2


def _generation(provider: Deployment, person: Person) -> int:
    with provider.database.reading() as session:
        return session.scalars(
            select(Grant.generation).where(Grant.account_id == person.account_id)
        ).one()
