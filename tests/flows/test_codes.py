"""The one-time code at connection: sent, chosen, sent again, refused."""

import json

import pytest
from flask import Flask
from sqlalchemy import delete, update

from idp.crypto import b64decode
from idp.db import Database
from idp.directory import accounts
from idp.models import Channel
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import WRONG, account_of, events, fail_code

MINUTE = 60


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def at_the_code(browser: Browser, person: Person) -> Browser:
    """A browser at the page of the code, which was sent by mail."""
    browser.get("/sign-in")
    browser.give_password(person)
    assert browser.page.path.endswith("/code")
    return browser


def codes(factory: Factory) -> list[dict]:
    return [each for each in factory.messages() if each["kind"] == "one-time-code"]


def test_the_code_goes_to_the_only_channel_at_once(at_the_code: Browser, factory: Factory) -> None:
    (sent,) = codes(factory)
    assert (sent["channel"], sent["recipient"]) == ("mail", "m.martin@exemple.fr")
    assert "m.martin@exemple.fr" not in at_the_code.page.text
    assert "14 h 42" in at_the_code.page.text.replace("\u00a0", " ")


def test_a_mobile_gets_it_by_sms_and_the_session_says_so(
    app: Flask, browser: Browser, factory: Factory
) -> None:
    person, portal = factory.person(mail=None, mobile="+33612345678"), factory.client()
    browser.sign_in(portal, person, factory)
    assert codes(factory)[0]["recipient"] == "+33612345678"
    token = browser.tokens(portal).json["id_token"]
    assert _claims(token)["amr"] == ["pwd", "otp", "sms", "mfa"]


def test_who_has_one_channel_is_not_asked_about_two(browser: Browser, factory: Factory) -> None:
    person, portal = factory.person(mail=None, mobile="+33612345678"), factory.client()
    browser.authorize(portal)
    browser.give_password(person)
    browser.authorize(portal)  # in the half minute in which no second code is sent
    assert "Un code vient d’être envoyé" in browser.page.text
    assert "Ni l’un ni l’autre" not in browser.page.text
    assert "Ce numéro n’est plus le vôtre" in browser.page.text


def _claims(token: str) -> dict:
    return json.loads(b64decode(token.split(".")[1]))


def test_who_has_two_channels_chooses(browser: Browser, factory: Factory) -> None:
    person = factory.person(mobile="+33612345678")
    browser.get("/sign-in")
    browser.give_password(person)
    assert codes(factory) == []
    assert "None" not in browser.page.text
    browser.submit(channel="sms")
    assert [each["channel"] for each in codes(factory)] == ["sms"]
    assert "Recevez le code par courriel" in browser.page.text


def test_a_channel_that_is_not_theirs_is_not_used(at_the_code: Browser, factory: Factory) -> None:
    at_the_code.submit(form=1, channel="sms")
    at_the_code.submit(form=1, channel="pigeon")
    assert [each["channel"] for each in codes(factory)] == ["mail"]
    assert at_the_code.page.status == 200


def test_an_account_without_a_channel_is_told_whom_to_call(
    browser: Browser, factory: Factory, database: Database, person: Person
) -> None:
    with database.writing() as session:
        session.execute(delete(Channel))
    browser.get("/sign-in")
    browser.give_password(person)
    assert browser.page.status == 200
    assert "Nous ne savons pas où vous écrire" in browser.page.text


