"""Tokens by way of the browser (OpenID Connect Core 1.0, section 3.2), where a setting asks for
it."""

import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from idp import create_app
from idp.config import Settings
from idp.crypto import b64encode
from idp.oidc import metadata
from tests.browser_client import Browser, Page
from tests.factories import App
from tests.oidc.registrant import register
from tests.oidc.walk import Walk

ID_TOKEN, BOTH = "id_token", "id_token token"
CLIENT: dict[str, Any] = {
    "response_types": [ID_TOKEN, BOTH, "code"],
    "grant_types": ["implicit", "authorization_code"],
}
PLAIN: dict[str, str | None] = {
    "nonce": "n-1", "code_challenge": None, "code_challenge_method": None,
}  # fmt: skip


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"implicit": True, "registration": "open"})


def told(page: Page) -> dict[str, str]:
    """What the application's script finds in its address."""
    parts = urlsplit(page.address)
    assert page.is_outside
    assert parts.query == ""
    return dict(parse_qsl(parts.fragment))


def ask(walk: Walk, client: App, response_type: str, **parameters: str | None) -> dict[str, str]:
    return told(walk.authorize(client, response_type=response_type, **PLAIN | parameters))


def test_an_id_token_alone_has_what_the_scope_gives(walk: Walk) -> None:
    client = walk.ready(**CLIENT)
    answer = ask(walk, client, ID_TOKEN, scope="openid email offline_access", state="s")
    assert answer.keys() == {"id_token", "state", "iss"}
    claims = walk.decoded(answer["id_token"]).claims
    assert (claims["nonce"], claims["aud"]) == ("n-1", client.client_id)
    assert claims["email"]
    assert "at_hash" not in claims


@pytest.mark.parametrize("order", [BOTH, "token id_token"])
def test_an_access_token_beside_it_is_for_userinfo(walk: Walk, order: str) -> None:
    client = walk.ready(**CLIENT)
    answer = ask(walk, client, order, scope="openid email")
    assert answer["token_type"] == "Bearer"
    assert answer.keys() & {"code", "refresh_token"} == set()
    claims = walk.decoded(answer["id_token"]).claims
    half = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == b64encode(half)
    assert "email" not in claims
    assert walk.userinfo(answer["access_token"]).status_code == 200


def test_it_comes_at_the_end_of_the_steps_too_and_by_a_form(walk: Walk) -> None:
    client, person = walk.factory.client(**CLIENT), walk.factory.person()
    asked = {"response_type": ID_TOKEN, "response_mode": "form_post"} | PLAIN
    page = walk.browser.sign_in(client, person, walk.factory, **asked)
    assert walk.decoded(page.parameters["id_token"]).claims["nonce"] == "n-1"


@pytest.mark.parametrize(
    "wrong", [{"nonce": None}, {"nonce": ""}, {"response_mode": "query"}, {"prompt": "bad"}]
)
def test_a_refusal_comes_by_the_same_way(walk: Walk, wrong: dict[str, str | None]) -> None:
    answer = ask(walk, walk.ready(**CLIENT), ID_TOKEN, **wrong)
    assert answer["error"] == "invalid_request"


def test_a_client_uses_what_it_is_registered_for(walk: Walk) -> None:
    client = walk.ready()
    assert ask(walk, client, ID_TOKEN)["error"] == "unauthorized_client"
    for response_type in ("token", "code id_token", "code token", "id_token code token"):
        page = walk.authorize(client, response_type=response_type)
        assert page.parameters["error"] == "unsupported_response_type"


def test_nothing_of_it_is_there_unless_asked_for(walk: Walk) -> None:
    client = walk.ready(**CLIENT)
    document = metadata.document(walk.app.extensions["idp"].provider)
    assert {"id_token", "token id_token"} <= set(document["response_types_supported"])
    off = create_app(walk.settings.model_copy(update={"implicit": False}))
    page = Browser(off).authorize(client, response_type=ID_TOKEN, **PLAIN)
    assert page.parameters["error"] == "unsupported_response_type"
    document = metadata.document(off.extensions["idp"].provider)
    assert document["response_types_supported"] == ["code"]
    assert "implicit" not in document["grant_types_supported"]
    wish = {"response_types": [ID_TOKEN], "grant_types": ["implicit"]}
    assert register(walk.app, **wish).status_code == 201
    assert register(off, **wish).status_code == 400
