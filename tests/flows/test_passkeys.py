"""Passkeys: made after a fresh second factor, used instead of the code, or of everything."""

import json

import pytest
from flask import Flask

from idp.config import LEVELS
from idp.crypto import b64decode
from idp.db import Database
from idp.directory import accounts
from idp.models import Passkey
from tests.authenticator import EDDSA, ES384, RS256, Authenticator
from tests.browser_client import Browser
from tests.factories import App, Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_passkey, ask, send, use
from tests.walks import events, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PASSWORD, MFA, PHR = LEVELS
LONG_AGO = 600


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile="+33612345678")


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    """A browser in which the person has just signed in."""
    sign_in(browser, factory, person)
    return browser


@pytest.fixture
def passkey(home: Browser) -> Authenticator:
    """One of the person's, whose browser has signed out since."""
    made = add_passkey(home)
    leave(home)
    return made


def leave(browser: Browser) -> None:
    browser.get("/account")
    browser.submit()


def told(browser: Browser, app: App) -> dict:
    token = browser.tokens(app).json["id_token"]
    return json.loads(b64decode(token.split(".")[1]))


def wants(level: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "values": [level]}}})


# Making one


def test_a_passkey_is_listed_by_name_kind_and_last_use(home: Browser, factory: Factory) -> None:
    add_passkey(home, name="  Téléphone de\tMarie ")
    add_passkey(home, Authenticator(synced=False), name="Clé USB")
    page = home.page.text
    for words in (
        "Téléphone de Marie",
        "Clé USB",
        "Synchronisée",
        "Sur un seul appareil",
        "Jamais",
    ):
        assert words in page
    notices = [each for each in factory.messages() if each["kind"] == "security-notice"]
    assert [(each["channel"], each["context"]["what"]) for each in notices] == [
        ("mail", "new_device"),
        ("sms", "new_device"),
        *[("mail", "passkey_added"), ("sms", "passkey_added")] * 2,
    ]


def test_a_second_factor_that_is_not_fresh_is_asked_for_again_and_nothing_else(
    home: Browser, factory: Factory, clock: HeldClock
) -> None:
    clock.advance(LONG_AGO)
    home.get("/account/passkeys/new")
    assert home.page.path.endswith("/code")
    home.submit(channel="mail")
    assert home.give_code(factory).path == "/account/passkeys/new"


def test_a_form_sent_too_late_is_not_acted_on(
    home: Browser, clock: HeldClock, database: Database
) -> None:
    home.get("/account/passkeys/new")
    answer = Authenticator().create(ask(home))
    clock.advance(LONG_AGO)
    assert send(home, answer, name="x").path.endswith("/code")
    assert events(database, "passkey.enrolled") == []


def test_without_a_second_factor_there_is_no_way_to_the_passkeys(
    browser: Browser, factory: Factory, person: Person
) -> None:
    appointments = factory.client(minimum_acr=PASSWORD)
    browser.sign_in(appointments, person, factory)
    assert browser.get("/account/passkeys/new").path.endswith("/code")


@pytest.mark.parametrize("alg", [EDDSA, RS256])
def test_other_algorithms_serve_too(home: Browser, person: Person, alg: int) -> None:
    made = add_passkey(home, Authenticator(alg=alg))
    leave(home)
    home.get("/sign-in")
    assert use(home, made).path == "/account"


def test_a_passkey_is_renamed_and_removed(
    home: Browser, factory: Factory, database: Database
) -> None:
    made = add_passkey(home)
    link = home.page.text.partition("/account/passkeys/")[2]
    one = next(each for each in link.split('"') if each.isdigit())
    home.get(f"/account/passkeys/{one}")
    assert "Tablette" in home.submit(name="Tablette").text
    home.get(f"/account/passkeys/{one}")
    assert "est retirée" in home.submit(form=1).text
    assert factory.messages()[-1]["context"]["what"] == "passkey_removed"
    leave(home)
    home.get("/sign-in")
    assert "enregistrée sur un compte" in use(home, made).text
    assert events(database, "passkey.verified") == [("passkey.verified", "unknown_passkey")]


