"""Token revocation (RFC 7009): what is given back is worth nothing from that moment on."""

import pytest
from sqlalchemy import func, select

from idp.models import RevokedToken
from tests.browser_client import token_request
from tests.factories import App
from tests.held_clock import HeldClock
from tests.oidc.walk import OFFLINE, Walk

INACTIVE = {"active": False}


@pytest.fixture
def client(walk: Walk) -> App:
    walk.factory.resource()
    return walk.ready(scope=f"{OFFLINE} documents")


def revoked(walk: Walk) -> int:
    with walk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(RevokedToken)) or 0


def test_a_refresh_token_takes_its_whole_family_with_it(walk: Walk, client: App) -> None:
    tokens = walk.tokens(client, scope=OFFLINE)
    assert walk.revoke(client, tokens["refresh_token"]).status_code == 200
    assert walk.refresh(client, tokens["refresh_token"]).status_code == 400
    assert walk.userinfo(tokens["access_token"]).status_code == 401
    assert walk.tells(client, tokens["access_token"]) == INACTIVE
    assert walk.outcomes("token.revoked") == ["success"]


def test_an_older_refresh_token_ends_the_family_too(walk: Walk, client: App) -> None:
    old = walk.tokens(client, scope=OFFLINE)["refresh_token"]
    new = (walk.refresh(client, old).json or {})["refresh_token"]
    walk.revoke(client, old)
    assert walk.refresh(client, new).status_code == 400


@pytest.mark.parametrize("scope", [OFFLINE, f"{OFFLINE} documents"])
def test_an_access_token_goes_alone(walk: Walk, client: App, scope: str) -> None:
    tokens = walk.tokens(client, scope=scope)
    assert walk.revoke(client, tokens["access_token"]).status_code == 200
    assert walk.userinfo(tokens["access_token"]).status_code == 401
    assert walk.tells(client, tokens["access_token"]) == INACTIVE
    again = walk.refresh(client, tokens["refresh_token"])
    assert again.status_code == 200
    assert walk.userinfo((again.json or {})["access_token"]).status_code == 200


@pytest.mark.parametrize("form", ["jwt", "opaque"])
def test_a_machine_gives_its_token_back(walk: Walk, form: str) -> None:
    walk.factory.resource(access_token_format=form)
    machine = walk.factory.machine(scope="documents")
    token = (walk.machine_token(machine).json or {})["access_token"]
    assert walk.tells(machine, token)["active"]
    assert walk.revoke(machine, token).status_code == 200
    assert walk.tells(machine, token) == INACTIVE


def test_the_client_of_another_ends_nothing(walk: Walk, client: App) -> None:
    tokens = walk.tokens(client, scope=OFFLINE)
    stranger = walk.factory.client()
    for name in ("access_token", "refresh_token"):
        answer = walk.revoke(stranger, tokens[name])
        assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
        assert walk.tells(client, tokens[name])["active"]


def test_a_public_client_gives_back_what_it_has(walk: Walk) -> None:
    public = walk.ready(scope=OFFLINE, token_endpoint_auth_method="none")
    tokens = walk.tokens(public, scope=OFFLINE)
    assert walk.revoke(public, tokens["refresh_token"]).status_code == 200
    assert walk.refresh(public, tokens["refresh_token"]).status_code == 400


def test_revoking_twice_or_nothing_is_no_error(walk: Walk, client: App) -> None:
    token = walk.tokens(client, scope=OFFLINE)["access_token"]
    for text in (token, token, "unknown", "a.b.c"):
        answer = walk.revoke(client, text)
        assert (answer.status_code, answer.json) == (200, {})
    assert revoked(walk) == 1
    assert len(walk.outcomes("token.revoked")) == 1


def test_nothing_is_kept_of_a_token_that_has_expired(
    walk: Walk, client: App, clock: HeldClock
) -> None:
    token = walk.tokens(client, scope=OFFLINE)["access_token"]
    clock.advance(300)
    assert walk.revoke(client, token).status_code == 200
    assert revoked(walk) == 0


def test_a_wrong_hint_costs_nothing(walk: Walk, client: App) -> None:
    tokens = walk.tokens(client, scope=OFFLINE)
    walk.revoke(client, tokens["refresh_token"], token_type_hint="access_token")
    assert walk.refresh(client, tokens["refresh_token"]).status_code == 400


def test_a_caller_has_to_say_who_it_is_and_what_to_revoke(walk: Walk, client: App) -> None:
    assert token_request(walk.app, client, {}, "/revoke").status_code == 400
    wrong = walk.factory.client()
    wrong.secret = "another"
    assert walk.revoke(wrong, "x").status_code == 401
    assert walk.app.test_client().get("/revoke?token=x").status_code == 405
