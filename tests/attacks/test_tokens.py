"""Lines 11 to 17."""

from typing import Any

import pytest

from idp import create_app
from idp.directory import sessions
from idp.models import AccountState
from idp.oidc import backchannel_logout
from tests.browser_client import ISSUER
from tests.factories import App
from tests.held_clock import HeldClock
from tests.oidc.walk import MFA, OFFLINE, PASSWORD, Walk

API_SCOPE = "openid documents offline_access"


def error_of(answer: Any) -> str:
    return str((answer.json or {}).get("error"))


@pytest.fixture
def client(walk: Walk) -> App:
    return walk.ready()


# 11. Concurrent refresh, or replay after a restart.


def test_line_11_an_old_refresh_token_after_a_restart(
    walk: Walk, client: App, clock: HeldClock
) -> None:
    """A naive one remembers what was used in memory: a restart makes it good again."""
    first = walk.tokens(client, scope=OFFLINE)["refresh_token"]
    second = (walk.refresh(client, first).json or {})["refresh_token"]
    clock.advance(11)
    walk.app = create_app(walk.settings)  # another process, on the same database
    assert error_of(walk.refresh(client, first)) == "invalid_grant"
    assert error_of(walk.refresh(client, second)) == "invalid_grant"
    assert "refresh_token_reused" in walk.outcomes("token.refused")
    walk.app.extensions["idp"].provider.database.dispose()


def test_line_11_reuse_kills_also_the_access_tokens(
    walk: Walk, client: App, clock: HeldClock
) -> None:
    """A naive one ends the refresh token, and the thief's access token lives on."""
    first = walk.tokens(client, scope=OFFLINE)
    second = walk.refresh(client, first["refresh_token"]).json or {}
    clock.advance(11)
    walk.refresh(client, first["refresh_token"])
    for token in (first["access_token"], second["access_token"]):
        assert walk.userinfo(token).status_code == 401
        assert walk.tells(client, token) == {"active": False}


def test_line_11_the_grace_is_no_second_way_in(walk: Walk, client: App, clock: HeldClock) -> None:
    """A retry within ten seconds gets the current token, not another branch of the family: a
    naive one forks, and neither side is ever found out."""
    first = walk.tokens(client, scope=OFFLINE)["refresh_token"]
    of_client = (walk.refresh(client, first).json or {})["refresh_token"]
    of_thief = (walk.refresh(client, first).json or {})["refresh_token"]
    assert of_client == of_thief
    walk.refresh(client, of_client)
    clock.advance(11)
    assert error_of(walk.refresh(client, of_thief)) == "invalid_grant"
    assert walk.outcomes("token.refused") == ["refresh_token_reused"]


# 12. Refresh for a locked or closed account.


@pytest.mark.parametrize("state", [AccountState.BLOCKED, AccountState.CLOSED])
def test_line_12_tokens_for_an_account_that_is_no_more(walk: Walk, state: str) -> None:
    """A naive one looks at the account when somebody signs in, and never again."""
    person, client = walk.agreed()
    tokens, code = walk.tokens(client, scope=OFFLINE), walk.code(client, scope=OFFLINE)
    walk.set_state(person, state)
    assert error_of(walk.refresh(client, tokens["refresh_token"])) == "invalid_grant"
    assert error_of(walk.redeem(client, code)) == "invalid_grant"
    assert walk.userinfo(tokens["access_token"]).status_code == 401
    assert walk.tells(client, tokens["refresh_token"]) == {"active": False}
    assert walk.silent(client) == "login_required"


def test_line_12_tokens_of_a_client_that_was_disabled(
    walk: Walk, client: App, clock: HeldClock
) -> None:
    tokens = walk.tokens(client, scope=OFFLINE)
    walk.disable(client)
    assert walk.userinfo(tokens["access_token"]).status_code == 401
    clock.advance(2)  # every process has heard of it by then
    assert error_of(walk.refresh(client, tokens["refresh_token"])) == "invalid_client"


