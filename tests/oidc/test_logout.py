"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0)."""

from typing import Any
from urllib.parse import urlencode

import pytest

from idp.oidc.jws import Signer
from tests.browser_client import ISSUER, Browser, Page
from tests.factories import App
from tests.held_clock import HeldClock
from tests.oidc.walk import OFFLINE, Walk

BYE = "https://app.example/bye"


def signed_in(walk: Walk, **metadata: Any) -> tuple[App, dict[str, Any]]:
    """A client in a session, and its tokens."""
    client = walk.ready(**metadata)
    return client, walk.tokens(client)


def logout(walk: Walk, **parameters: str) -> Page:
    return walk.browser.get(f"/logout?{urlencode(parameters)}")


def still_signed_in(walk: Walk, client: App) -> bool:
    return "code" in walk.authorize(client, prompt="none").parameters


def ours(walk: Walk) -> Signer:
    signer: Signer = walk.app.extensions["idp"].provider.registry.signer("ES256")
    return signer


def test_the_hint_of_this_session_signs_out_at_once(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    page = logout(walk, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert page.address == BYE
    assert not still_signed_in(walk, client)


def test_signing_out_ends_the_tokens(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    unused = walk.code(client)
    logout(walk, id_token_hint=tokens["id_token"])
    assert walk.userinfo(tokens["access_token"]).status_code == 401
    assert walk.tells(client, tokens["access_token"]) == {"active": False}
    assert walk.redeem(client, unused).status_code == 400


def test_an_application_that_may_stay_connected_does(walk: Walk) -> None:
    client = walk.ready()
    tokens = walk.tokens(client, scope=OFFLINE)
    logout(walk, id_token_hint=tokens["id_token"])
    assert not still_signed_in(walk, client)
    assert walk.refresh(client, tokens["refresh_token"]).status_code == 200


def test_the_state_comes_back(walk: Walk) -> None:
    _, tokens = signed_in(walk)
    state = 'é & = + " <'
    page = logout(walk, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE, state=state)
    assert page.address.partition("?")[0] == BYE
    assert page.parameters == {"state": state}


def test_a_registered_query_is_kept_byte_for_byte(walk: Walk) -> None:
    bye = "https://app.example/bye?tenant=a%20b&path=/x;y"
    _, tokens = signed_in(walk, post_logout_redirect_uris=[bye])
    page = logout(walk, id_token_hint=tokens["id_token"], post_logout_redirect_uri=bye, state="s")
    assert page.address == f"{bye}&state=s"


def test_without_an_address_a_page_says_goodbye(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    page = logout(walk, id_token_hint=tokens["id_token"])
    assert (page.status, page.is_outside) == (200, False)
    assert not still_signed_in(walk, client)


def test_an_expired_hint_is_accepted(walk: Walk, clock: HeldClock) -> None:
    client, tokens = signed_in(walk)
    clock.advance(walk.settings.id_token_lifetime + 60)
    page = logout(walk, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert page.address == BYE
    assert not still_signed_in(walk, client)


def test_a_hint_with_a_list_of_audiences_keeps_its_client(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    claims = walk.id_claims(tokens) | {"aud": ["urn:somebody", client.client_id]}
    page = logout(walk, id_token_hint=ours(walk).sign(claims, "JWT"), post_logout_redirect_uri=BYE)
    assert page.address == BYE


@pytest.mark.parametrize("issuer", ["https://evil.example", [ISSUER], None])
def test_a_hint_of_another_issuer_is_refused(walk: Walk, issuer: object) -> None:
    client, tokens = signed_in(walk)
    claims = walk.id_claims(tokens) | {"iss": issuer}
    page = logout(walk, id_token_hint=ours(walk).sign(claims, "JWT"), post_logout_redirect_uri=BYE)
    assert (page.status, page.is_outside) == (400, False)
    assert still_signed_in(walk, client)


def test_what_is_no_id_token_is_no_hint(walk: Walk, stranger: Signer) -> None:
    client, tokens = signed_in(walk)
    claims = walk.id_claims(tokens)
    for hint in (
        "nothing",
        tokens["access_token"],
        stranger.sign(claims, "JWT"),
        ours(walk).sign(claims, "at+jwt"),
        ours(walk).sign(claims, "logout+jwt"),
    ):
        page = logout(walk, id_token_hint=hint, post_logout_redirect_uri=BYE)
        assert (page.status, page.is_outside) == (400, False), hint
    assert still_signed_in(walk, client)


def test_an_address_that_is_not_registered_is_refused(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    for address in (f"{BYE}/", f"{BYE}?x=1", "https://evil.example", "javascript:alert(1)"):
        page = logout(walk, id_token_hint=tokens["id_token"], post_logout_redirect_uri=address)
        assert (page.status, page.is_outside) == (400, False), address
    assert still_signed_in(walk, client)


def test_a_client_that_is_not_the_hints_is_refused(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    other = walk.factory.client()
    page = logout(walk, id_token_hint=tokens["id_token"], client_id=other.client_id)
    assert (page.status, page.is_outside) == (400, False)
    assert still_signed_in(walk, client)


def test_without_a_hint_nobody_is_redirected(walk: Walk) -> None:
    client, _ = signed_in(walk)
    logout(walk, client_id=client.client_id, post_logout_redirect_uri=BYE)
    assert not walk.browser.page.is_outside
    assert not walk.browser.submit(decision="sign_out").is_outside


def test_an_address_of_nobody_in_particular_is_refused(walk: Walk) -> None:
    client, _ = signed_in(walk)
    for unknown in ({}, {"client_id": "nobody"}):
        page = logout(walk, post_logout_redirect_uri=BYE, state="s", **unknown)
        assert (page.status, page.is_outside) == (400, False), unknown
    assert "Cette demande de déconnexion n’est pas valable" in page.text
    assert "ne vous a pas déconnecté" in page.text
    assert still_signed_in(walk, client)


def test_a_refused_request_leaves_a_way_to_sign_out(walk: Walk) -> None:
    client, _ = signed_in(walk)
    page = logout(walk, id_token_hint="nothing")
    assert 'href="/logout"' in page.text
    walk.browser.get("/logout")
    walk.browser.submit(decision="sign_out")
    assert not still_signed_in(walk, client)


def test_without_a_hint_the_person_is_asked(walk: Walk) -> None:
    client, _ = signed_in(walk)
    assert logout(walk).status == 200
    assert still_signed_in(walk, client)
    logout(walk)
    walk.browser.submit(decision="sign_out")
    assert not still_signed_in(walk, client)


def test_whoever_prefers_to_stay_stays(walk: Walk) -> None:
    client, _ = signed_in(walk)
    logout(walk, client_id=client.client_id)
    walk.browser.submit(decision="stay")
    assert walk.browser.page.path == "/account"
    assert still_signed_in(walk, client)


def test_a_hint_of_somebody_else_asks_whoever_is_here(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    other = walk.factory.person()
    walk.sign_in(other)
    walk.agree(other, client)
    page = logout(walk, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert not page.is_outside
    assert still_signed_in(walk, client)
    logout(walk, id_token_hint=tokens["id_token"], post_logout_redirect_uri=BYE)
    assert walk.browser.submit(decision="sign_out").address == BYE
    assert not still_signed_in(walk, client)


def test_a_hint_of_an_earlier_session_asks(walk: Walk) -> None:
    """It is the same person, and not what they were doing when the application was given it."""
    person, client = walk.agreed()
    earlier = walk.tokens(client)["id_token"]
    walk.browser.client.delete_cookie("dmp-session")
    walk.sign_in(person)
    assert not logout(walk, id_token_hint=earlier, post_logout_redirect_uri=BYE).is_outside
    assert still_signed_in(walk, client)


def test_a_hint_of_this_person_in_another_browser_asks(walk: Walk) -> None:
    person, client = walk.agreed()
    hint = walk.tokens(client)["id_token"]
    elsewhere = Browser(walk.app)
    walk.sign_in(person, browser=elsewhere)
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": BYE})
    assert not elsewhere.get(f"/logout?{query}").is_outside


def test_a_hint_from_before_sessions_had_names_is_about_its_person(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    claims = walk.id_claims(tokens)
    del claims["sid"]
    page = logout(walk, id_token_hint=ours(walk).sign(claims, "JWT"), post_logout_redirect_uri=BYE)
    assert page.address == BYE
    assert not still_signed_in(walk, client)


@pytest.mark.parametrize("sid", ["", "é", "another", 7, None, ["sid"]])
def test_a_hint_of_no_session_asks(walk: Walk, sid: object) -> None:
    client, tokens = signed_in(walk)
    claims = walk.id_claims(tokens) | {"sid": sid}
    page = logout(walk, id_token_hint=ours(walk).sign(claims, "JWT"), post_logout_redirect_uri=BYE)
    assert (page.status, page.is_outside) == (200, False)
    assert still_signed_in(walk, client)


def test_a_logout_hint_is_no_proof(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    sid = walk.id_claims(tokens)["sid"]
    page = logout(walk, client_id=client.client_id, logout_hint=sid, post_logout_redirect_uri=BYE)
    assert (page.status, page.is_outside) == (200, False)
    assert still_signed_in(walk, client)


def test_the_pages_speak_the_language_that_was_asked_for(walk: Walk) -> None:
    _, tokens = signed_in(walk)
    assert "Sign out?" in logout(walk, ui_locales="xx en-GB").text
    page = logout(walk, id_token_hint=tokens["id_token"], ui_locales="en")
    assert "You are signed out" in page.text


def test_without_a_session_there_is_nothing_to_ask(walk: Walk) -> None:
    _, tokens = signed_in(walk)
    asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BYE}
    logout(walk, **asked)
    assert logout(walk, **asked).address == BYE
    assert logout(walk).status == 200


def test_a_form_from_another_site_is_answered_by_a_get(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": BYE, "state": "s"}
    answer = walk.app.test_client().post("/logout", data=asked, base_url=ISSUER)
    assert answer.status_code == 303
    assert walk.browser.get(answer.headers["Location"]).address == f"{BYE}?state=s"
    assert not still_signed_in(walk, client)


def test_a_decision_that_our_page_did_not_ask_for_is_refused(walk: Walk) -> None:
    """Cookies come along from a neighbouring site too: only our form's token shows who asks."""
    client, _ = signed_in(walk)
    page = walk.browser.post("/logout", data={"decision": "sign_out"})
    assert page.status == 400
    assert still_signed_in(walk, client)


def test_a_parameter_that_is_there_twice_is_refused(walk: Walk) -> None:
    client, tokens = signed_in(walk)
    hint = tokens["id_token"]
    page = walk.browser.get(f"/logout?id_token_hint={hint}&state=a&state=b")
    assert (page.status, page.is_outside) == (400, False)
    page = walk.browser.post("/logout", data=f"id_token_hint={hint}&state=%ff")
    assert (page.status, page.is_outside) == (400, False)
    assert still_signed_in(walk, client)


def test_signing_out_is_in_the_trail(walk: Walk) -> None:
    _, tokens = signed_in(walk)
    logout(walk, id_token_hint=tokens["id_token"])
    assert walk.outcomes("session.ended") == ["success"]
