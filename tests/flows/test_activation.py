"""From the letter to an account that is one's own."""

import html
import re

import pytest
from flask import Flask

from idp.db import Database
from idp.directory import accounts, holders
from idp.models import AccountState
from tests.browser_client import Browser
from tests.factories import INITIAL_PASSWORD, Factory
from tests.held_clock import HeldClock
from tests.walks import (
    CHOSEN,
    account_of,
    activate,
    begin_activation,
    choose_password,
    events,
    fail_password,
)

DAY = 86_400


def test_an_activated_account_opens_with_the_chosen_password(
    app: Flask, browser: Browser, factory: Factory
) -> None:
    person = factory.person(activated=False)
    activate(browser, factory, person)
    assert browser.page.path.endswith("/activated")
    another = Browser(app)
    another.get("/sign-in")
    another.give_password(person, CHOSEN)
    assert another.page.path.endswith("/code")


def test_who_activates_for_an_application_goes_on_to_it(browser: Browser, factory: Factory) -> None:
    person, portal = factory.person(activated=False), factory.client()
    browser.authorize(portal, scope="openid identite_pivot")
    browser.give_password(person)
    choose_password(browser)
    browser.give_code(factory)
    assert portal.metadata["client_name"] in browser.page.text
    browser.get(browser.page.path + "/continue")
    assert browser.page.path.endswith("/consent")
    browser.submit(decision="accept")
    assert browser.page.is_outside
    assert "code" in browser.page.parameters


def test_a_first_connection_begun_at_an_application_comes_back_to_it(
    browser: Browser, factory: Factory
) -> None:
    """By the login page's own link, or by the one of the page for who has forgotten something."""
    client = factory.client(client_name="Portail patient")
    for through_forgotten in (False, True):
        person = factory.person(activated=False)
        browser.authorize(client, prompt="login")
        if through_forgotten:
            browser.get(link_to(browser, "/forgotten"))
        browser.get(link_to(browser, "account=letter"))
        assert "Prenez le courrier" in browser.page.text
        assert "Portail patient" in browser.page.text
        fail_password(browser, person.identifier)
        assert "Prenez le courrier" in browser.page.text
        browser.give_password(person)
        choose_password(browser)
        browser.give_code(factory)
        browser.get(browser.page.path + "/continue")
        browser.submit(decision="accept")
        assert browser.tokens(client).status_code == 200


def link_to(browser: Browser, part: str) -> str:
    """The page's link whose address has this in it."""
    links = re.findall(r'href="([^"]+)"', html.unescape(browser.page.text))
    return next(link for link in links if part in link)