def test_line_12_a_grant_that_the_holder_has_taken_back(walk: Walk) -> None:
    person, client = walk.agreed()
    tokens = walk.tokens(client, scope=OFFLINE)
    with walk.database.writing() as session:
        sessions.end_all(session, person.account_id, actor="holder", reason="signed_out")
    assert error_of(walk.refresh(client, tokens["refresh_token"])) == "invalid_grant"


# 13. offline_access withdrawn.


def test_line_13_a_refresh_token_after_offline_access_went(walk: Walk, clock: HeldClock) -> None:
    """A naive one looks at the scope that the token was made with."""
    client = walk.ready()
    tokens = walk.tokens(client, scope=OFFLINE)
    walk.change(client, scope="openid email")
    clock.advance(2)  # every process has heard of it by then
    answer = walk.refresh(client, tokens["refresh_token"])
    assert error_of(answer) == "invalid_grant"
    assert walk.tells(client, tokens["refresh_token"]) == {"active": False}


def test_line_13_scopes_that_went_do_not_come_with_a_refresh(walk: Walk, clock: HeldClock) -> None:
    _, client = walk.agreed()
    tokens = walk.tokens(client, scope=f"{OFFLINE} email phone")
    walk.change(client, scope="openid offline_access email")
    clock.advance(2)
    renewed = walk.refresh(client, tokens["refresh_token"]).json or {}
    assert renewed["scope"].split() == ["openid", "offline_access", "email"]


# 14. Session ids.


def test_line_14_a_session_id_is_new_at_login_and_at_step_up_and_never_comes_again(
    walk: Walk, clock: HeldClock
) -> None:
    """A naive one keeps the id that the browser brought, or raises the session under it."""
    seen = []
    person, browser = walk.factory.person(), walk.browser
    client = walk.factory.client(minimum_acr=PASSWORD)
    browser.client.set_cookie("dmp-session", "planted")
    for _ in range(3):
        clock.advance(60)  # until another code can be had
        browser.authorize(client, acr_values=PASSWORD)
        browser.give_password(person)
        seen.append(_session(walk))
        browser.authorize(client, acr_values=MFA)
        browser.give_code(walk.factory)
        seen.append(_session(walk))
        browser.get("/account")
        browser.submit()
    assert len(set(seen)) == len(seen) == 6
    assert "planted" not in seen
    for old in seen:
        browser.client.set_cookie("dmp-session", old)
        assert walk.silent(client) == "login_required"


def _session(walk: Walk) -> str:
    cookie = walk.browser.client.get_cookie("dmp-session")
    assert cookie is not None
    return cookie.value


# 15. Introspection by a stranger.


def test_line_15_introspection_by_a_stranger(walk: Walk) -> None:
    """A naive one tells everything to anybody who is registered (RFC 7662, section 4)."""
    walk.factory.resource()
    walk.factory.resource("https://other.example", "other")
    client = walk.ready(scope="openid email offline_access documents")
    tokens, opaque = walk.tokens(client, scope=API_SCOPE), walk.tokens(client, scope="openid email")
    texts = [tokens["access_token"], tokens["refresh_token"], opaque["access_token"]]
    strangers = [
        walk.factory.client(),
        walk.factory.machine(scope="other"),
        walk.factory.api("https://other.example"),
    ]
    for stranger in strangers:
        for text in texts:
            assert walk.tells(stranger, text) == {"active": False}
    api, told = walk.factory.api(), {"active": False}
    assert walk.tells(api, tokens["access_token"])["active"] is True
    assert walk.tells(api, opaque["access_token"]) == told == walk.tells(api, texts[1])


def test_line_15_introspection_without_credentials(walk: Walk, client: App) -> None:
    token = walk.tokens(client)["access_token"]
    public = walk.factory.client(token_endpoint_auth_method="none")
    nobody = App(0, client.client_id, "guessed")
    for caller in (public, nobody, App(0, client.client_id, None)):
        answer = walk.introspect(caller, token)
        assert (answer.status_code, error_of(answer)) == (401, "invalid_client")


