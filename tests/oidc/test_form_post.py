"""OAuth 2.0 Form Post Response Mode, wherever the application is answered."""

import re
from typing import Any

import pytest
from flask import Flask

from tests.browser_client import ISSUER, Browser, Page, authorization_query
from tests.factories import App
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk

FORM_POST = {"response_mode": "form_post"}
HOSTILE = """\'"><script>alert(1)</script>&amp;%22 +é@@fields@@"""


def policy(page: Page) -> dict[str, str]:
    header = page.headers.getlist("Content-Security-Policy")
    assert len(header) == 1
    return dict(part.strip().partition(" ")[::2] for part in header[0].split(";"))


def is_an_answer(page: Page, client: App) -> dict[str, str]:
    """What the page tells the client at its address, if it is one that may be sent."""
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.headers.getlist("Cache-Control") == ["no-store"]
    assert policy(page)["form-action"] == "https://app.example"
    assert policy(page)["default-src"] == policy(page)["frame-ancestors"] == "'none'"
    ((action, values),) = page.forms()
    assert action == client.redirect_uri
    assert values["iss"] == ISSUER
    return values


def test_a_code_is_posted_at_once_in_a_live_session(walk: Walk) -> None:
    client = walk.ready()
    told = is_an_answer(walk.authorize(client, **FORM_POST), client)
    assert told.keys() == {"code", "state", "iss"}
    assert walk.redeem(client, told["code"]).status_code == 200


def test_a_code_is_posted_at_the_end_of_the_steps(walk: Walk) -> None:
    client, person = walk.factory.client(), walk.factory.person()
    page = walk.browser.sign_in(client, person, walk.factory, **FORM_POST)
    assert walk.redeem(client, is_an_answer(page, client)["code"]).status_code == 200


def test_whoever_comes_back_to_the_page_finds_no_second_code(walk: Walk) -> None:
    client, person = walk.factory.client(), walk.factory.person()
    page = walk.browser.sign_in(client, person, walk.factory, **FORM_POST)
    walk.browser.get(page.path)
    assert "C’est déjà fait" in walk.browser.page.text


def refused(walk: Walk, client: App) -> Page:
    walk.browser.sign_in(client, walk.factory.person(), walk.factory)
    walk.authorize(client, prompt="consent", **FORM_POST)
    return walk.browser.submit(decision="refuse")


def expired(walk: Walk, client: App, clock: HeldClock) -> Page:
    walk.authorize(client, **FORM_POST)
    clock.advance(1800)
    return walk.browser.get(walk.browser.page.path)


def disabled(walk: Walk, client: App, clock: HeldClock) -> Page:
    walk.browser.authorize(client, **FORM_POST)
    walk.browser.give_password(walk.factory.person())
    walk.browser.give_code(walk.factory)
    walk.disable(client)
    clock.advance(1)
    return walk.browser.submit(decision="accept")


def somebody_else(walk: Walk, client: App) -> Page:
    claims = '{"id_token":{"sub":{"value":"x"}}}'
    walk.authorize(client, claims=claims, **FORM_POST)
    return walk.browser.give_password(walk.factory.person())


def test_every_refusal_is_posted_too(walk: Walk, clock: HeldClock) -> None:
    client = walk.factory.client()
    pages = {
        "invalid_scope": walk.authorize(client, scope="email", **FORM_POST),
        "unsupported_response_type": walk.authorize(client, response_type="token", **FORM_POST),
        "login_required": walk.authorize(client, prompt="none", **FORM_POST),
        "access_denied": refused(walk, client),
    }
    for error, page in pages.items():
        told = is_an_answer(page, client)
        assert (told["error"], told["state"]) == (error, "the-state")
    walk.browser.client.delete_cookie("dmp-session")
    assert is_an_answer(expired(walk, client, clock), client)["error"] == "access_denied"
    assert is_an_answer(somebody_else(walk, client), client)["error"] == "login_required"
    walk.browser.client.delete_cookie("dmp-session")
    assert is_an_answer(disabled(walk, client, clock), client)["error"] == "unauthorized_client"


def test_what_a_mode_that_is_not_there_is_answered_with_is_the_usual_one(walk: Walk) -> None:
    page = walk.authorize(walk.factory.client(), response_mode="form_posted")
    assert page.address.startswith("https://app.example/callback?error=invalid_request")


def test_values_are_escaped_for_html_and_not_encoded_for_an_address(walk: Walk) -> None:
    client = walk.ready()
    page = walk.authorize(client, state=HOSTILE, **FORM_POST)
    assert is_an_answer(page, client)["state"] == HOSTILE
    assert "<script>alert" not in page.text
    assert page.text.count("<script") == 1


def test_the_only_script_is_the_one_of_the_nonce(walk: Walk) -> None:
    client = walk.ready()
    nonces = set()
    for _ in range(2):
        page = walk.authorize(client, **FORM_POST)
        (script,) = re.findall(r"<script[^>]*>", page.text)
        nonce = policy(page)["script-src"].removeprefix("'nonce-").removesuffix("'")
        assert f'nonce="{nonce}"' in script
        nonces.add(nonce)
        assert walk.browser.client.get("/static/form_post.js").status_code == 200
    assert len(nonces) == 2


@pytest.mark.parametrize(
    ("parameters", "headers", "words"),
    [
        ({}, {"Accept-Language": "en"}, "Continue to app.example"),
        ({}, {"Accept-Language": "fr"}, "Continuer vers app.example"),
        ({}, {}, "Continuer vers app.example"),
        ({"ui_locales": "en-GB"}, {"Accept-Language": "fr"}, "Continue to app.example"),
    ],
)
def test_the_page_speaks_the_language_of_its_reader(
    walk: Walk, parameters: dict[str, str], headers: dict[str, str], words: str
) -> None:
    query = authorization_query(walk.ready(), **FORM_POST, **parameters)
    page = walk.browser.get(f"/authorize?{query}", headers=headers)
    assert words in page.text


def test_the_application_may_know_by_the_origin_who_posts(walk: Walk) -> None:
    page = walk.authorize(walk.ready(), **FORM_POST)
    assert page.headers.getlist("Referrer-Policy") == ["same-origin"]  # of every answer
    assert '<meta name="referrer" content="strict-origin">' in page.text


def test_an_address_that_is_none_of_the_web_gets_no_form(walk: Walk) -> None:
    client = walk.ready(redirect_uris=["com.example.app:/back"], token_endpoint_auth_method="none")
    page = walk.authorize(client, **FORM_POST)
    assert page.address.startswith("com.example.app:/back?error=invalid_request")


def test_a_posted_request_is_answered_by_a_posted_form(app: Flask, walk: Walk) -> None:
    """The cookie arrives with the GET that the POST from another site is answered with."""
    client = walk.ready()
    posted: Any = Browser(app).client.post(
        "/authorize",
        data=authorization_query(client, **FORM_POST),
        content_type="application/x-www-form-urlencoded",
    )
    assert (posted.status_code, posted.headers.getlist("Set-Cookie")) == (303, [])
    assert is_an_answer(walk.browser.get(posted.headers["Location"]), client)["code"]
