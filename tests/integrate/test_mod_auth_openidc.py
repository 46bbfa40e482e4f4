"""mod_auth_openidc in an Apache, as docs/integrate/mod_auth_openidc.md shows it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask, jsonify, request

from idp.crypto import new_secret
from tests.clients.served import served
from tests.factories import Person
from tests.integrate.apache import apache
from tests.integrate.application import Guide, sign_in
from tests.integrate.provider import Reachable
from tests.network_walk import Walk
from tests.processes.deployment import Deployment
from tests.processes.network import Client

pytestmark = pytest.mark.apache

TOLD = ("X-Remote-User", "X-Family-Name", "X-Given-Name")
NOBODY = dict.fromkeys(TOLD, "")


@pytest.fixture(scope="module")
def behind() -> Iterator[str]:
    """Behind Apache: says at every address what it was told of the person."""
    app = Flask(__name__)

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def told(path: str) -> object:
        return jsonify({name: request.headers.get(name, "") for name in TOLD})

    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def application(server: Reachable, guide: Callable[[str], Guide], behind: str) -> Iterator[Guide]:
    with serving(guide("mod_auth_openidc"), server, behind) as page:
        yield page


@contextmanager
def serving(page: Guide, server: Reachable, behind: str, **changes: str) -> Iterator[Guide]:
    environment = page.register(server, **changes)
    with apache(page, environment | {"APPLICATION": behind, "PASSPHRASE": new_secret()}):
        yield page


def test_signs_in_refreshes_and_signs_out(
    provider: Deployment, server: Reachable, person: Person, application: Guide, walk: Walk
) -> None:
    sign_in(walk, "/documents", provider, person)
    walk.agree()
    assert walk.address == f"{application.origin}/documents"
    told = json.loads(walk.text)
    assert told["X-Family-Name"] == "MARTIN"
    assert told["X-Remote-User"].endswith(f"@{server.issuer}")

    assert provider.outcomes("token.refreshed", person) == {"success": 1}  # by itself
    first = known(walk)
    second = known(walk, "&access_token_refresh_interval=0")
    assert first["access_token"] != second["access_token"]
    assert first["userinfo"]["sub"] == second["userinfo"]["sub"] == second["id_token"]["sub"]

    walk.open(f"/oidc?logout={quote(f'{application.origin}/goodbye', safe='')}")
    assert (walk.address, json.loads(walk.text)) == (f"{application.origin}/goodbye", NOBODY)
    (asked,) = [each for each in walk.passed if each.startswith(f"{server.issuer}/logout?")]
    assert "id_token_hint" in parse_qs(urlsplit(asked).query)
    assert provider.outcomes("token.revoked", person) == {"success": 2}  # refresh and access token
    assert provider.outcomes("session.ended", person) == {"success": 1}
    walk.open("/documents")
    assert walk.address.endswith("/password")


def known(walk: Walk, parameters: str = "") -> dict[str, dict[str, str]]:
    """What the module tells a script of a signed-in page."""
    walk.open(f"/oidc?info=json{parameters}")
    told: dict[str, dict[str, str]] = json.loads(walk.text)
    return told


def test_the_application_is_not_told_what_a_browser_makes_up(application: Guide) -> None:
    made_up = dict.fromkeys(TOLD, "someone@else")
    answer = Client("127.0.0.1", application.port).get("/goodbye", headers=made_up)
    assert answer.json == NOBODY


def test_the_second_factor_is_insisted_on_whatever_the_registration_says(
    server: Reachable, person: Person, guide: Callable[[str], Guide], behind: str
) -> None:
    lower = {"client_id": "my-lower-apache", "minimum_acr": "urn:dmp:acr:password"}
    with serving(guide("mod_auth_openidc"), server, behind, **lower) as page:
        walk = Walk(page.origin)
        walk.open("/documents")
        walk.give_password(person)
        walk.agree()
        assert (walk.address, walk.status) == (f"{page.origin}/documents", 403)
