"""idpyoidc in Flask, as docs/integrate/idpyoidc.md shows it."""

import sys
from collections.abc import Callable, Iterator

import pytest

from idp.crypto import new_secret
from tests.factories import Person
from tests.integrate.application import Guide, running, shown, sign_in
from tests.integrate.provider import Reachable
from tests.network_walk import Walk
from tests.processes.deployment import Deployment


@pytest.fixture(scope="module")
def application(server: Reachable, guide: Callable[[str], Guide]) -> Iterator[Guide]:
    page = guide("idpyoidc")
    environment = page.register(server) | {"SECRET_KEY": new_secret()}
    page.write("app.py", page.block("python", '"""app.py:'))
    flask = [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(page.port)]
    with running(flask, page, env=environment):
        yield page


def test_signs_in_refreshes_and_signs_out(
    provider: Deployment, server: Reachable, person: Person, application: Guide, walk: Walk
) -> None:
    sign_in(walk, "/login", provider, person)
    walk.agree()
    told = shown(walk)
    assert told["family_name"] == "MARTIN"
    assert (told["iss"], told["acr"]) == (server.issuer, "urn:dmp:acr:mfa")

    walk.submit(0)
    walk.submit(0)
    assert shown(walk) == told
    assert provider.outcomes("token.refreshed", person) == {"success": 2}

    walk.submit(1)
    assert walk.address.startswith(f"{application.origin}/?state=")
    assert "Se connecter" in walk.text
    assert provider.outcomes("token.revoked", person) == {"success": 1}
    assert provider.outcomes("session.ended", person) == {"success": 1}
    walk.open("/login")
    assert walk.address.endswith("/password")


def test_takes_an_answer_only_from_the_browser_that_asked(
    provider: Deployment, person: Person, application: Guide, walk: Walk
) -> None:
    sign_in(walk, "/login", provider, person)
    walk.agree()
    callback = next(each for each in walk.passed if "/callback?" in each)
    stranger = Walk(application.origin)
    stranger.open(callback)
    assert stranger.status == 400


def test_hears_a_refusal(provider: Deployment, person: Person, walk: Walk) -> None:
    sign_in(walk, "/login", provider, person)
    walk.submit(decision="refuse")
    assert (walk.status, walk.text) == (400, "access_denied")
