"""openid-client on Node.js, as docs/integrate/openid-client.md shows it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import playwright
import pytest

from tests.factories import Person
from tests.integrate.application import Guide, running, shown, sign_in
from tests.integrate.provider import Reachable
from tests.network_walk import Walk
from tests.oidc.assertions import KEYS
from tests.processes.deployment import Deployment

pytestmark = pytest.mark.node

# A recent one, whatever the distribution has: Playwright brings its own.
NODE = Path(playwright.__file__).parent / "driver" / "node"
PACKAGES = Path(__file__).parent / "node" / "node_modules"  # .ci/test.sh has them installed
SECRET = "  oidc.ClientSecretBasic(CLIENT_SECRET),\n"


@pytest.fixture(scope="module")
def application(server: Reachable, guide: Callable[[str], Guide]) -> Iterator[Guide]:
    page = guide("openid-client")
    with node(page, page.block("js", "createServer"), page.register(server)):
        yield page


@contextmanager
def node(page: Guide, program: str, environment: dict[str, str]) -> Iterator[None]:
    (page.folder / "node_modules").symlink_to(PACKAGES)
    file = page.write("app.mjs", program)
    with running([str(NODE), str(file)], page, env=environment):
        yield


def test_signs_in_refreshes_and_signs_out(
    provider: Deployment, server: Reachable, person: Person, application: Guide, walk: Walk
) -> None:
    sign_in(walk, "/login", provider, person)
    walk.agree(email="yes")
    told = shown(walk)
    assert (told["family_name"], told["email"]) == ("MARTIN", person.mail)
    assert (told["iss"], told["acr"]) == (server.issuer, "urn:dmp:acr:mfa")

    walk.submit(0)
    walk.submit(0)
    assert shown(walk)["refreshed"]
    assert provider.outcomes("token.refreshed", person) == {"success": 2}

    walk.submit(1)
    assert walk.address == f"{application.origin}/"
    assert "Se connecter" in walk.text
    assert provider.outcomes("token.revoked", person) == {"success": 1}
    assert provider.outcomes("session.ended", person) == {"success": 1}
    walk.open("/login")
    assert walk.address.endswith("/password")


def test_hears_a_refusal(provider: Deployment, person: Person, walk: Walk) -> None:
    sign_in(walk, "/login", provider, person)
    walk.submit(decision="refuse")
    assert (walk.status, "access_denied" in walk.text) == (400, True)


def test_signs_in_without_a_shared_secret(
    provider: Deployment, server: Reachable, person: Person, guide: Callable[[str], Guide]
) -> None:
    page, key = guide("openid-client"), KEYS["ES256"]
    environment = page.register(
        server,
        client_id="my-keyed-app",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
    )
    environment["CLIENT_KEY"] = json.dumps(key.as_dict(private=True))
    program = page.block("js", "createServer")
    assert program.count(SECRET) == 1
    keyed = program.replace(SECRET, page.block("js", "PrivateKeyJwt"))
    with node(page, keyed, environment):
        walk = Walk(page.origin)
        sign_in(walk, "/login", provider, person)
        walk.agree()
        assert shown(walk)["family_name"] == "MARTIN"
        walk.submit(0)
        assert provider.outcomes("token.refreshed", person) == {"success": 1}
