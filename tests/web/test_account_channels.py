"""An address or a number is added, changed or removed: confirmed on the new one, announced on the
old ones, which stay in use for a day and can stop it."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.directory import accounts, new_channels
from idp.factors import new_channel, ways
from idp.factors.new_channel import Wanted
from idp.factors.one_time_code import CannotSend
from idp.messages import kinds
from tests.browser_client import Browser, token_request
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_passkey
from tests.walks import account_of, events, sign_in

DAY = 86_400
NEW = "nouvelle@exemple.fr"


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile=None)


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    sign_in(browser, factory, person)
    return browser


@pytest.fixture
def a_day_later(clock: HeldClock, database: Database, settings: Settings) -> Callable[[], int]:
    """The worker's round when the day is over; returns how many took effect."""

    def pass_by() -> int:
        clock.advance(DAY)
        return new_channels.take_effect(database, settings)

    return pass_by


def sent(factory: Factory, kind: str) -> list[dict[str, object]]:
    return [each for each in factory.messages() if each["kind"] == kind and "context" in each]


def told(factory: Factory, what: str) -> list[str]:
    """Where a notice of this went."""
    found = sent(factory, "security-notice")
    return [str(each["recipient"]) for each in found if each["context"]["what"] == what]  # type: ignore[index]


def last_code(factory: Factory) -> str:
    return str(sent(factory, "channel-code")[-1]["context"]["code"])  # type: ignore[index]


def ask(browser: Browser, value: str = NEW, kind: str = "mail") -> str:
    """What the next page says."""
    browser.get(f"/account/channels/{kind}/new")
    browser.submit(value=value)
    return html.unescape(browser.page.text).replace("\u00a0", " ")


def confirm(browser: Browser, factory: Factory, value: str = NEW, kind: str = "mail") -> None:
    ask(browser, value, kind)
    browser.submit(code=last_code(factory))
    assert browser.page.path == "/account/channels", browser.page.text


def link(factory: Factory) -> str:
    return str(sent(factory, "channel-announced")[-1]["context"]["url"])  # type: ignore[index]


def values(database: Database, person: Person) -> dict[str, str]:
    return {each.kind: each.value for each in account_of(database, person).channels}


def test_a_change_is_confirmed_on_the_new_and_announced_on_the_old(
    home: Browser, person: Person, factory: Factory, database: Database
) -> None:
    confirm(home, factory)
    assert sent(factory, "channel-code")[-1]["recipient"] == NEW
    announced = sent(factory, "channel-announced")
    assert [each["recipient"] for each in announced] == [person.mail]
    assert "prendra le relais" in home.page.text
    assert values(database, person) == {"mail": person.mail}


def test_the_old_one_is_used_until_its_day_is_over_and_then_the_new_one(
    app: Flask,
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    clock: HeldClock,
    a_day_later: Callable[[], int],
    settings: Settings,
) -> None:
    confirm(home, factory)
    clock.advance(DAY - 60)
    assert new_channels.take_effect(database, settings) == 0
    later = Browser(app)
    sign_in(later, factory, person)
    assert sent(factory, "one-time-code")[-1]["recipient"] == person.mail
    assert a_day_later() == 1
    assert values(database, person) == {"mail": NEW}
    assert told(factory, "channel_changed") == [person.mail, NEW]
    assert events(database, "channel.changed") == [("channel.changed", "success")]


def test_one_is_added_in_the_same_way(
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    a_day_later: Callable[[], int],
) -> None:
    confirm(home, factory, "06 12 34 56 78", "sms")
    assert sent(factory, "channel-code")[-1]["recipient"] == "+33612345678"
    assert sent(factory, "channel-announced")[-1]["recipient"] == person.mail
    a_day_later()
    assert values(database, person) == {"mail": person.mail, "sms": "+33612345678"}


def test_the_link_shows_first_and_stops_the_change_by_its_button(
    app: Flask,
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    a_day_later: Callable[[], int],
) -> None:
    portal = factory.client()
    home.authorize(portal, scope="openid offline_access")
    home.submit(decision="accept")
    tokens = dict(home.tokens(portal).json or {})
    confirm(home, factory)
    elsewhere = Browser(app)
    for _ in range(2):  # a mail scanner was first
        assert "Annuler ce changement" in elsewhere.get(link(factory)).text
    assert "Le changement est annulé" in elsewhere.submit().text
    assert home.get("/account").path.endswith("/password")
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (token_request(app, portal, refresh).json or {})["error"] == "invalid_grant"
    assert a_day_later() == 0
    assert values(database, person) == {"mail": person.mail}


