"""SIGTERM: what is under way is finished, and nothing new is begun."""

import time

import pytest

from tests.processes.deployment import Deployment, redemption
from tests.processes.server import Server

pytestmark = pytest.mark.slow

# However the kernel shares them out, one process has a thread for each.
UNDER_WAY = 4
LONGEST_END = 10.0  # seconds


def _wait_until_nobody_listens(server: Server) -> None:
    deadline = time.monotonic() + LONGEST_END
    while server.is_listening():
        assert time.monotonic() < deadline, "it still takes connections"


def test_every_request_under_way_gets_its_whole_answer(own_provider: Deployment) -> None:
    server, factory = own_provider.server, own_provider.factory
    app, person = factory.client(), factory.person()
    browser = own_provider.signed_in(app, person)
    codes = [browser.authorization_code]
    while len(codes) < UNDER_WAY:
        browser.authorize(app)
        codes.append(browser.authorization_code)
    client = server.test_client()
    held = [client.hold(redemption(app, code)) for code in codes]

    server.terminate()
    _wait_until_nobody_listens(server)
    answers = [each.release() for each in held]

    assert [answer.status_code for answer in answers] == [200] * UNDER_WAY
    assert all("access_token" in answer.json for answer in answers)
    assert server.wait(LONGEST_END) == 0
    assert own_provider.outcomes("token.issued", person) == {"success": UNDER_WAY}


def test_an_idle_server_ends_at_once_and_can_be_started_again(own_provider: Deployment) -> None:
    server = own_provider.server
    server.terminate()
    assert server.wait(LONGEST_END) == 0

    server.start()

    assert server.test_client().get("/healthz").status_code == 200