def test_nobody_touches_the_passkey_of_somebody_else(
    home: Browser, app: Flask, factory: Factory, passkey: Authenticator, database: Database
) -> None:
    other, browser = factory.person(), Browser(app)
    sign_in(browser, factory, other)
    with database.reading() as session:
        [one] = session.query(Passkey).all()
    browser.get("/account/passkeys/new")
    token = browser.forms()[0][1]["csrf_token"]
    for path in (f"/account/passkeys/{one.id}", f"/account/passkeys/{one.id}/remove"):
        page = browser.post(path, data={"csrf_token": token, "name": "Mienne"})
        assert page.path == "/account/factors"
        assert "Mon téléphone" not in page.text
    with database.reading() as session:
        assert session.query(Passkey).one().name == "Mon téléphone"


# Instead of the code


def test_a_passkey_is_one_of_the_ways_after_the_password(
    home: Browser, passkey: Authenticator, person: Person, factory: Factory
) -> None:
    portal = factory.client()
    home.authorize(portal)
    home.give_password(person)
    assert home.page.path.endswith("/second-factor")
    sent = len(factory.messages())
    use(home, passkey)
    assert home.page.path.endswith("/consent")
    home.submit(decision="accept")
    claims = told(home, portal)
    assert (claims["acr"], claims["amr"]) == (PHR, ["pwd", "swk", "user", "mfa"])
    assert len(factory.messages()) == sent


def test_after_the_password_a_passkey_that_verified_nobody_is_a_second_factor_and_no_more(
    home: Browser, passkey: Authenticator, person: Person, factory: Factory
) -> None:
    portal = factory.client()
    home.authorize(portal)
    home.give_password(person)
    passkey.verifies = False
    use(home, passkey)
    home.submit(decision="accept")
    claims = told(home, portal)
    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "swk", "mfa"])


def test_the_passkey_of_somebody_else_is_no_second_factor(
    home: Browser, app: Flask, passkey: Authenticator, factory: Factory, database: Database
) -> None:
    other, browser = factory.person(), Browser(app)
    sign_in(browser, factory, other)
    add_passkey(browser)
    leave(browser)
    browser.get("/sign-in")
    browser.give_password(other)
    assert use(browser, passkey).status == 400
    assert events(database, "passkey.verified") == [("passkey.verified", "unknown_passkey")]


# Instead of everything


def test_a_passkey_signs_in_alone(
    home: Browser, passkey: Authenticator, factory: Factory, clock: HeldClock
) -> None:
    portal = factory.client()
    home.authorize(portal)
    assert 'autocomplete="username webauthn"' in home.page.text
    asked = ask(home)
    assert (asked["allowCredentials"], asked["userVerification"]) == ([], "required")
    clock.advance(60)
    use(home, passkey)
    home.submit(decision="accept")
    claims = told(home, portal)
    assert (claims["acr"], claims["amr"]) == (PHR, ["swk", "user", "mfa"])
    assert claims["auth_time"] == int(clock.now)
    home.get("/account")
    assert "clé d’accès" in home.page.text


def test_a_passkey_that_stays_on_one_device_is_told_as_hardware(
    home: Browser, factory: Factory
) -> None:
    made, portal = add_passkey(home, Authenticator(synced=False, counter=1)), factory.client()
    leave(home)
    home.authorize(portal)
    use(home, made)
    home.submit(decision="accept")
    assert told(home, portal)["amr"] == ["hwk", "user", "mfa"]


def test_a_login_on_demand_and_an_age_are_answered_by_a_passkey(
    home: Browser, passkey: Authenticator, factory: Factory, clock: HeldClock
) -> None:
    portal = factory.client()
    home.authorize(portal)
    use(home, passkey)
    home.submit(decision="accept")
    for demand in ({"prompt": "login"}, {"max_age": "60"}):
        clock.advance(LONG_AGO)
        home.authorize(portal, **demand)
        assert home.page.path.endswith("/password")
        assert use(home, passkey).is_outside