def test_the_link_serves_once_and_not_after_its_day(
    app: Flask, home: Browser, factory: Factory, clock: HeldClock
) -> None:
    confirm(home, factory)
    elsewhere = Browser(app)
    elsewhere.get(link(factory))
    form = elsewhere.forms()[0][1]
    clock.advance(DAY)
    assert elsewhere.get(link(factory)).status == 404
    assert elsewhere.post(link(factory), data=form).status == 404
    assert "Ce lien ne sert plus" in elsewhere.page.text


def test_a_link_that_is_none_says_so(browser: Browser) -> None:
    for secret in ("x", "A" * 22, "%00", "é"):
        assert browser.get(f"/cancel/{secret}").status == 404


def test_whoever_is_signed_in_stops_it_too_and_that_is_told_where_it_was_announced(
    home: Browser, person: Person, factory: Factory, a_day_later: Callable[[], int]
) -> None:
    confirm(home, factory)
    home.submit(form=0)
    assert "Le changement est annulé." in home.page.text
    assert told(factory, "channel_cancelled") == [person.mail]
    assert a_day_later() == 0


def test_one_that_was_never_announced_is_cancelled_without_a_word(
    home: Browser, factory: Factory
) -> None:
    ask(home)
    home.get("/account/channels")
    home.submit(form=0)
    assert "Le changement est annulé." in home.page.text
    assert told(factory, "channel_cancelled") == []


def test_confirmed_and_announced_are_one_thing(
    home: Browser,
    factory: Factory,
    database: Database,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What fails between the two leaves a code that can be typed again, and no change that waits
    without anybody having been told."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    ask(home)
    with monkeypatch.context() as patched:
        patched.setattr(kinds, "channel_announced", fail)
        assert home.submit(code=last_code(factory)).status == 500
    home.get("/account/channels/mail/code")
    home.submit(code=last_code(factory))
    assert home.page.path == "/account/channels", home.page.text
    assert len(sent(factory, "channel-announced")) == 1


def test_a_wrong_code_confirms_nothing_and_tries_are_counted(
    home: Browser, factory: Factory, database: Database
) -> None:
    ask(home)
    wrong = f"{(int(last_code(factory)) + 1) % 10**6:06}"
    for _ in range(5):
        home.submit(code=wrong)
    assert home.page.status == 400
    assert "Il faut attendre" in home.submit(code=last_code(factory)).text
    assert sent(factory, "channel-announced") == []
    outcomes = {outcome for _act, outcome in events(database, "channel.confirmed")}
    assert outcomes == {"wrong_code", "must_wait"}


def test_a_code_sent_elsewhere_confirms_nothing(
    home: Browser, factory: Factory, clock: HeldClock
) -> None:
    ask(home, "ma@boite.example")
    mine = last_code(factory)
    clock.advance(31)
    ask(home, "celle@d-un-autre.example")
    assert home.submit(code=mine).status == 400


def test_codes_to_strangers_have_an_end(
    home: Browser, person: Person, database: Database, clock: HeldClock, settings: Settings
) -> None:
    assert "Un code vient d’être envoyé" in ask(home, "a@b.example") + ask(home, "c@d.example")
    for number in range(1, settings.code_per_day):
        clock.advance(31)
        wanted = Wanted(person.account_id, "mail", f"a{number}@b.example")
        new_channel.send(database, settings, wanted, locale="fr")
    clock.advance(31)
    with pytest.raises(CannotSend, match="too_many"):
        new_channel.send(database, settings, wanted, locale="fr")


def test_a_code_that_is_late_confirms_nothing(
    home: Browser, factory: Factory, clock: HeldClock, settings: Settings
) -> None:
    ask(home)
    clock.advance(settings.code_lifetime)
    home.submit(code=last_code(factory))
    assert sent(factory, "channel-announced") == []


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("mail", "pas une adresse", "Cette adresse ne se lit pas"),
        ("mail", "", "Cette adresse ne se lit pas"),
        ("mail", "m.martin@exemple.fr", "C’est déjà votre moyen de contact"),
        ("sms", "01 23 45 67 89", "Ce numéro est celui d’un fixe"),
        ("sms", "téléphone", "Ce numéro ne se lit pas"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_no_address_is_said_beside_the_field(
    home: Browser, kind: str, typed: str, said: str
) -> None:
    assert said in ask(home, typed, kind)
    assert home.page.status == 400


def test_a_confirmed_change_is_cancelled_before_another_one(
    home: Browser, factory: Factory
) -> None:
    confirm(home, factory)
    assert "Un changement attend déjà" in ask(home, "encore@exemple.fr")


def test_the_last_one_stays_whatever_else_there_is(
    home: Browser, person: Person, database: Database
) -> None:
    add_passkey(home)
    home.get("/account/channels/mail/remove")
    home.submit()
    assert "dernier moyen de contact" in home.page.text
    assert values(database, person) == {"mail": person.mail}


def test_one_of_two_is_removed_and_told_a_last_time(
    app: Flask, browser: Browser, factory: Factory, database: Database
) -> None:
    person = factory.person(mobile="+33612345678")
    sign_in(browser, factory, person)
    browser.get("/account/channels/sms/remove")
    assert "06 12 34 56 78" in browser.page.text.replace("\u00a0", " ")
    browser.submit()
    assert values(database, person) == {"mail": person.mail}
    assert sorted(told(factory, "channel_removed")) == ["+33612345678", person.mail]


def test_of_two_that_are_removed_at_once_one_stays(factory: Factory, database: Database) -> None:
    person = factory.person(mobile="+33612345678")

    def remove(kind: str) -> str:
        try:
            with database.writing() as session:
                origin = audit.Origin("192.0.2.7")
                new_channels.remove(session, person.account_id, kind, locale="fr", origin=origin)
        except ways.LastWay:
            return "the last one"
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, ("mail", "sms"))) == ["removed", "the last one"]
    assert len(values(database, person)) == 1


