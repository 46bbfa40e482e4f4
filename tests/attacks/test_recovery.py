"""Lines 27, 28, 29, 30, 31, 32 and 34: resets that skip a step, links that are replayed or guessed,
poisoned hosts, codes that are guessed, locks that are gone round, and who has an account."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import event, select

from idp.crypto import digest
from idp.db import Database
from idp.directory import accounts, channel_change, holders, new_channels
from idp.directory.channel_change import ChannelChange
from idp.identity import login_identifier
from idp.messages.rendering import render
from idp.models import Account, AccountState, Link, NewChannel
from tests.browser_client import Browser, Page, token_request
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.passkeys import add_totp, shown
from tests.recoveries import (
    MOBILE,
    NEW,
    ask_for_block,
    ask_for_identifier,
    ask_for_password,
    begin,
    link_and_code,
    look_up,
    other,
    sent,
    to_new_password,
    words,
)
from tests.walks import (
    CHOSEN,
    account_of,
    choose_password,
    events,
    fail_password,
    signed_in,
)

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile=MOBILE)


def token_of(address: str) -> str:
    return address.rpartition("/")[2]


def post(browser: Browser, address: str, **values: str) -> Page:
    """A form of one's own making, with a token that is right."""
    browser.get("/recovery/password")
    token = browser.forms()[0][1]["csrf_token"]
    return browser.post(address, data={"csrf_token": token, **values})


# Line 27