def test_a_passkey_signs_nobody_in_to_a_blocked_account(
    home: Browser, passkey: Authenticator, person: Person, database: Database
) -> None:
    with database.writing() as session:
        motive = accounts.Motive.HOLDER_REQUEST
        accounts.block(session, person.identifier, motive=motive, actor="operator")
    home.get("/sign-in")
    assert "Votre compte est bloqué" in use(home, passkey).text
    assert events(database, "passkey.verified") == [("passkey.verified", "account_blocked")]


def test_the_letters_page_takes_no_passkey(home: Browser, passkey: Authenticator) -> None:
    home.get("/sign-in")
    answer = passkey.get(ask(home))
    home.get("/activation")
    assert "data-passkey" not in home.page.text
    token = home.forms()[0][1]["csrf_token"]
    path = home.page.path.replace("/password", "/passkey")
    page = home.post(path, data={"csrf_token": token, "answer": answer})
    assert page.path.endswith("/password")


# The highest level


def test_phr_asks_for_the_passkey_alone_and_says_so(
    home: Browser, passkey: Authenticator, person: Person, factory: Factory
) -> None:
    portal = factory.client(minimum_acr=PASSWORD)
    home.authorize(portal)
    home.give_password(person)
    home.submit(decision="accept")
    home.authorize(portal, claims=wants(PHR))
    assert home.page.path.endswith("/passkey")
    assert "le niveau de preuve le plus haut" in home.page.text
    assert use(home, passkey).is_outside
    claims = told(home, portal)
    assert (claims["acr"], claims["amr"]) == (PHR, ["pwd", "swk", "user", "mfa"])


def test_phr_is_not_reached_by_a_passkey_that_verified_nobody(
    home: Browser, passkey: Authenticator, person: Person, factory: Factory, database: Database
) -> None:
    home.authorize(factory.client(minimum_acr=PHR))
    home.give_password(person)
    passkey.verifies = False
    page = use(home, passkey)
    assert page.status == 400
    assert "ni code, ni empreinte, ni visage" in page.text
    assert events(database, "passkey.verified") == [("passkey.verified", "not_verified")]
    passkey.verifies = True
    assert use(home, passkey).path.endswith("/consent")


def test_who_has_no_passkey_is_told_how_to_have_one_and_can_go_back(
    home: Browser, factory: Factory
) -> None:
    home.authorize(factory.client(minimum_acr=PHR))
    assert "Il vous faut une clé d’accès" in home.page.text
    page = home.submit()
    assert page.parameters["error"] == "unmet_authentication_requirements"


def test_a_wish_for_phr_costs_nothing_who_has_no_passkey(home: Browser, factory: Factory) -> None:
    portal = factory.client()
    home.authorize(portal, acr_values=f"{PHR} {MFA}")
    assert home.page.path.endswith("/consent")
    home.submit(decision="accept")
    assert told(home, portal)["acr"] == MFA


def test_a_wish_for_phr_is_met_by_who_has_one(
    home: Browser, passkey: Authenticator, factory: Factory, person: Person
) -> None:
    portal = factory.client()
    home.authorize(portal, acr_values=PHR)
    home.give_password(person)
    assert home.page.path.endswith("/passkey")
    use(home, passkey)
    home.submit(decision="accept")
    assert told(home, portal)["acr"] == PHR


def test_who_has_reached_phr_proves_no_less_to_change_a_factor(
    home: Browser, passkey: Authenticator, clock: HeldClock
) -> None:
    home.get("/sign-in")
    use(home, passkey)
    clock.advance(LONG_AGO)
    home.get("/account/passkeys/new")
    assert home.page.path.endswith("/second-factor")
    assert ask(home)["userVerification"] == "required"
    assert use(home, passkey).path == "/account/passkeys/new"


def test_an_algorithm_that_is_not_on_the_list_is_refused(home: Browser, database: Database) -> None:
    home.get("/account/passkeys/new")
    assert [each["alg"] for each in ask(home)["pubKeyCredParams"]] == [-7, -8, -257]
    answer = Authenticator(alg=ES384).create(ask(home))
    assert "n’a pas été enregistrée" in send(home, answer, name="x").text
    assert events(database, "passkey.enrolled") == [("passkey.enrolled", "refused")]
