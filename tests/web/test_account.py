"""The holder's own pages."""

import html

import pytest
from flask import Flask
from sqlalchemy import select

from idp.db import Database
from idp.directory import accounts
from idp.models import Consent
from tests.browser_client import Browser, token_request
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.walks import WRONG, events, fail_code, fail_password, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile="+33612345678")


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(browser, factory, person)
    return browser


def text(browser: Browser) -> str:
    return html.unescape(browser.page.text).replace("\u00a0", " ").replace("\u202f", " ")


def consent_of(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(Consent.id)).one()


def test_it_shows_who_one_is(home: Browser, person: Person) -> None:
    home.get("/account/identity")
    page = text(home)
    for shown in (
        "MARTIN",
        "MARIE CHRISTINE",
        "31 janvier 1977",
        "Bourges",
        "12 RUE DES TILLEULS",
        "Cpam du Cher",
        "2 77 01 66 828",
        "m.martin@exemple.fr",
        "06 12 34 56 78",
    ):
        assert shown in page


def test_it_says_how_to_have_it_rectified(home: Browser) -> None:
    home.get("/account/identity")
    page = text(home)
    assert "votre organisme les corrige" in page
    assert "Cpam du Cher<br>18000 BOURGES" in page
    assert 'href="/account/channels"' in page
    assert 'href="/account/export"' in page


def test_it_shows_what_one_signs_in_with(home: Browser, person: Person) -> None:
    spaced = " ".join(person.identifier[i : i + 4] for i in (0, 4, 8))
    assert spaced in text(home)
    assert "Codes par SMS ou par courriel." in text(home)


def test_it_shows_the_last_connections_newest_first(
    app: Flask, home: Browser, person: Person, clock: HeldClock
) -> None:
    clock.advance(60)
    stranger = Browser(app)
    stranger.get("/sign-in")
    fail_password(stranger, person.identifier)
    home.get("/account")
    page = text(home)
    assert page.index("Tentative refusée") < page.index("depuis Firefox sur Windows")
    assert "Mot de passe et code par courriel" in page
    assert page.count("Session en cours") == 1


def test_a_connection_of_the_password_alone_does_not_boast_a_code(
    home: Browser, app: Flask, factory: Factory, person: Person, clock: HeldClock
) -> None:
    clock.advance(30)
    half_way = Browser(app)
    half_way.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    half_way.get("/sign-in")
    half_way.give_password(person)
    half_way.submit(channel="mail")
    fail_code(half_way, factory)
    home.get("/account")
    assert text(home).count("Mot de passe et code par courriel") == 1
    assert "code erroné" in text(home)


def test_it_does_not_show_what_others_did(
    home: Browser, app: Flask, factory: Factory, person: Person
) -> None:
    other = factory.person(mail="autre@exemple.fr")
    stranger = Browser(app)
    stranger.get("/sign-in")
    stranger.submit(identifier=other.identifier, password=WRONG)
    home.get("/account")
    assert "Tentative refusée" not in text(home)


@pytest.fixture
def portal(factory: Factory) -> App:
    return factory.client(client_name="Portail patient")


@pytest.fixture
def agreed(home: Browser, portal: App) -> Browser:
    """The portal has a consent and, by it, tokens."""
    home.authorize(portal, scope="openid offline_access ins_c")
    home.submit(decision="accept")
    return home


def test_it_lists_the_applications_with_what_they_know(agreed: Browser) -> None:
    agreed.get("/account/applications")
    page = text(agreed)
    assert "Portail patient" in page
    assert "Accord donné le 22 novembre 2026." in page
    assert "Dernier accès : aujourd’hui, 14 h 32." in page
    assert "iNS-C" not in page
    assert "votre INS-C" in page


def test_an_application_that_knows_nothing_but_who_one_is_says_so(
    home: Browser, portal: App
) -> None:
    home.authorize(portal, scope="openid")
    home.submit(decision="accept")
    home.get("/account/applications")
    assert "Elle vous reconnaît, et ne sait rien d’autre de vous." in text(home)


