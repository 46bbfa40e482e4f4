"""Signing in and out of the applications, and every answer that must not sign anybody in."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey

from clients.portal.app import create_app
from clients.settings import RelyingPartySettings
from tests.clients.browser import Browser
from tests.clients.issuer import Issuer


def test_the_request_carries_state_nonce_and_pkce(portal: Flask, issuer: Issuer) -> None:
    Browser(portal, issuer).visit("/login")
    asked = issuer.requests[0]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["state"]
    assert asked["nonce"]
    assert asked["acr_values"] == "urn:dmp:acr:mfa"
    assert asked["redirect_uri"] == "http://127.0.0.1:8100/callback"
    assert {"openid", "offline_access", "ins_c", "dmp:documents"} <= set(asked["scope"].split())
    assert issuer.token_requests[0]["code_verifier"]


def test_signing_in_shows_identity_and_level(portal: Flask, issuer: Issuer) -> None:
    page = Browser(portal, issuer).visit("/login")
    assert "Marie Christine" in page.text
    assert "31\u00a0janvier 1977" in page.text
    assert "1322\u00a06740\u00a00878\u00a03621\u00a09667\u00a095" in page.text
    assert "Deux étapes" in page.text
    assert "reçu par SMS" in page.text


def test_what_was_not_shared_is_said_so(portal: Flask, issuer: Issuer) -> None:
    issuer.userinfo = {"phone_number": None, "birthdate": "1977-00-00"}
    page = Browser(portal, issuer).visit("/login")
    assert "non partagé" in page.text
    assert "00/00/1977" in page.text


def test_the_cookie_holds_a_number_and_changes_at_sign_in(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    callback = browser.callback()
    before = browser.cookie
    answer = browser.get(callback)
    assert browser.cookie
    assert browser.cookie != before
    assert len(browser.cookie) == 43
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_a_cookie_that_we_did_not_give_is_not_taken_up(portal: Flask, issuer: Issuer) -> None:
    client = portal.test_client()
    client.set_cookie("portail_session", "chosen-by-somebody-else")
    client.get("/login")
    cookie = client.get_cookie("portail_session")
    assert cookie
    assert cookie.value != "chosen-by-somebody-else"


def test_a_session_ends_after_eight_hours(portal: Flask, issuer: Issuer, clock: Any) -> None:
    browser = Browser(portal, issuer)
    browser.visit("/login")
    clock.seconds = 8 * 3600 + 1
    assert "Se connecter" in browser.get("/").text


def test_two_tabs_sign_in_without_disturbing_each_other(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    first, second = browser.callback("/login"), browser.callback("/login?next=/tokens")
    assert browser.get(second).headers["Location"] == "/tokens"
    assert browser.get(first).headers["Location"] == "/"


def test_an_answer_serves_once(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    callback = browser.callback()
    browser.get(callback)
    assert browser.get(callback).headers["Location"] == "/"
    assert len(issuer.token_requests) == 1


def test_an_answer_asked_for_in_another_browser_is_refused(portal: Flask, issuer: Issuer) -> None:
    callback = Browser(portal, issuer).callback()
    answer = Browser(portal, issuer).get(callback)
    assert answer.status_code == 400
    assert "Réessayer" in answer.text
    assert not issuer.token_requests


@pytest.mark.parametrize(
    "path", ["/callback", "/callback?code=a", "/callback?state=%00&code=a", "/callback?error=x"]
)
def test_an_answer_to_no_question_is_refused(portal: Flask, issuer: Issuer, path: str) -> None:
    assert Browser(portal, issuer).get(path).status_code == 400


@pytest.mark.parametrize("issuer_named", ["http://evil.example", ""])
@pytest.mark.parametrize("error", [None, "access_denied"])
def test_an_answer_of_another_issuer_is_refused(
    portal: Flask, issuer: Issuer, issuer_named: str, error: str | None
) -> None:
    issuer.response, issuer.error = {"iss": issuer_named}, error
    answer = Browser(portal, issuer).visit("/login")
    assert answer.status_code == 400
    assert "refusé" not in answer.text
    assert not issuer.token_requests


def test_an_answer_without_issuer_is_refused(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    callback = browser.callback().split("&iss=")[0]
    assert browser.get(callback).status_code == 400


def test_a_parameter_that_comes_twice_is_refused(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    assert browser.get(browser.callback() + "&code=another").status_code == 400
    assert not issuer.token_requests


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "rendez-vous"},
        {"aud": ["rendez-vous"], "azp": "portail-patient"},
        {"iss": "http://evil.example"},
        {"exp": 1},
    ],
)
def test_an_id_token_not_meant_for_this_sign_in_is_refused(
    portal: Flask, issuer: Issuer, claims: dict[str, Any]
) -> None:
    issuer.id_claims = claims
    browser = Browser(portal, issuer)
    assert browser.visit("/login").status_code == 400
    assert "Se connecter" in browser.get("/").text


def test_an_answer_without_id_token_signs_nobody_in(portal: Flask, issuer: Issuer) -> None:
    issuer.tokens = {"id_token": None}
    assert Browser(portal, issuer).visit("/login").status_code == 400


def test_an_id_token_signed_by_a_stranger_is_refused(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    browser.visit("/login")
    browser = Browser(portal, issuer)
    callback = browser.callback()
    issuer.keys = [ECKey.generate_key("P-256", parameters={"kid": "first"})]
    assert browser.get(callback).status_code == 400


def test_userinfo_of_another_person_is_refused(portal: Flask, issuer: Issuer) -> None:
    issuer.userinfo = {"sub": "holder-2"}
    browser = Browser(portal, issuer)
    assert browser.visit("/login").status_code == 400
    assert "Se connecter" in browser.get("/").text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        ("access_denied", 403, "Vous avez refusé"),
        ("interaction_required", 403, "La connexion n’a pas abouti"),
        ("unmet_authentication_requirements", 403, "Cette connexion ne suffit pas"),
        ("temporarily_unavailable", 503, "momentanément indisponible"),
        ("never_heard_of", 502, "La connexion n’a pas abouti"),
    ],
)
def test_a_refusal_is_told_in_words_with_a_way_back(
    portal: Flask, issuer: Issuer, error: str, status: int, words: str
) -> None:
    issuer.error = error
    answer = Browser(portal, issuer).visit("/login?next=/documents")
    assert answer.status_code == status
    assert words in answer.text
    assert 'href="/login?next=/documents"' in answer.text


def test_a_description_is_shown_as_text(portal: Flask, issuer: Issuer) -> None:
    issuer.error = "access_denied"
    issuer.response = {"error_description": "<script>alert(1)</script>" * 100}
    answer = Browser(portal, issuer).visit("/login")
    assert "<script>" not in answer.text


def test_a_code_that_the_provider_no_longer_knows_is_told_in_words(
    portal: Flask, issuer: Issuer
) -> None:
    browser = Browser(portal, issuer)
    callback = browser.callback()
    issuer.codes.clear()
    answer = browser.get(callback)
    assert answer.status_code == 403
    assert "Il suffit de recommencer" in answer.text


@pytest.mark.parametrize(
    "next",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "///evil.example",
        "evil",
        "/\t/e",
    ],
)
def test_nobody_is_led_to_another_site(portal: Flask, issuer: Issuer, next: str) -> None:
    browser = Browser(portal, issuer)
    location = browser.get(browser.callback(f"/login?next={next}")).headers["Location"]
    assert location in ("/", "/evil.example")


def test_a_provider_out_of_reach_is_told_in_words(tmp_path: Path) -> None:
    app = create_app(
        RelyingPartySettings(
            "http://127.0.0.1:1", 8100, "portal", "secret", tmp_path / "p.sqlite3", "http://x"
        )
    )
    answer = app.test_client().get("/login")
    assert answer.status_code == 503
    assert "ne répond pas" in answer.text
    assert app.test_client().get("/").status_code == 200


def test_signing_out_ends_the_session_here_and_at_the_provider(
    portal: Flask, issuer: Issuer, tmp_path: Path
) -> None:
    browser = Browser(portal, issuer)
    home = browser.visit("/login")
    page = browser.submit(home, "/logout")
    assert browser.path == "/logged-out"
    assert "fermée ici et au Dossier Médical Partagé" in page.text
    assert "Se connecter" in browser.get("/").text
    asked = issuer.logouts[0]
    assert asked["id_token_hint"].count(".") == 2
    assert asked["post_logout_redirect_uri"] == "http://127.0.0.1:8100/logged-out"
    with sqlite3.connect(tmp_path / "portail-patient.sqlite3") as database:
        assert database.execute("SELECT * FROM session_values WHERE name='tokens'").fetchall() == []


def test_only_a_form_of_the_session_signs_out(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    browser.visit("/login")
    for form in ({}, {"csrf": ""}, {"csrf": "é"}, {"csrf": "guessed"}):
        assert browser.post("/logout", form).status_code == 400
    assert "Marie" in browser.get("/").text


def test_a_link_to_the_signed_out_page_signs_nobody_out(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    browser.visit("/login")
    assert browser.get("/logged-out?state=x").headers["Location"] == "/"
    assert "Marie" in browser.get("/").text


def test_pages_run_no_script_and_are_framed_by_nobody(portal: Flask, issuer: Issuer) -> None:
    policy = portal.test_client().get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert f"form-action 'self' {issuer.address}" in policy


def test_every_style_sheet_and_font_is_served_but_the_states_own(portal: Flask) -> None:
    client = portal.test_client()
    page = client.get("/").text
    for sheet in page.split('rel="stylesheet" href="')[1:]:
        assert client.get(sheet.split('"')[0]).status_code == 200
    assert client.get("/look/fonts/Regular.ttf").status_code == 200
    assert client.get("/look/icon.svg").status_code == 200
    assert client.get("/look/dsfr/core/fonts/Marianne-Bold.woff2").status_code == 404
    assert client.get("/look/dsfr/icons/../../x.svg").status_code == 404
