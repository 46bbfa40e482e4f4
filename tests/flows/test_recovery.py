"""A lost password, a lost identifier, and the way back in."""

import pytest
from flask import Flask
from sqlalchemy import update

from idp.config import Settings
from idp.db import Database
from idp.directory import new_channels
from idp.identity import login_identifier
from idp.models import NewChannel
from tests.browser_client import Browser, token_request
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_passkey, add_totp, make_recovery_codes, shown, use
from tests.recoveries import (
    MOBILE,
    NEW,
    ask_for_identifier,
    ask_for_password,
    begin,
    look_up,
    other,
    sent,
    to_new_password,
    words,
)
from tests.walks import account_of, choose_password, events, fail_password, signed_in

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile=MOBILE)


# The password


def test_a_link_by_mail_and_a_code_by_sms_lead_to_a_new_password(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    """Asked for here, finished on another device; who was signed in is out, and told."""
    client = factory.client()
    browser.authorize(client, scope="openid offline_access", prompt="consent")
    browser.give_password(person)
    browser.submit(channel="mail")
    browser.give_code(factory)
    browser.submit(decision="accept")
    refresh = (browser.tokens(client).json or {})["refresh_token"]
    link, code = begin(app, factory, person)
    halves = [(each["channel"], each["recipient"]) for each in sent(factory, "recovery")]
    assert halves == [("mail", person.mail), ("sms", MOBILE)]

    elsewhere = Browser(app)
    assert "/new-password/" in to_new_password(elsewhere, link, code).path
    assert "Votre mot de passe est changé" in choose_password(elsewhere, NEW).text

    assert elsewhere.get("/account").path.endswith("/password")  # nobody is signed in by it
    assert browser.get("/account").path.endswith("/password")
    again = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert token_request(app, client, again).status_code == 400
    told = sent(factory, "security-notice")
    assert [each["context"]["what"] for each in told[-2:]] == ["password_changed"] * 2
    fail_password(elsewhere, person.identifier)
    assert "n’est pas le bon" in elsewhere.page.text
    assert elsewhere.give_password(person, NEW).path.endswith("/code")
    acts = [act for act, _ in events(database)]
    assert [act for act in acts if act.startswith(("recovery", "password.changed"))] == [
        "recovery.asked",
        "recovery.verified",
        "password.changed",
    ]


@sqlite_only
def test_the_application_that_waits_is_not_lost_on_the_way(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    client = factory.client()
    browser.authorize(client)
    waits = browser.page.path.rpartition("/")[0]
    browser.get(f"/forgotten?interaction={waits.rpartition('/')[2]}")
    address = browser.page.text.partition('id="lost-password" href="')[2].partition('"')[0]
    browser.get(address)
    browser.submit(identifier=person.identifier)
    look_up(app)
    told = [each["context"] for each in sent(factory, "recovery")]
    to_new_password(browser, f"/recovery/link/{told[0]['token']}", told[1]["code"])
    assert f'href="{waits}"' in choose_password(browser, NEW).text
    browser.get(waits)
    assert browser.give_password(person, NEW).path.startswith(waits)
    stranger = Browser(app)
    stranger.get(browser.page.path)
    page = stranger.get(f"/recovery/new-password/done?interaction={waits.rpartition('/')[2]}")
    assert 'href="/sign-in"' in page.text


@sqlite_only
@pytest.mark.parametrize("lacks", ["mail", "mobile", "activation"])
def test_who_cannot_have_both_is_told_that_it_takes_a_letter(
    app: Flask, browser: Browser, factory: Factory, lacks: str
) -> None:
    mail, mobile = "m.martin@exemple.fr", MOBILE
    person = factory.person(
        mail=None if lacks == "mail" else mail,
        mobile=None if lacks == "mobile" else mobile,
        activated=lacks != "activation",
    )
    page = ask_for_password(browser, person.identifier)
    assert "nouveau courrier" in page.text
    look_up(app)
    assert not sent(factory, "recovery")
    told = {each["recipient"] for each in sent(factory, "recovery-by-letter")}
    assert told == {address for address in (person.mail, person.mobile) if address}


@sqlite_only
def test_operators_are_not_written_to(app: Flask, browser: Browser, factory: Factory) -> None:
    operator = factory.operator("help_desk")
    ask_for_password(browser, operator.identifier)
    assert look_up(app) == 1
    assert not sent(factory, "recovery", "recovery-by-letter")


@sqlite_only
def test_the_rules_are_those_of_an_activation(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    to_new_password(browser, *begin(app, factory, person))
    for weak in ("court", "martin19770131", "azertyuiopqsdf"):
        assert choose_password(browser, weak).status == 400
    assert choose_password(browser, NEW, "une autre phrase").status == 400
    assert choose_password(browser, NEW).status == 200
    assert "Votre mot de passe est changé" in browser.page.text


@sqlite_only
def test_link_and_code_are_good_for_half_an_hour(
    app: Flask, browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    link, code = begin(app, factory, person)
    browser.get(link)
    clock.advance(1800)
    assert browser.submit(code=code).status == 410


@sqlite_only
def test_so_many_are_asked_for_in_a_day_and_an_address(
    app: Flask, browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    for number in range(5):
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert ask_for_password(browser, person.identifier).path.endswith("/sent")
    assert "Il faut attendre" in ask_for_password(browser, person.identifier).text
    assert browser.page.status == 400
    own = signed_in(app, factory, person)  # a browser that the account knows
    assert ask_for_password(own, person.identifier).path.endswith("/sent")
    clock.advance(86_400)
    assert ask_for_password(browser, person.identifier).path.endswith("/sent")
    for _ in range(30):
        ask_for_password(browser, login_identifier.generate())
    assert "Il faut attendre" in browser.page.text


# Who has more than channels


@sqlite_only
@pytest.mark.parametrize("way", ["totp", "recovery", "passkey"])
def test_who_has_another_factor_proves_it_too(
    app: Flask, browser: Browser, factory: Factory, person: Person, clock: HeldClock, way: str
) -> None:
    home = signed_in(app, factory, person)
    has = {"totp": add_totp, "recovery": make_recovery_codes, "passkey": add_passkey}[way](home)
    clock.advance(30)
    link, code = begin(app, factory, person)
    lost = Browser(app)
    assert "/proof/" in to_new_password(lost, link, code).path
    if way == "passkey":
        page = use(lost, has)  # type: ignore[arg-type]
    else:
        wrong, right = ("000000", shown(has)) if way == "totp" else ("K7TP4WXNRH9M", has[0])  # type: ignore[arg-type]
        assert lost.submit(code=wrong).status == 400
        page = lost.submit(code=right)
    assert "/new-password/" in page.path
    assert "Votre mot de passe est changé" in choose_password(lost, NEW).text


# The identifier


def test_a_lost_identifier_is_sent_to_the_verified_channel(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    for typed in (str(person.mail), "06 12 34 56 78"):
        ask_for_identifier(browser, typed)
        look_up(app)
        last = sent(factory, "login-identifier")[-1]
        assert last["context"]["login_identifier"] == person.identifier
    assert last["recipient"] == MOBILE


@sqlite_only
def test_nobody_has_to_know_the_capitals_of_the_address(
    app: Flask, browser: Browser, factory: Factory, settings: Settings, database: Database
) -> None:
    """Those that an agent entered, those of a change in the space, those typed now."""
    enrolled = factory.person(mail="M.Martin@Example.fr")
    moved = factory.person(mail="x@example.fr", mobile=None)
    home = signed_in(app, factory, moved)
    home.get("/account/channels/mail/new")
    home.submit(value="J.Petit@Example.fr")
    home.submit(code=sent(factory, "channel-code")[-1]["context"]["code"])
    with database.writing() as session:
        session.execute(update(NewChannel).values(effective_at=0))
    new_channels.take_effect(database, settings)
    for person, recorded in ((enrolled, "M.Martin@Example.fr"), (moved, "J.Petit@Example.fr")):
        for typed in (recorded, recorded.lower(), recorded.upper()):
            ask_for_identifier(browser, typed)
            assert look_up(app) == 1
            told = sent(factory, "login-identifier").pop()
            assert told["recipient"] == recorded, "where it was recorded, and not as it was typed"
            assert told["context"]["login_identifier"] == person.identifier
    assert len(sent(factory, "login-identifier")) == 6


@sqlite_only
def test_a_channel_that_nobody_has_confirmed_is_told_nothing(
    app: Flask, browser: Browser, factory: Factory
) -> None:
    factory.person(mail="jamais@exemple.fr", activated=False)
    ask_for_identifier(browser, "jamais@exemple.fr")
    assert look_up(app) == 1
    assert not sent(factory, "login-identifier")


@sqlite_only
def test_what_is_neither_address_nor_number_is_said_at_once(browser: Browser) -> None:
    for typed in ("", "marie", "marie@", "01 23 45 67 89", "x" * 5000):
        page = ask_for_identifier(browser, typed)
        assert (page.status, "Par exemple" in page.text) == (400, True), typed


# What is not told


def test_the_answer_is_the_same_whether_or_not_there_is_such_a_person(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    nobody = login_identifier.generate()
    known = words(ask_for_password(Browser(app), person.identifier))
    unknown = words(ask_for_password(Browser(app), nobody))
    assert known == unknown
    known = words(ask_for_identifier(Browser(app), str(person.mail)))
    unknown = words(ask_for_identifier(Browser(app), "personne@exemple.fr"))
    assert known == unknown
    assert account_of(database, person).state == "active"


@sqlite_only
def test_a_code_that_is_wrong_leaves_the_link_good(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    link, code = begin(app, factory, person)
    assert "n’est pas le bon" in to_new_password(browser, link, other(code)).text
    assert "/new-password/" in browser.submit(code=code).path
