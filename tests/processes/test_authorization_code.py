"""One authorization code, redeemed by many at once."""

import pytest

from tests.processes.deployment import Deployment, redemption, refreshing

pytestmark = pytest.mark.slow

MANY = 20


def test_of_many_that_redeem_one_code_one_gets_tokens_and_they_are_dead(
    provider: Deployment,
) -> None:
    person, app = provider.factory.person(), provider.factory.client()
    browser = provider.signed_in(app, person, scope="openid offline_access")
    client = provider.server.test_client()

    answers = client.at_once([redemption(app, browser.authorization_code)] * MANY)

    given = [answer.json for answer in answers if answer.status_code == 200]
    refused = [answer.json["error"] for answer in answers if answer.status_code == 400]
    assert len(given) == 1
    assert refused == ["invalid_grant"] * (MANY - 1)
    assert provider.outcomes("token.issued", person) == {"success": 1}
    # "SHOULD revoke (when possible) all tokens previously issued" (RFC 6749, section 4.1.2)
    bearer = {"Authorization": f"Bearer {given[0]['access_token']}"}
    assert client.get("/userinfo", headers=bearer).status_code == 401
    renewed = client.at_once([refreshing(app, given[0]["refresh_token"])])[0]
    assert renewed.json["error"] == "invalid_grant"