def test_a_code_sent_to_the_removed_one_is_worth_nothing(
    app: Flask, browser: Browser, factory: Factory, clock: HeldClock
) -> None:
    person = factory.person(mobile="+33612345678")
    sign_in(browser, factory, person)
    clock.advance(60)
    thief = Browser(app)
    thief.get("/sign-in")
    thief.give_password(person)
    thief.submit(channel="sms")
    code = factory.last_code()
    form = thief.forms()[0]
    browser.get("/account/channels/sms/remove")
    browser.submit()
    thief.post(form[0], data={**form[1], "code": code})
    assert thief.get("/account").path != "/account"


@pytest.mark.parametrize("what", ["blocked", "changed by the help desk"])
def test_whoever_knew_better_meanwhile_is_not_overtaken(
    home: Browser,
    person: Person,
    factory: Factory,
    database: Database,
    clock: HeldClock,
    a_day_later: Callable[[], int],
    what: str,
) -> None:
    confirm(home, factory)
    clock.advance(60)
    with database.writing() as session:
        account = accounts.find(session, person.identifier)
        if what == "blocked":
            motive = accounts.Motive.HOLDER_REQUEST
            accounts.block(session, person.identifier, motive=motive, actor="operator")
        else:
            account.channels[0].created_at = int(clock.now)
    a_day_later()
    assert values(database, person) == {"mail": person.mail}
    assert events(database, "channel.changed") == [("channel.changed", "overtaken")]


def test_a_second_factor_that_is_not_fresh_is_asked_for_again(
    home: Browser, clock: HeldClock
) -> None:
    clock.advance(301)
    for page in ("mail/new", "sms/new", "mail/code", "mail/remove"):
        assert home.get(f"/account/channels/{page}").path.endswith("/code"), page


def test_the_value_is_sealed_and_the_link_hashed(
    home: Browser, factory: Factory, database: Database
) -> None:
    confirm(home, factory)
    secret = link(factory).rpartition("/")[2]
    with database.engine.connect() as connection:
        row = str(connection.exec_driver_sql("SELECT * FROM new_channel").one())
    assert NEW not in row
    assert secret not in row
    assert re.fullmatch(r"[\w-]{22}", secret)