def test_a_connection_says_which_applications_it_led_to(
    agreed: Browser, portal: App, factory: Factory
) -> None:
    agreed.authorize(factory.client(client_name="Mes rendez-vous"), scope="openid")
    agreed.submit(decision="accept")
    agreed.authorize(portal, scope="openid")
    agreed.get("/account")
    words = "Portail patient, Mes rendez-vous · mot de passe et code par courriel"
    assert words in " ".join(text(agreed).split())


def test_withdrawing_is_confirmed_before_it_is_done(agreed: Browser, database: Database) -> None:
    agreed.get(f"/account/applications/{consent_of(database)}/withdraw")
    assert agreed.page.status == 200
    assert "Retirer votre accord" in agreed.page.text
    consent_of(database)


def test_withdrawing_kills_the_tokens_at_once(
    app: Flask, agreed: Browser, portal: App, database: Database
) -> None:
    tokens = agreed.tokens(portal).json
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert app.test_client().get("/userinfo", headers=bearer).status_code == 200
    asked = {"token": tokens["access_token"]}
    assert token_request(app, portal, asked, "/introspect").json["active"]

    agreed.get(f"/account/applications/{consent_of(database)}/withdraw")
    agreed.submit()
    assert agreed.page.path == "/account/applications"
    assert "Portail patient ne peut plus rien demander sur vous." in text(agreed)
    assert "Aucune application" in text(agreed)
    assert app.test_client().get("/userinfo", headers=bearer).status_code == 401
    assert token_request(app, portal, asked, "/introspect").json == {"active": False}
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert token_request(app, portal, refresh).json["error"] == "invalid_grant"
    assert events(database, "consent.withdrawn") == [("consent.withdrawn", "success")]


def test_withdrawing_kills_a_code_that_was_not_redeemed_yet(
    agreed: Browser, portal: App, database: Database
) -> None:
    code_page = agreed.page
    agreed.get(f"/account/applications/{consent_of(database)}/withdraw")
    agreed.submit()
    agreed.page = code_page
    assert agreed.tokens(portal).json["error"] == "invalid_grant"


def test_after_withdrawing_the_application_has_to_ask_again(
    agreed: Browser, portal: App, database: Database
) -> None:
    agreed.get(f"/account/applications/{consent_of(database)}/withdraw")
    agreed.submit()
    agreed.authorize(portal, scope="openid ins_c")
    assert agreed.page.path.endswith("/consent")


def test_a_withdrawal_sent_twice_is_harmless(agreed: Browser, database: Database) -> None:
    agreed.get(f"/account/applications/{consent_of(database)}/withdraw")
    address, form = agreed.forms()[0]
    agreed.submit()
    agreed.post(address, data=form)
    assert agreed.page.path == "/account/applications"
    assert agreed.page.status == 200


def test_somebody_elses_consent_is_refused(
    app: Flask, agreed: Browser, factory: Factory, portal: App, database: Database
) -> None:
    theirs = consent_of(database)
    other = Browser(app)
    sign_in(other, factory, factory.person(mail="autre@exemple.fr"))
    token = other.forms()[0][1]["csrf_token"]
    other.get(f"/account/applications/{theirs}/withdraw")
    assert other.page.path == "/account/applications"
    assert "Portail patient" not in other.page.text
    other.post(f"/account/applications/{theirs}/withdraw", data={"csrf_token": token})
    assert consent_of(database) == theirs
    assert agreed.tokens(portal).status_code == 200


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40, "x", "-1"])
def test_a_consent_that_is_none_is_no_error(home: Browser, number: str) -> None:
    home.get(f"/account/applications/{number}/withdraw")
    assert home.page.status in {200, 404}


def test_nobody_signed_in_sees_nothing(browser: Browser, person: Person) -> None:
    for page in ("", "/identity", "/applications", "/applications/1/withdraw", "/not-me"):
        browser.get(f"/account{page}")
        assert browser.page.path.endswith("/password")
        assert "MARTIN" not in browser.page.text


def test_a_blocked_account_is_shut_out_at_once(
    home: Browser, person: Person, database: Database
) -> None:
    with database.writing() as session:
        accounts.block(
            session, person.identifier, motive=accounts.Motive.HOLDER_REQUEST, actor="operator"
        )
    assert home.get("/account").path.endswith("/password")


def test_the_way_out_of_a_connection_that_was_not_mine(home: Browser) -> None:
    home.get("/account/not-me")
    assert "09 00 00 00 00" in text(home)
