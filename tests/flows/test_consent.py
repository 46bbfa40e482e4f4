"""What an application may know is the person's to say."""

import html
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from idp import clock
from idp.db import Database
from idp.directory import configuration
from idp.models import BrowserSession, Client, ClientState, Consent
from idp.oidc import codes
from tests.browser_client import Browser, authorization_query
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.walks import events, sign_in

ASKED = "openid identite_pivot ins_c email phone"


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def portal(factory: Factory) -> App:
    return factory.client(
        client_name="Portail patient",
        policy_uri="https://app.example/policy",
        scope="openid offline_access identite_pivot ins_c email phone address profile ins",
    )


@pytest.fixture
def asked(browser: Browser, factory: Factory, person: Person, portal: App) -> Browser:
    """A browser at the consent page."""
    sign_in(browser, factory, person)
    browser.authorize(portal, scope=ASKED)
    assert browser.page.path.endswith("/consent")
    return browser


def text(browser: Browser) -> str:
    return html.unescape(browser.page.text)


def userinfo(app: Flask, browser: Browser, portal: App) -> dict:
    token = browser.tokens(portal).json["access_token"]
    answer = app.test_client().get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_page_says_who_asks_and_shows_each_value(asked: Browser) -> None:
    page = text(asked)
    assert "Portail patient" in page
    assert "édité par la Cnam" in page
    assert "https://app.example/policy" in page
    assert "MARIE CHRISTINE MARTIN, née le 31 janvier 1977 à Bourges" in page
    assert "m.martin@exemple.fr" in page
    assert "Votre INS-C" in page


def test_what_is_optional_is_declined_unless_chosen(
    app: Flask, asked: Browser, portal: App
) -> None:
    asked.submit(decision="accept")
    told = userinfo(app, asked, portal)
    assert told["family_name"] == "MARTIN"
    assert "email" not in told


def test_what_is_optional_and_chosen_is_given(app: Flask, asked: Browser, portal: App) -> None:
    asked.submit(decision="accept", email="yes")
    assert userinfo(app, asked, portal)["email"] == "m.martin@exemple.fr"


def test_what_is_necessary_cannot_be_left_out_by_a_forged_form(
    app: Flask, asked: Browser, portal: App
) -> None:
    asked.submit(decision="accept", identite_pivot="")
    assert userinfo(app, asked, portal)["family_name"] == "MARTIN"


def test_refusal_goes_back_as_access_denied(asked: Browser, database: Database) -> None:
    asked.submit(decision="refuse")
    assert asked.page.is_outside
    assert asked.page.parameters["error"] == "access_denied"
    assert asked.page.parameters["state"] == "the-state"
    assert asked.page.parameters["iss"] == "http://localhost:8000"
    assert events(database, "consent.given") == [("consent.given", "refused")]


def test_a_refusal_is_not_remembered(asked: Browser, portal: App) -> None:
    asked.submit(decision="refuse")
    assert asked.authorize(portal, scope=ASKED).path.endswith("/consent")