def test_who_leaves_half_way_begins_again_with_the_letter(
    app: Flask, browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(activated=False)
    begin_activation(browser, person)
    choose_password(browser)
    assert account_of(database, person).password_hash is None

    later = Browser(app)
    later.get("/sign-in")
    later.give_password(person, CHOSEN)
    assert later.page.status == 400
    activate_again = Browser(app)
    begin_activation(activate_again, person)
    assert activate_again.page.path.endswith("/new-password")


def test_of_two_activations_with_one_letter_the_second_is_told(
    app: Flask, browser: Browser, factory: Factory, database: Database, clock: HeldClock
) -> None:
    person, other = factory.person(activated=False), Browser(app)
    begin_activation(browser, person)
    choose_password(browser)
    first_code = factory.last_code()
    clock.advance(31)
    begin_activation(other, person)
    choose_password(other, "trois canards jaunes dans la baignoire")
    other.give_code(factory)
    assert other.page.path.endswith("/activated")

    browser.submit(code=first_code)
    assert "Un autre l’a remplacé" in browser.page.text
    clock.advance(31)
    browser.submit(form=1, channel="mail")
    browser.give_code(factory)
    assert browser.page.status == 409
    assert "Ce mot de passe initial ne sert plus" in browser.page.text
    assert events(database, "account.activated") == [("account.activated", "success")]
    # And nobody is signed in by it.
    assert browser.get("/account").path.endswith("/password")


def test_a_new_letter_made_meanwhile_ends_the_activation(
    browser: Browser, factory: Factory, database: Database, settings
) -> None:
    person = factory.person(activated=False)
    begin_activation(browser, person)
    choose_password(browser)
    holders.reletter(database, settings, person.identifier, actor="operator")
    browser.give_code(factory)
    assert browser.page.status == 409
    assert account_of(database, person).password_hash is None


def test_an_account_blocked_meanwhile_is_not_activated(
    browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(activated=False)
    begin_activation(browser, person)
    choose_password(browser)
    with database.writing() as session:
        accounts.block(
            session, person.identifier, motive=accounts.Motive.LETTER_ASTRAY, actor="operator"
        )
    browser.give_code(factory)
    assert browser.page.status == 409
    assert account_of(database, person).state == AccountState.BLOCKED


def test_an_expired_letter_says_what_to_do(
    browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    person = factory.person(activated=False)
    clock.advance(61 * DAY)
    begin_activation(browser, person)
    assert browser.page.status == 400
    assert "périmé" in browser.page.text
    assert "vous recevrez un nouveau courrier" in browser.page.text


def test_a_letter_that_has_served_says_what_to_do(
    app: Flask, browser: Browser, factory: Factory
) -> None:
    person, other = factory.person(activated=False), Browser(app)
    activate(browser, factory, person)
    begin_activation(other, person)
    assert other.page.status == 400
    assert "a déjà servi" in other.page.text
    assert "le mot de passe que vous avez choisi" in other.page.text


def test_the_initial_password_is_read_as_people_type_it(browser: Browser, factory: Factory) -> None:
    person = factory.person(activated=False)
    browser.get("/activation")
    spaced = " ".join(person.identifier[i : i + 4] for i in (0, 4, 8))
    browser.submit(identifier=f" {spaced} ", password="k7tp-4wxn-rh9m")
    assert browser.page.path.endswith("/new-password")


def test_a_wrong_key_is_a_typing_error_and_counts_nothing(
    browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(activated=False)
    mistyped = person.identifier[:-1] + str((int(person.identifier[-1]) + 1) % 10)
    browser.get("/activation")
    fail_password(browser, mistyped, times=30)
    assert browser.page.status == 400
    assert "Un chiffre semble mal tapé" in browser.page.text
    assert events(database, "password.verified") == []
    browser.give_password(person)
    assert browser.page.path.endswith("/new-password")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Saisissez votre identifiant de connexion"),
        ("12345", "Il compte 12 chiffres"),
        ("identifiant!", "Il compte 12 chiffres"),
    ],
)
def test_what_is_no_identifier_is_said_beside_the_field(
    browser: Browser, factory: Factory, typed: str, said: str
) -> None:
    browser.get("/activation")
    browser.submit(identifier=typed, password=INITIAL_PASSWORD)
    assert browser.page.status == 400
    assert said in browser.page.text
    assert 'aria-invalid="true"' in browser.page.text


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("court", "Il compte moins de 12 caractères"),
        ("x" * 129, "Il compte plus de 128 caractères"),
        ("martin christine 1977", "Il est fait de votre nom"),
        ("m.martin@exemple.fr", "Il est fait de votre nom"),
        ("K7TP-4WXN-RH9M", "C’est celui de votre courrier"),
        ("qwertyuiop123", "Il figure parmi les mots de passe connus"),
        ("motdepasse2026", "Il peut encore être deviné"),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_with_the_reason(
    browser: Browser, factory: Factory, chosen: str, said: str
) -> None:
    begin_activation(browser, factory.person(activated=False))
    choose_password(browser, chosen)
    assert browser.page.status == 400
    assert browser.page.path.endswith("/new-password")
    assert said in browser.page.text


def test_two_different_entries_are_refused(browser: Browser, factory: Factory) -> None:
    begin_activation(browser, factory.person(activated=False))
    choose_password(browser, again=CHOSEN + " non")
    assert browser.page.status == 400
    assert "Les deux saisies diffèrent" in browser.page.text
    assert CHOSEN not in browser.page.text


def test_the_rules_are_said_before(browser: Browser, factory: Factory) -> None:
    begin_activation(browser, factory.person(activated=False))
    assert "compte au moins 12 caractères" in browser.page.text
    assert "n’est fait ni de votre nom ni de votre date de naissance" in browser.page.text


def test_the_strength_is_told_while_typing(browser: Browser, factory: Factory) -> None:
    begin_activation(browser, factory.person(activated=False))
    form = browser.forms()[0][1]
    answer = browser.client.post(
        browser.page.path + "/check",
        data={"new_password": "martin"},
        headers={"X-CSRFToken": form["csrf_token"]},
        base_url="http://localhost:8000",
    )
    assert answer.status_code == 200
    assert [(rule["id"], rule["ok"]) for rule in answer.json["rules"]] == [
        ("length", False),
        ("traits", False),
        ("strength", False),
    ]


def test_a_channel_that_is_not_mine_has_a_way_out(
    browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(activated=False, mail=None, mobile="+33612345678")
    begin_activation(browser, person)
    choose_password(browser)
    assert "06 12 34 56 78" not in browser.page.text
    browser.get(browser.page.path.replace("/code", "/not-mine"))
    assert browser.page.status == 200
    assert "Ce numéro n’est plus le vôtre" in browser.page.text
    assert "le mot de passe de votre courrier reste valable" in browser.page.text
    assert account_of(database, person).state == AccountState.AWAITING_ACTIVATION


def test_the_channel_is_verified_by_its_code_and_no_other(
    browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(activated=False, mobile="+33612345678")
    begin_activation(browser, person)
    choose_password(browser)
    assert browser.page.path.endswith("/code")
    browser.submit(channel="sms")
    browser.give_code(factory)
    verified = {
        channel.kind: channel.verified_at is not None
        for channel in account_of(database, person).channels
    }
    assert verified == {"sms": True, "mail": False}


def test_every_channel_is_told_of_the_activation(browser: Browser, factory: Factory) -> None:
    person = factory.person(activated=False, mobile="+33612345678")
    activate(browser, factory, person)
    told = [each for each in factory.messages() if each["kind"] == "password-activated"]
    assert {each["recipient"] for each in told} == {person.mail, person.mobile}


def test_activating_ends_the_session_of_somebody_else_in_this_browser(
    app: Flask, browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    someone, person = factory.person(), factory.person(activated=False, mail="autre@exemple.fr")
    browser.get("/sign-in")
    browser.give_password(someone)
    browser.give_code(factory)
    old = browser.client.get_cookie("dmp-session").value

    begin_activation(browser, person)
    assert browser.page.path.endswith("/new-password")
    choose_password(browser)
    assert browser.page.path.endswith("/code")
    browser.give_code(factory)
    browser.get("/account/identity")
    assert "autre@exemple.fr" in browser.page.text

    stolen = Browser(app)
    stolen.client.set_cookie("dmp-session", old)
    assert stolen.get("/account").path.endswith("/password")


def test_the_letters_page_does_not_tell_who_is_signed_in(
    browser: Browser, factory: Factory
) -> None:
    someone = factory.person()
    browser.get("/sign-in")
    browser.give_password(someone)
    browser.give_code(factory)
    browser.get("/activation")
    assert browser.page.path.endswith("/password")
    assert browser.forms()[0][1]["identifier"] == ""


def test_going_back_to_a_step_that_is_over_leads_to_the_open_one(
    browser: Browser, factory: Factory
) -> None:
    begin_activation(browser, factory.person(activated=False))
    journey = browser.page.path.removesuffix("/new-password")
    assert browser.get(f"{journey}/password").path.endswith("/new-password")
    assert browser.get(f"{journey}/code").path.endswith("/new-password")
    assert browser.get(f"{journey}/activated").path.endswith("/new-password")


def test_a_step_cannot_be_skipped(browser: Browser, factory: Factory, database: Database) -> None:
    person = factory.person(activated=False)
    begin_activation(browser, person)
    token = browser.forms()[0][1]["csrf_token"]
    journey = browser.page.path.removesuffix("/new-password")
    browser.post(f"{journey}/code", data={"code": "000000", "csrf_token": token})
    assert browser.page.path.endswith("/new-password")
    browser.get(f"{journey}/activated/continue")
    assert browser.page.path.endswith("/new-password")
    assert account_of(database, person).state == AccountState.AWAITING_ACTIVATION