def test_a_channel_taken_away_meanwhile_is_no_dead_end(
    browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(mobile="+33612345678")
    browser.get("/sign-in")
    browser.give_password(person)
    browser.submit(channel="sms")
    with database.writing() as session:
        session.execute(delete(Channel).where(Channel.kind == "sms"))
    browser.get(browser.page.path)
    assert browser.page.status == 200
    assert "rechargez celle-ci" in browser.page.text


def test_reloading_the_page_sends_no_second_code(at_the_code: Browser, factory: Factory) -> None:
    for _ in range(3):
        at_the_code.get(at_the_code.page.path)
        assert at_the_code.page.status == 200
        assert 'role="alert"' not in at_the_code.page.text
    assert len(codes(factory)) == 1


def test_a_new_code_waits_for_thirty_seconds(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    clock.advance(29)
    at_the_code.submit(form=1, channel="mail")
    assert at_the_code.page.status == 400
    assert "dans 1 seconde" in at_the_code.page.text
    clock.advance(1)
    at_the_code.submit(form=1, channel="mail")
    assert at_the_code.page.status == 200
    assert len(codes(factory)) == 2


def test_the_address_of_the_resend_button_can_be_reloaded(
    at_the_code: Browser, factory: Factory
) -> None:
    at_the_code.submit(form=1, channel="mail")
    assert at_the_code.page.path.endswith("/code/send")
    at_the_code.get(at_the_code.page.path)
    assert at_the_code.page.status == 200
    assert at_the_code.page.path.endswith("/code")


def test_a_new_code_voids_the_old_one(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    old = factory.last_code()
    clock.advance(30)
    at_the_code.submit(form=1, channel="mail")
    while factory.last_code() == old:  # one in a million
        clock.advance(30)
        at_the_code.submit(form=1, channel="mail")
    at_the_code.submit(code=old)
    assert at_the_code.page.status == 400
    at_the_code.give_code(factory)
    assert at_the_code.page.path == "/account"


def test_a_superseded_code_is_never_sent(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    clock.advance(30)
    at_the_code.submit(form=1, channel="mail")
    assert [each["state"] for each in codes(factory)] == ["voided", "waiting"]


@pytest.mark.parametrize("form", ["{0} {1}", "{0}-{1}", " {0}\u202f{1} ", "{0}.{1}\t"])
def test_spaces_and_pasting_are_taken(at_the_code: Browser, factory: Factory, form: str) -> None:
    code = factory.last_code()
    at_the_code.submit(code=form.format(code[:3], code[3:]))
    assert at_the_code.page.path == "/account"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "1" * 5000])
def test_what_is_no_code_is_said_and_counts_nothing(
    at_the_code: Browser, factory: Factory, database: Database, typed: str
) -> None:
    for _ in range(6):
        at_the_code.submit(code=typed)
        assert at_the_code.page.status == 400
        assert "Saisissez les six chiffres du code" in at_the_code.page.text
    assert events(database, "code.verified") == []
    at_the_code.give_code(factory)
    assert at_the_code.page.path == "/account"


def test_the_code_is_good_for_ten_minutes(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    clock.advance(10 * MINUTE)
    at_the_code.give_code(factory)
    assert at_the_code.page.status == 400
    assert "Il a expiré" in at_the_code.page.text


def test_just_before_ten_minutes_it_is_good(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    clock.advance(10 * MINUTE - 1)
    at_the_code.give_code(factory)
    assert at_the_code.page.path == "/account"


def test_the_tries_left_are_told(at_the_code: Browser, factory: Factory) -> None:
    fail_code(at_the_code, factory)
    assert "Il vous reste 4 essais." in at_the_code.page.text
    fail_code(at_the_code, factory, times=3)
    assert "Il vous reste 1 essai." in at_the_code.page.text


def test_the_fifth_failure_voids_the_code_and_costs_a_minute(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    fail_code(at_the_code, factory, times=5)
    at_the_code.give_code(factory)
    assert "Vous pourrez réessayer dans 1 minute." in at_the_code.page.text
    clock.advance(MINUTE)
    at_the_code.give_code(factory)
    assert "Ce code n’est plus valable" in at_the_code.page.text


def test_tries_count_across_new_codes(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    fail_code(at_the_code, factory, times=3)
    clock.advance(30)
    at_the_code.submit(form=1, channel="mail")
    fail_code(at_the_code, factory)
    assert "Il vous reste 1 essai." in at_the_code.page.text
    fail_code(at_the_code, factory)
    at_the_code.give_code(factory)
    assert at_the_code.page.status == 400
    assert "Il faut attendre" in at_the_code.page.text


def test_tries_count_across_browsers(
    app: Flask, at_the_code: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    fail_code(at_the_code, factory, times=3)
    clock.advance(30)
    other = Browser(app)
    other.get("/sign-in")
    other.give_password(person)
    fail_code(other, factory, times=2)
    other.give_code(factory)
    assert "Il faut attendre" in other.page.text


def test_the_wait_doubles_to_a_quarter_of_an_hour(
    at_the_code: Browser, factory: Factory, clock: HeldClock
) -> None:
    fail_code(at_the_code, factory, times=5)
    for minutes in (1, 2, 4, 8):
        fail_code(at_the_code, factory)
        assert f"dans {minutes} minute" in at_the_code.page.text
        clock.advance(minutes * MINUTE)
        at_the_code.submit(form=1, channel="mail")
        fail_code(at_the_code, factory)
    fail_code(at_the_code, factory)
    assert "dans 15 minutes" in at_the_code.page.text


def test_a_right_code_ends_the_row_of_failures(
    app: Flask, at_the_code: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    fail_code(at_the_code, factory, times=4)
    at_the_code.give_code(factory)
    clock.advance(MINUTE)
    other = Browser(app)
    other.get("/sign-in")
    other.give_password(person)
    fail_code(other, factory, times=4)
    other.give_code(factory)
    assert other.page.path == "/account"


def test_twenty_codes_a_day_are_sent_and_no_more(
    browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    browser.get("/sign-in")
    browser.give_password(person)
    for _ in range(19):
        clock.advance(30)
        browser.submit(form=1, channel="mail")
        assert browser.page.status == 200
    clock.advance(30)
    browser.submit(form=1, channel="mail")
    assert browser.page.status == 400
    assert "Trop de codes ont été envoyés" in browser.page.text
    browser.give_code(factory)
    assert browser.page.path == "/account"


def test_a_code_of_another_journey_is_refused(
    app: Flask, at_the_code: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    clock.advance(30)
    other = Browser(app)
    other.get("/sign-in")
    other.give_password(person)
    at_the_code.give_code(factory)
    assert at_the_code.page.status == 400
    other.give_code(factory)
    assert other.page.path == "/account"


def test_a_code_of_another_account_is_refused(
    app: Flask, at_the_code: Browser, factory: Factory
) -> None:
    mine = factory.last_code()
    stranger, other = factory.person(mail="autre@exemple.fr"), Browser(app)
    other.get("/sign-in")
    other.give_password(stranger)
    if factory.last_code() != mine:
        other.submit(code=mine)
        assert other.page.status == 400


def test_a_code_is_used_once(at_the_code: Browser, factory: Factory, database: Database) -> None:
    address, form = at_the_code.page.path, at_the_code.forms()[0][1]
    code = factory.last_code()
    at_the_code.give_code(factory)
    at_the_code.post(address, data=form | {"code": code})
    assert "C’est déjà fait" in at_the_code.page.text
    assert events(database, "code.verified") == [("code.verified", "success")]


def test_after_the_session_ended_half_way_a_new_code_is_sent(
    at_the_code: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    portal = factory.client()
    clock.advance(30)
    at_the_code.authorize(portal)
    at_the_code.give_code(factory)
    consent = at_the_code.page.path
    assert consent.endswith("/consent")
    at_the_code.get("/account")
    at_the_code.submit()
    at_the_code.get(consent)
    at_the_code.give_password(person)
    assert at_the_code.page.path.endswith("/code")
    clock.advance(30)
    at_the_code.get(at_the_code.page.path)
    at_the_code.submit(channel="mail")
    at_the_code.give_code(factory)
    assert at_the_code.page.path.endswith("/consent")


def test_a_code_received_on_a_channel_verifies_it(
    browser: Browser, factory: Factory, database: Database, person: Person
) -> None:
    with database.writing() as session:
        session.execute(update(Channel).values(verified_at=None))
    browser.get("/sign-in")
    browser.give_password(person)
    browser.give_code(factory)
    (channel,) = account_of(database, person).channels
    assert channel.verified_at is not None


def test_an_account_blocked_half_way_gets_no_further(
    at_the_code: Browser, factory: Factory, person: Person, database: Database
) -> None:
    with database.writing() as session:
        accounts.block(
            session, person.identifier, motive=accounts.Motive.SUSPECTED_FRAUD, actor="operator"
        )
    at_the_code.give_code(factory)
    assert at_the_code.page.path.endswith("/password")
    at_the_code.give_password(person)
    assert "Votre compte est bloqué" in at_the_code.page.text
    at_the_code.give_password(person, WRONG)
    assert "n’est pas le bon" in at_the_code.page.text


def test_a_code_does_not_raise_the_session_of_who_signed_in_meanwhile(
    at_the_code: Browser, factory: Factory, database: Database
) -> None:
    """Two tabs of one browser: Marie's code is typed after her husband signed in beside it."""
    tab, form = at_the_code.page.path, at_the_code.forms()[0][1]
    code = factory.last_code()
    other = factory.person(mail="autre@exemple.fr")
    at_the_code.authorize(factory.client(), prompt="login")
    at_the_code.give_password(other)
    at_the_code.post(tab, data=form | {"code": code})
    assert at_the_code.page.status == 400
    assert events(database, "session.raised") == []
    assert "m.martin@exemple.fr" not in at_the_code.page.text
