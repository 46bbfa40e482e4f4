"""What the provider tells an application of a logout elsewhere, and what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tests.clients.browser import Browser
from tests.clients.issuer import Issuer

CLIENT, OTHER = "portail-patient", "rendez-vous"


def tell(app: Flask, token: str) -> TestResponse:
    return app.test_client().post("/backchannel-logout", data={"logout_token": token})


def signed_in(app: Flask, issuer: Issuer, **id_claims: Any) -> Browser:
    issuer.id_claims = id_claims
    browser = Browser(app, issuer)
    browser.visit("/login")
    assert is_signed_in(browser)
    return browser


def is_signed_in(browser: Browser) -> bool:
    return "Se déconnecter" in browser.get("/").text


def test_a_logout_token_signs_out_of_the_session_that_it_names(
    portal: Flask, issuer: Issuer
) -> None:
    here = signed_in(portal, issuer)
    elsewhere = signed_in(portal, issuer, sid="session-2")
    answer = tell(portal, issuer.logout_token(CLIENT))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not is_signed_in(here)
    assert is_signed_in(elsewhere)


def test_a_token_without_a_session_signs_its_person_out_everywhere(
    portal: Flask, issuer: Issuer
) -> None:
    browsers = [signed_in(portal, issuer, sid=sid) for sid in ("session-1", "session-2")]
    assert tell(portal, issuer.logout_token(CLIENT, sid=None)).status_code == 200
    assert not any(map(is_signed_in, browsers))


def test_a_token_is_good_once(portal: Flask, issuer: Issuer) -> None:
    token = issuer.logout_token(CLIENT)
    signed_in(portal, issuer)
    assert tell(portal, token).status_code == 200
    again = signed_in(portal, issuer)
    assert tell(portal, token).status_code == 400
    assert is_signed_in(again)


def test_a_session_that_is_not_here_is_no_error(portal: Flask, issuer: Issuer) -> None:
    assert tell(portal, issuer.logout_token(CLIENT, sid="unknown")).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": OTHER},
        {"aud": [OTHER]},
        {"aud": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"iat": None},
        {"jti": None},
        {"jti": 7},
        {"events": None},
        {"events": []},
        {"events": {}},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": True}},
        {"nonce": "n"},
        {"sub": None, "sid": None},
        {"sid": 7},
        {"typ": "JWT"},
        {"typ": "at+jwt"},
    ],
    ids=str,
)
def test_a_token_with_a_claim_that_is_wrong_signs_nobody_out(
    portal: Flask, issuer: Issuer, wrong: dict[str, Any]
) -> None:
    browser = signed_in(portal, issuer)
    answer = tell(portal, issuer.logout_token(CLIENT, **wrong))
    assert answer.status_code == 400
    assert (answer.json or {})["error"] == "invalid_request"
    assert is_signed_in(browser)


def test_what_the_provider_did_not_sign_signs_nobody_out(portal: Flask, issuer: Issuer) -> None:
    browser = signed_in(portal, issuer)
    ours = issuer.keys[-1]
    issuer.keys[-1] = ECKey.generate_key("P-256", parameters={"kid": "first", "alg": "ES256"})
    forged = issuer.logout_token(CLIENT)
    issuer.keys[-1] = ours
    unsigned = f"eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.{forged.split('.')[1]}."
    for token in (forged, unsigned, "", "x", "a.b.c", "é"):
        assert tell(portal, token).status_code == 400, token
    assert is_signed_in(browser)


def test_a_new_key_of_the_provider_is_fetched(portal: Flask, issuer: Issuer, clock: Any) -> None:
    first = signed_in(portal, issuer)
    assert tell(portal, issuer.logout_token(CLIENT)).status_code == 200
    assert not is_signed_in(first)
    issuer.keys.append(ECKey.generate_key("P-256", parameters={"kid": "second", "alg": "ES256"}))
    clock.seconds = 10
    second = signed_in(portal, issuer)
    assert tell(portal, issuer.logout_token(CLIENT)).status_code == 200
    assert not is_signed_in(second)


def test_a_frame_of_the_provider_signs_out_without_a_cookie(
    appointments: Flask, issuer: Issuer
) -> None:
    browser = signed_in(appointments, issuer)
    asked = {"iss": issuer.address, "sid": "session-1"}
    answer = appointments.test_client().get("/frontchannel-logout", query_string=asked)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy == f"default-src 'none'; frame-ancestors {issuer.address}"
    assert "X-Frame-Options" not in answer.headers
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "asked", [{}, {"sid": "session-1"}, {"iss": "https://other.example", "sid": "session-1"}]
)
def test_a_frame_that_does_not_name_provider_and_session_signs_nobody_out(
    appointments: Flask, issuer: Issuer, asked: dict[str, str]
) -> None:
    browser = signed_in(appointments, issuer)
    answer = appointments.test_client().get("/frontchannel-logout", query_string=asked)
    assert answer.status_code == 400
    assert is_signed_in(browser)


def test_a_guessed_session_is_nobodys(appointments: Flask, issuer: Issuer) -> None:
    browser = signed_in(appointments, issuer, sid=None)
    for sid in ("", "null", "session-1"):
        asked = {"iss": issuer.address, "sid": sid}
        appointments.test_client().get("/frontchannel-logout", query_string=asked)
    assert is_signed_in(browser)