@sqlite_only
def test_line_27_the_link_at_the_step_after_the_code(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    link, _ = begin(app, factory, person)
    token = token_of(link)
    for step in ("proof", "new-password"):
        assert browser.get(f"/recovery/{step}/{token}").status == 410
        address = f"/recovery/{step}/{token}" + ("/totp" if step == "proof" else "")
        page = post(browser, address, code="123456", new_password=NEW, new_password_again=NEW)
        assert page.status == 410
    assert not events(database, "password.changed")


@sqlite_only
def test_line_27_the_second_proof_is_not_skipped(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    """Who has an authenticator application is not recovered with mail and telephone alone."""
    add_totp(signed_in(app, factory, person))
    thief = Browser(app)
    page = to_new_password(thief, *begin(app, factory, person))
    token = token_of(page.path)
    for address in (f"/recovery/new-password/{token}", f"/recovery/link/{token}"):
        changed = post(thief, address, code="123456", new_password=NEW, new_password_again=NEW)
        assert changed.status in {404, 410}
    assert not events(database, "password.changed")


@sqlite_only
def test_line_27_the_step_of_another_person_or_browser(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    """The state is bound to who proved it, and to where."""
    page = to_new_password(browser, *begin(app, factory, person))
    assert Browser(app).get(page.path).status == 410
    victim = factory.person(mail="victime@exemple.fr", mobile=MOBILE)
    link, _ = begin(app, factory, victim)
    _, own_code = begin(app, factory, person)
    browser.get(link)
    assert browser.submit(code=own_code).status == 400
    before = account_of(database, victim).password_hash
    browser.get(page.path)
    choose_password(browser, NEW)
    assert account_of(database, victim).password_hash == before


@sqlite_only
def test_line_27_a_recovery_that_a_block_or_a_letter_overtook(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    page = to_new_password(browser, *begin(app, factory, person))
    pending, code = begin(app, factory, person)
    owner = Browser(app)
    ask_for_block(owner, person.identifier)
    look_up(app)
    owner.submit(code=sent(factory, "emergency-code")[-1]["context"]["code"])
    late = post(browser, page.path, new_password=NEW, new_password_again=NEW)
    assert late.status == 410
    assert post(Browser(app), pending, code=code).status == 410
    assert account_of(database, person).state == "blocked"


# What overtakes a recovery that was begun: each way at whose end the account is active again.


def a_password_changed_at_home(app: Flask, factory: Factory, person: Person) -> None:
    home = signed_in(app, factory, person)
    home.get("/account/password")
    again = {"new_password": CHOSEN, "new_password_again": CHOSEN}
    page = home.submit(present_password=person.password, **again)
    assert page.path == "/account/factors", page.text


def a_new_letter(app: Flask, factory: Factory, person: Person) -> None:
    provider = app.extensions["idp"].provider
    motive = holders.LetterMotive.SUSPECTED_FRAUD
    holders.reletter(
        provider.database, provider.settings, person.identifier, actor="operator", motive=motive
    )
    _is_active_again(provider.database, person)


def a_block_that_was_lifted(app: Flask, factory: Factory, person: Person) -> None:
    database = app.extensions["idp"].provider.database
    with database.writing() as session:
        motive = accounts.Motive.HOLDER_REQUEST
        accounts.block(session, person.identifier, motive=motive, actor="operator")
    _is_active_again(database, person)


def _is_active_again(database: Database, person: Person) -> None:
    with database.writing() as session:
        session.get_one(Account, person.account_id).state = AccountState.ACTIVE


def a_channel_that_the_help_desk_replaced(app: Flask, factory: Factory, person: Person) -> None:
    provider = app.extensions["idp"].provider
    entered = ChannelChange(
        kind="mail", value="neuve@exemple.fr", proof="call-back", motive="compromised"
    )
    with provider.database.writing() as session:
        channel_change.change(
            session, provider.keyring, person.identifier, entered, actor="operator"
        )


def a_channel_that_was_removed(app: Flask, factory: Factory, person: Person) -> None:
    home = signed_in(app, factory, person)
    home.get("/account/channels/sms/remove")
    assert "retiré" in home.submit().text


def a_channel_change_that_took_effect(app: Flask, factory: Factory, person: Person) -> None:
    provider = app.extensions["idp"].provider
    with provider.database.writing() as session:
        account = session.get_one(Account, person.account_id)
        account.activated_at = 0
        for channel in account.channels:
            channel.created_at = 0
        session.add(
            NewChannel(
                account_id=person.account_id,
                kind="mail",
                value="neuve@exemple.fr",
                code_mac=b"",
                code_sent_at=0,
                code_expires_at=0,
                confirmed_at=1,
                effective_at=1,
            )
        )
    assert new_channels.take_effect(provider.database, provider.settings) == 1


@sqlite_only
@pytest.mark.parametrize(
    "overtake",
    [
        a_password_changed_at_home,
        a_new_letter,
        a_block_that_was_lifted,
        a_channel_that_the_help_desk_replaced,
        a_channel_that_was_removed,
        a_channel_change_that_took_effect,
    ],
)
def test_line_27_a_recovery_begun_before_what_should_have_ended_it(
    app: Flask,
    browser: Browser,
    factory: Factory,
    person: Person,
    database: Database,
    overtake: Callable[[Flask, Factory, Person], None],
) -> None:
    """Whoever reads the old channels, or began while the password was another, gets no further,
    neither from the last step nor from the first."""
    page = to_new_password(browser, *begin(app, factory, person))
    assert "/recovery/new-password/" in page.path
    pending, code = begin(app, factory, person)
    overtake(app, factory, person)
    before = account_of(database, person).password_hash
    assert post(Browser(app), pending, code=code).status == 410
    assert post(browser, page.path, new_password=NEW, new_password_again=NEW).status == 410
    assert account_of(database, person).password_hash == before


# Line 28


def test_line_28_a_link_used_again(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    link, code = begin(app, factory, person)
    second, second_code = begin(app, factory, person)
    page = to_new_password(browser, link, code)
    assert browser.get(link).status == 410
    assert post(Browser(app), link, code=code).status == 410
    browser.get(page.path)
    choose_password(browser, NEW)
    again = post(browser, page.path, new_password=NEW + "!", new_password_again=NEW + "!")
    assert again.status == 410
    # Whatever else was on its way ends with the first.
    assert post(Browser(app), second, code=second_code).status == 410
    assert len(events(database, "password.changed")) == 1


def test_line_28_a_link_and_a_step_used_by_many_at_once(
    app: Flask, factory: Factory, person: Person, database: Database
) -> None:
    link, code = begin(app, factory, person)
    browsers = [Browser(app) for _ in range(4)]
    for each in browsers:
        each.get(link)  # before any of them uses it: who came later would find no form

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each.submit(code=code), browsers))
    (winner,) = [each for each in browsers if "/new-password/" in each.page.path]
    action, values = winner.forms()[0]
    chosen = values | {"new_password": NEW, "new_password_again": NEW}

    def choose(_: int) -> None:
        copy = Browser(app)
        copy.client._cookies = dict(winner.client._cookies)
        copy.client.post(action, data=chosen)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(choose, range(4)))
    assert len(events(database, "password.changed")) == 1


@sqlite_only
def test_line_28_a_scanner_that_follows_every_link(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    link, code = begin(app, factory, person)
    scanner = app.test_client()
    for _ in range(3):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
    assert "/new-password/" in to_new_password(browser, link, code).path


@sqlite_only
def test_line_28_a_link_for_another_purpose(
    app: Flask, browser: Browser, factory: Factory, person: Person, database: Database
) -> None:
    link, _ = begin(app, factory, person)
    emergency = token_of(ask_for_block(browser, person.identifier).path)
    for token in (token_of(link), emergency):
        assert post(browser, f"/not-me/{token}").status == 404
    for token in (token_of(link),):
        assert browser.get(f"/emergency/{token}").status == 410
    assert account_of(database, person).state == "active"


# Line 29


@sqlite_only
def test_line_29_links_are_random_and_kept_as_hashes(
    app: Flask, factory: Factory, person: Person, database: Database, clock: HeldClock
) -> None:
    tokens = [token_of(begin(app, factory, person)[0]) for _ in range(5)]
    assert len(set(tokens)) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)
    with database.reading() as session:
        hashes = {bytes(each.token_hash) for each in session.scalars(select(Link))}
        rows = repr([vars(each) for each in session.scalars(select(Link))])
    assert {digest(token) for token in tokens} <= hashes
    assert not any(token in rows for token in tokens)


@sqlite_only
def test_line_29_a_code_is_worth_nothing_beside_another_link(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    first, code = begin(app, factory, person)
    _, other_code = begin(app, factory, person)
    if code == other_code:
        pytest.skip("one in a million")
    assert to_new_password(browser, first, other_code).status == 400


@sqlite_only
def test_line_29_a_forged_cookie_of_a_known_browser_gives_no_further_tries(
    app: Flask, factory: Factory, person: Person, database: Database
) -> None:
    browser = signed_in(app, factory, person)
    cookie = browser.client.get_cookie("dmp-known")
    assert cookie
    key, body, mac = cookie.value.split(".")
    for forged in (f"{key}.{body}.{mac[:-2]}AA", f"{key}.{body[:-4]}AAAA.{mac}", "x", "a.b.c", ""):
        thief = Browser(app)
        thief.client.set_cookie("dmp-known", forged)
        thief.get("/sign-in")
        fail_password(thief, person.identifier, 2)
    assert "Il faut attendre" in thief.page.text


# Line 30


@sqlite_only
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "http", "X-Forwarded-Port": "6666"},
        {"Forwarded": "host=evil.example;proto=http"},
        {"X-Original-Host": "evil.example", "X-Host": "evil.example"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_line_30_a_host_that_is_not_ours_gets_into_no_link(
    app: Flask, factory: Factory, person: Person, headers: dict[str, str]
) -> None:
    """Links are made of the configured issuer alone, and so are our redirects."""
    client, address = app.test_client(), f"http://{headers.get('Host', 'localhost:8000')}"
    shown = client.get("/recovery/password", headers=headers, base_url=address).text
    token = shown.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "identifier": person.identifier}
    answer = client.post("/recovery/password", data=form, headers=headers, base_url=address)
    assert answer.status_code == 303
    assert "evil" not in answer.headers.get("Location", "")
    look_up(app)
    mail = next(each for each in sent(factory, "recovery") if each["channel"] == "mail")
    settings = app.extensions["idp"].provider.settings
    text = render(mail["kind"], "mail", "fr", mail["context"], settings).text
    assert "http://localhost:8000/recovery/link/" in text
    assert "evil" not in text


@sqlite_only
def test_line_30_an_address_that_the_caller_says_it_has(app: Flask, person: Person) -> None:
    """Without a trusted proxy, X-Forwarded-For is what a stranger typed: no way round a limit."""
    browser = Browser(app)
    for number in range(31):
        browser.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{number}"
        ask_for_password(browser, login_identifier.generate())
    assert "Il faut attendre" in browser.page.text


# Line 31


@sqlite_only
def test_line_31_codes_guessed_across_new_ones_and_several_browsers(
    app: Flask, factory: Factory, person: Person, database: Database
) -> None:
    """Five tries in all, whichever link they are typed beside."""
    for _ in range(3):
        link, code = begin(app, factory, person)
        thief = Browser(app)
        thief.get(link)
        for _ in range(3):
            thief.submit(code=other(code))
    outcomes = [outcome for _, outcome in events(database, "recovery.verified")]
    assert outcomes == ["wrong_code"] * 5 + ["must_wait"] * 4
    thief.get(link)
    assert thief.submit(code=link_and_code(factory)[1]).status == 400  # the right one, too soon


@sqlite_only
def test_line_31_a_hundred_guesses_at_once(
    app: Flask, factory: Factory, person: Person, database: Database
) -> None:
    link, code = begin(app, factory, person)
    first = Browser(app)
    first.get(link)
    action, values = first.forms()[0]

    def guess(number: int) -> None:
        copy = Browser(app)
        copy.client._cookies = dict(first.client._cookies)
        wrong = f"{(int(code) + 1 + number) % 1_000_000:06}"
        copy.client.post(action, data=values | {"code": wrong})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(100)))
    outcomes = [outcome for _, outcome in events(database, "recovery.verified")]
    assert outcomes.count("wrong_code") == 5
    assert outcomes.count("must_wait") == 95


