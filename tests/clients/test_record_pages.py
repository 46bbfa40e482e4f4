"""The applications open the record: refresh, step-up, and no endless round trips."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.clients.browser import Browser
from tests.clients.issuer import Issuer
from tests.clients.served import Ahead

SENSITIVE = "/documents/consultation-psychiatrie-2026-09"


@pytest.fixture
def signed_in(portal: Flask, issuer: Issuer) -> Browser:
    browser = Browser(portal, issuer)
    browser.visit("/login")
    return browser


def test_the_portal_shows_the_documents(signed_in: Browser) -> None:
    page = signed_in.visit("/documents")
    assert "Ordonnance" in page.text
    assert "dossier-7f3a" in page.text
    assert "Paracétamol" in signed_in.visit("/documents/ordonnance-2026-10").text


def test_a_stranger_is_sent_to_sign_in_and_back(portal: Flask, issuer: Issuer) -> None:
    browser = Browser(portal, issuer)
    assert "Ordonnance" in browser.visit("/documents").text
    assert browser.path == "/documents"


@pytest.mark.parametrize("identifier", ["none", "..%2fhealthz", "é", "a.b", "%00"])
def test_a_document_that_does_not_exist_is_not_found(signed_in: Browser, identifier: str) -> None:
    assert signed_in.visit(f"/documents/{identifier}").status_code == 404


def test_a_token_about_to_end_is_renewed_once(
    signed_in: Browser, issuer: Issuer, clock: Ahead
) -> None:
    clock.seconds = 290
    assert "Ordonnance" in signed_in.visit("/documents").text
    renewals = [asked for asked in issuer.token_requests if "refresh_token" in asked]
    assert len(renewals) == 1
    assert "scope" not in renewals[0]


def test_a_refresh_token_that_is_not_rotated_stays(
    signed_in: Browser, issuer: Issuer, clock: Ahead
) -> None:
    issuer.tokens = {"refresh_token": None, "scope": None}
    clock.seconds = 290
    signed_in.visit("/documents")
    page = signed_in.get("/tokens")
    assert "Renouveler maintenant" in page.text
    signed_in.submit(page, "/tokens/renew")
    first, second = [a["refresh_token"] for a in issuer.token_requests if "refresh_token" in a]
    assert first == second


def test_a_refresh_that_is_refused_leads_to_a_new_request(
    signed_in: Browser, issuer: Issuer, clock: Ahead
) -> None:
    clock.seconds = 290
    issuer.refuse_refresh = True
    answer = signed_in.get("/documents")
    assert answer.headers["Location"].startswith(f"{issuer.address}/authorize")


def test_a_token_that_the_api_rejects_is_renewed_once(signed_in: Browser, issuer: Issuer) -> None:
    issuer.access_claims = {"aud": "http://elsewhere.example"}
    broken = Browser(signed_in.app, issuer)
    broken.visit("/login")
    issuer.access_claims = {}
    assert "Ordonnance" in broken.visit("/documents").text


def test_an_old_authentication_is_renewed_for_a_sensitive_document(
    signed_in: Browser, issuer: Issuer, clock: Ahead
) -> None:
    clock.seconds = 100
    issuer.access_claims = {"auth_time": 1}
    signed_in.submit(signed_in.get("/tokens"), "/tokens/renew")
    issuer.access_claims = {}
    page = signed_in.visit(SENSITIVE)
    assert "troubles du sommeil" in page.text
    assert signed_in.path == SENSITIVE
    assert issuer.requests[-1]["max_age"] == "300"


def test_a_provider_that_ignores_max_age_is_refused(signed_in: Browser, issuer: Issuer) -> None:
    issuer.access_claims = issuer.id_claims = {"auth_time": 1}
    signed_in.submit(signed_in.get("/tokens"), "/tokens/renew")
    answer = signed_in.visit(SENSITIVE)
    assert answer.status_code == 400


def test_an_api_that_is_never_content_does_not_make_a_loop(
    signed_in: Browser, issuer: Issuer
) -> None:
    issuer.access_claims = {"acr": "urn:dmp:acr:password"}
    before = len(issuer.requests)
    answer = Browser(signed_in.app, issuer).visit("/documents")
    assert answer.status_code == 403
    assert "Réessayer" in answer.text
    assert len(issuer.requests) == before + 2


def test_tokens_are_explained(signed_in: Browser) -> None:
    page = signed_in.get("/tokens")
    for word in ("at+jwt", "auth_time", "dossier-7f3a", "holder-1", "niveau de la preuve"):
        assert word in page.text


def test_an_opaque_token_is_called_opaque(portal: Flask, issuer: Issuer) -> None:
    issuer.tokens = {"access_token": "opaque"}
    browser = Browser(portal, issuer)
    browser.visit("/login")
    assert "Il est opaque" in browser.get("/tokens").text


def test_appointments_are_content_with_the_password(appointments: Flask, issuer: Issuer) -> None:
    page = Browser(appointments, issuer).visit("/login")
    assert "Mes prochains rendez-vous" in page.text
    assert "Mot de passe seul" in page.text
    assert issuer.requests[0]["acr_values"] == "urn:dmp:acr:password"
    assert issuer.requests[0]["scope"] == "openid email"


def test_the_record_asks_for_the_second_level_and_the_scope(
    appointments: Flask, issuer: Issuer
) -> None:
    browser = Browser(appointments, issuer)
    browser.visit("/login")
    page = browser.visit("/documents")
    assert "Ordonnance" in page.text
    assert issuer.requests[1]["acr_values"] == "urn:dmp:acr:mfa"
    assert issuer.requests[1]["scope"] == "openid email dmp:documents"
    assert "Deux étapes" in browser.get("/").text


def test_refusing_the_record_leaves_the_appointments(appointments: Flask, issuer: Issuer) -> None:
    browser = Browser(appointments, issuer)
    browser.visit("/login")
    issuer.error = "access_denied"
    answer = browser.visit("/documents")
    assert answer.status_code == 403
    assert 'href="/documents">Réessayer' in answer.text
    assert "Mes prochains rendez-vous" in browser.get("/").text


def test_a_provider_that_gives_less_than_asked_ends_in_a_page(
    appointments: Flask, issuer: Issuer
) -> None:
    issuer.tokens = {"scope": "openid email"}
    browser = Browser(appointments, issuer)
    browser.visit("/login")
    assert browser.visit("/documents").status_code == 403