def test_a_session_that_ends_while_the_answer_is_made_gets_no_code(
    asked: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = codes.issue

    def issue_late(*arguments: Any) -> Any:
        with database.writing() as session:
            session.execute(update(BrowserSession).values(ended_at=clock.now()))
        return issue(*arguments)

    monkeypatch.setattr(codes, "issue", issue_late)
    asked.submit(decision="accept")
    assert asked.page.parameters["error"] == "login_required"


def test_no_decision_is_no_consent(asked: Browser, database: Database) -> None:
    asked.submit()
    assert asked.page.path.endswith("/consent")
    asked.submit(decision="perhaps")
    assert asked.page.path.endswith("/consent")
    assert events(database, "consent.given") == []


def test_consent_is_remembered_with_what_was_declined(
    app: Flask, asked: Browser, portal: App
) -> None:
    asked.submit(decision="accept", email="yes")
    asked.authorize(portal, scope=ASKED)
    assert asked.page.is_outside
    told = userinfo(app, asked, portal)
    assert "email" in told
    assert "phone_number" not in told


def test_less_is_not_asked_again(asked: Browser, portal: App) -> None:
    asked.submit(decision="accept")
    assert asked.authorize(portal, scope="openid ins_c").is_outside


def test_more_is_asked_and_says_that_it_is_more(asked: Browser, portal: App) -> None:
    asked.submit(decision="accept", email="yes")
    asked.authorize(portal, scope=f"{ASKED} address")
    assert asked.page.path.endswith("/consent")
    assert "L’application demande plus que la dernière fois" in asked.page.text
    assert "18000 BOURGES" in asked.page.text
    form = asked.forms()[0][1]
    assert form.get("email") == "yes"  # what was granted stays ticked
    assert "phone" not in form


def test_consent_is_per_application(asked: Browser, factory: Factory) -> None:
    asked.submit(decision="accept")
    assert asked.authorize(factory.client(), scope=ASKED).path.endswith("/consent")


def test_prompt_consent_asks_again(asked: Browser, portal: App) -> None:
    asked.submit(decision="accept")
    asked.authorize(portal, scope=ASKED, prompt="consent")
    assert asked.page.path.endswith("/consent")
    asked.submit(decision="accept")
    assert asked.page.is_outside


def test_staying_connected_is_said_with_its_time(asked: Browser, portal: App) -> None:
    asked.submit(decision="refuse")
    asked.authorize(portal, scope="openid offline_access", prompt="consent")
    assert "rester connectée pendant 30 jours" in asked.page.text


@pytest.mark.parametrize(
    ("claim", "title", "value"),
    [
        ("birthdate", "Votre date de naissance", "31 janvier 1977"),
        ("gender", "Votre sexe", "féminin"),
        ("birthplace", "Votre lieu de naissance", "Bourges (18033)"),
        ("birthcountry", "Votre pays de naissance", "France (99100)"),
        ("given_name", "Vos prénoms", "MARIE CHRISTINE"),
        ("email_verified", "Si votre adresse électronique est vérifiée", "oui"),
        ("phone_number", "Votre téléphone", "aucun"),
        ("address", "Votre adresse postale", "12 RUE DES TILLEULS, 18000 BOURGES"),
        ("ins", "Votre matricule INS", "2 77 01 66 828"),
    ],
)
def test_a_single_claim_is_shown_in_words(
    asked: Browser, portal: App, claim: str, title: str, value: str
) -> None:
    wanted = json.dumps({"userinfo": {claim: {"essential": True}}})
    asked.authorize(portal, scope="openid", claims=wanted)
    page = text(asked).replace("\u00a0", " ").replace("\u202f", " ")
    assert title in page
    assert value in page
    assert "{'" not in page


def test_a_single_claim_is_given_when_chosen(app: Flask, asked: Browser, portal: App) -> None:
    wanted = json.dumps({"userinfo": {"birthdate": None, "gender": None}})
    asked.authorize(portal, scope="openid", claims=wanted)
    asked.submit(decision="accept", **{"claim-birthdate": "yes"})
    told = userinfo(app, asked, portal)
    assert told["birthdate"] == "1977-01-31"
    assert "gender" not in told


def test_nobody_consents_for_the_person_who_signed_in_meanwhile(
    asked: Browser, factory: Factory, database: Database
) -> None:
    """Two tabs of one browser: the page shows Marie's values, and then her husband signs in."""
    tab, form = asked.page.path, asked.forms()[0]
    other = factory.person(mail="autre@exemple.fr")
    asked.get("/account")
    asked.submit()
    sign_in(asked, factory, other)
    asked.post(form[0], data=form[1] | {"decision": "accept"})
    assert asked.page.path == tab
    assert "autre@exemple.fr" in asked.page.text
    with database.reading() as session:
        assert session.query(Consent).count() == 0


def test_a_consent_form_of_another_journey_is_shown_again(
    asked: Browser, portal: App, database: Database
) -> None:
    first = asked.forms()[0][1]
    asked.authorize(portal, scope=ASKED)
    asked.submit(decision="accept", shown_to=first["shown_to"])
    assert asked.page.path.endswith("/consent")
    assert events(database, "consent.given") == []


def test_a_disabled_application_gets_an_error_and_no_code(
    asked: Browser, portal: App, database: Database, clock: HeldClock
) -> None:
    with database.writing() as session:
        session.get_one(Client, portal.pk).state = ClientState.DISABLED
        configuration.bump(session)
    clock.advance(2)
    asked.submit(decision="accept")
    assert asked.page.is_outside
    assert asked.page.parameters["error"] == "unauthorized_client"
    assert "code" not in asked.page.parameters


def test_the_query_of_the_request_cannot_be_changed_on_the_way(asked: Browser, portal: App) -> None:
    """Parameters stay on the server: what is added to a step's address says nothing."""
    asked.get(f"{asked.page.path}?{authorization_query(portal, scope='openid ins')}")
    assert "Votre matricule INS" not in asked.page.text
    assert "Votre INS-C" in asked.page.text