# 16. A logout token or an ID token used as an access token.


def test_line_16_no_token_is_good_for_what_it_was_not_made_for(walk: Walk) -> None:
    """A naive one believes whatever it has signed itself."""
    walk.factory.resource()
    client = walk.ready(
        scope="openid email offline_access documents", userinfo_signed_response_alg="ES256"
    )
    tokens = walk.tokens(client, scope=API_SCOPE)
    signed = walk.userinfo(tokens["access_token"]).get_data(as_text=True)
    others = {
        "ID token": tokens["id_token"],
        "refresh token": tokens["refresh_token"],
        "userinfo": signed,
        "code": walk.code(client),
    }
    assert signed.count(".") == 2
    for name, text in others.items():
        assert walk.userinfo(text).status_code == 401, name
    for name in ("ID token", "userinfo", "code"):
        assert walk.tells(client, others[name]) == {"active": False}, name
        assert error_of(walk.refresh(client, others[name])) == "invalid_grant", name
    assert error_of(walk.refresh(client, tokens["access_token"])) == "invalid_grant"
    for name in ("userinfo", "refresh token", "code"):
        assert walk.silent(client, id_token_hint=others[name]) != "", name
    assert walk.silent(client, id_token_hint=tokens["access_token"]) != ""
    assert walk.silent(client, id_token_hint=tokens["id_token"]) == ""


def test_line_16_a_logout_token(walk: Walk) -> None:
    """An application that is told of a logout holds something that we have signed, about a person:
    a naive one takes it for an access token, or for the hint of a session."""
    person, client = walk.agreed()
    tokens = walk.tokens(client)
    provider = walk.app.extensions["idp"].provider
    registered = provider.registry.client(client.client_id)
    sid = walk.id_claims(tokens)["sid"]
    token = backchannel_logout.logout_token(provider, registered, sid, person.account_id)
    assert walk.decoded(token).header["typ"] == "logout+jwt"
    assert "nonce" not in walk.decoded(token).claims
    assert walk.userinfo(token).status_code == 401
    assert walk.tells(client, token) == {"active": False}
    assert error_of(walk.refresh(client, token)) == "invalid_grant"
    assert walk.silent(client, id_token_hint=token) != ""
    assert walk.browser.get(f"/logout?id_token_hint={token}").status == 400
    assert walk.userinfo(tokens["access_token"]).status_code == 200


def test_line_16_a_token_for_another_audience(walk: Walk) -> None:
    """A machine's token is for its API alone: a naive userinfo takes any that it has signed."""
    walk.factory.resource()
    machine = walk.factory.machine(scope="documents")
    token = (walk.machine_token(machine).json or {})["access_token"]
    assert walk.userinfo(token).status_code in {401, 403}
    assert walk.decoded(token).claims["aud"] != ISSUER


# 17. Userinfo beyond the granted scope.


def test_line_17_userinfo_beyond_the_granted_scope(walk: Walk, clock: HeldClock) -> None:
    """A naive one tells all that the client is registered for, or all that was ever agreed."""
    _, client = walk.agreed()
    wanted = '{"userinfo": {"email": {"essential": true}, "ins_c": null, "nir": null}}'
    narrow = walk.tokens(client, scope="openid")["access_token"]
    assert set(walk.userinfo(narrow).json or {}) == {"sub"}
    wide = walk.tokens(client, scope="openid email")["access_token"]
    assert set(walk.userinfo(wide).json or {}) == {"sub", "email", "email_verified"}
    assert walk.silent(client, scope="openid", claims=wanted) == "consent_required"
    walk.change(client, scope="openid")
    clock.advance(2)
    assert set(walk.userinfo(wide).json or {}) == {"sub"}