@sqlite_only
def test_line_31_an_emergency_is_no_further_place_to_guess_at(
    app: Flask, factory: Factory, person: Person, database: Database
) -> None:
    for _ in range(3):
        browser = Browser(app)
        ask_for_block(browser, person.identifier)
        look_up(app)
        wrong = other(sent(factory, "emergency-code")[-1]["context"]["code"])
        for _ in range(2):
            browser.submit(code=wrong)
    assert "Il faut attendre" in browser.page.text
    assert account_of(database, person).state == "active"


# Line 32


@sqlite_only
def test_line_32_tries_are_shared_by_every_entry(
    app: Flask, browser: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    """The codes at the sign-in, at the application's, and beside a link count together."""
    secret = add_totp(signed_in(app, factory, person))
    clock.advance(30)
    link, code = begin(app, factory, person)
    thief = Browser(app)
    thief.get(link)
    for _ in range(5):
        thief.submit(code=other(code))
    signing_in = Browser(app)
    signing_in.get("/sign-in")
    signing_in.give_password(person)
    signing_in.get(signing_in.page.path.replace("/second-factor", "/totp"))
    assert "Il faut attendre" in signing_in.submit(code=shown(secret)).text


@sqlite_only
def test_line_32_a_blocked_account_at_every_entry(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    """Signing in, a session, a refresh, a recovery begun before and one begun after."""
    client = factory.client()
    browser.authorize(client, scope="openid offline_access", prompt="consent")
    browser.give_password(person)
    browser.submit(channel="mail")
    browser.give_code(factory)
    browser.submit(decision="accept")
    tokens = browser.tokens(client).json or {}
    link, code = begin(app, factory, person)
    owner = Browser(app)
    ask_for_block(owner, person.identifier)
    look_up(app)
    owner.submit(code=sent(factory, "emergency-code")[-1]["context"]["code"])

    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert token_request(app, client, refresh).status_code == 400
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert app.test_client().get("/userinfo", headers=bearer).status_code == 401
    assert browser.get("/account").path.endswith("/password")
    assert "bloqué" in browser.give_password(person).text
    assert Browser(app).get(link).status == 410
    assert post(Browser(app), link, code=code).status == 410
    ask_for_password(Browser(app), person.identifier)
    look_up(app)
    assert not sent(factory, "recovery")


@sqlite_only
def test_line_32_a_lock_of_the_password_is_not_lifted_by_a_recovery_that_was_only_begun(
    app: Flask, browser: Browser, factory: Factory, person: Person
) -> None:
    browser.get("/sign-in")
    fail_password(browser, person.identifier, 6)
    assert "Il faut attendre" in browser.page.text
    begin(app, factory, person)
    assert "Il faut attendre" in fail_password(browser, person.identifier).text


# Line 34


@pytest.mark.parametrize("door", ["password", "identifier", "emergency", "sign-in"])
def test_line_34_who_has_an_account_by_the_answer(
    app: Flask, factory: Factory, person: Person, door: str
) -> None:
    """Same page, same status, same cookies, same length of the way."""
    known, unknown = person.identifier, login_identifier.generate()
    asks: dict[str, tuple[Callable[[Browser, str], Page], str, str]] = {
        "password": (ask_for_password, known, unknown),
        "identifier": (ask_for_identifier, str(person.mail), "personne@exemple.fr"),
        "emergency": (ask_for_block, known, unknown),
        "sign-in": (_fail, known, unknown),
    }
    ask, there, nowhere = asks[door]
    seen = []
    for typed in (there, nowhere):
        browser = Browser(app)
        page = ask(browser, typed)
        cookies = sorted(name for name in ("dmp-known", "dmp-browser") if name in browser.cookies)
        text = words(page).replace(login_identifier.display(typed), "") if door == "sign-in" else ""
        seen.append((page.status, cookies, text or words(page)))
    assert seen[0] == seen[1]


def _fail(browser: Browser, identifier: str) -> Page:
    browser.get("/sign-in")
    return fail_password(browser, identifier)


@sqlite_only
def test_line_34_who_has_an_account_by_the_work(
    app: Flask, factory: Factory, person: Person, database: Database
) -> None:
    """What is written while the page is made does not depend on it: the worker looks later."""

    def written(door: Callable[[Browser, str], Page], typed: str) -> list[str]:
        statements: list[str] = []

        def note(_c: object, _u: object, statement: str, *_: object) -> None:
            statements.append(statement.partition("(")[0])

        browser = Browser(app)
        event.listen(database.engine, "before_cursor_execute", note)
        try:
            door(browser, typed)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
        return statements

    nobody = login_identifier.generate()
    for door, there, nowhere in (
        (ask_for_password, person.identifier, nobody),
        (ask_for_block, person.identifier, nobody),
        (ask_for_identifier, str(person.mail), "personne@exemple.fr"),
    ):
        assert written(door, there) == written(door, nowhere) != []


@sqlite_only
def test_line_34_who_has_an_account_by_the_waits(
    app: Flask, factory: Factory, person: Person
) -> None:
    said = []
    for typed in (person.identifier, login_identifier.generate()):
        pages = []
        for _ in range(6):
            browser = Browser(app)
            pages.append(words(ask_for_password(browser, typed)))
        said.append(pages)
    assert said[0] == said[1]
    assert "Il faut attendre" in said[0][-1]
