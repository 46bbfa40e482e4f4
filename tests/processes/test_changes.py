"""What another process changes in the directory holds in every process of the server."""

import time
from collections.abc import Callable

import pytest

from idp.directory import accounts, clients
from idp.directory.accounts import Motive
from tests.browser_client import authorization_query
from tests.factories import App
from tests.processes.deployment import Deployment, redemption, refreshing
from tests.processes.network import Answer, Request

pytestmark = pytest.mark.slow

# Enough at once for every process to be asked.
MANY = 16
# A process looks once a second; the rest is for a busy machine.
BOUND = 3.0


def _all_within_bound(
    provider: Deployment, request: Request, holds: Callable[[Answer], bool]
) -> bool:
    """Whether all processes come to answer so in time, and then answer so again."""
    client = provider.server.test_client()

    def everywhere() -> bool:
        return all(holds(answer) for answer in client.at_once([request] * MANY))

    deadline = time.monotonic() + BOUND
    while time.monotonic() < deadline:
        if everywhere():
            return everywhere()
    return False


def test_a_disabled_application_is_refused_and_an_enabled_one_is_not(
    provider: Deployment,
) -> None:
    app = provider.factory.client()
    token, authorize = redemption(app, "unknown"), _authorization(provider, app)

    def is_known(answer: Answer) -> bool:
        return answer.json["error"] == "invalid_grant"

    assert _all_within_bound(provider, token, is_known)
    with provider.database.writing() as session:
        clients.disable(session, app.client_id, actor="operator")
    assert _all_within_bound(provider, token, lambda a: a.json["error"] == "invalid_client")
    assert _all_within_bound(provider, authorize, lambda a: a.status_code == 400)
    with provider.database.writing() as session:
        clients.enable(session, app.client_id, actor="operator")
    assert _all_within_bound(provider, token, is_known)
    assert _all_within_bound(provider, authorize, lambda a: a.status_code == 303)


def test_a_replaced_secret_is_void(provider: Deployment) -> None:
    app = provider.factory.client()
    old = redemption(app, "unknown")
    assert provider.server.test_client().at_once([old])[0].json["error"] == "invalid_grant"

    with provider.database.writing() as session:
        app.secret = clients.rotate_secret(session, app.client_id, actor="operator")

    assert _all_within_bound(provider, old, lambda a: a.json["error"] == "invalid_client")
    new = redemption(app, "unknown")
    assert _all_within_bound(provider, new, lambda a: a.json["error"] == "invalid_grant")


def test_a_blocked_holder_s_tokens_and_session_end_at_once(provider: Deployment) -> None:
    person, app = provider.factory.person(), provider.factory.client()
    browser = provider.signed_in(app, person, scope="openid offline_access")
    client = provider.server.test_client()
    tokens = client.at_once([redemption(app, browser.authorization_code)])[0].json
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    userinfo = client.prepare("GET", "/userinfo", headers=bearer)
    assert client.at_once([userinfo])[0].status_code == 200

    with provider.database.writing() as session:
        accounts.block(session, person.identifier, motive=Motive.SUSPECTED_FRAUD, actor="operator")

    assert [each.status_code for each in client.at_once([userinfo] * MANY)] == [401] * MANY
    renewed = client.at_once([refreshing(app, tokens["refresh_token"])])[0]
    assert renewed.json["error"] == "invalid_grant"


def _authorization(provider: Deployment, app: App) -> Request:
    client = provider.server.test_client()
    return client.prepare("GET", f"/authorize?{authorization_query(app)}")
