"""The trace of accesses: in words, filtered, a page at a time, and as a table to keep."""

import csv
import html
import io
import re

import pytest
from flask import Flask

from idp import audit
from idp.db import Database
from idp.messages.export.words import ACTS
from idp.web.account.accesses import KINDS, REFUSED_KINDS
from idp.web.admin import trail_words
from tests.browser_client import Browser
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import fail_password, sign_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
DAY = 86_400


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def home(browser: Browser, factory: Factory, person: Person) -> Browser:
    browser.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(browser, factory, person)
    return browser


def lines(browser: Browser, query: str = "") -> list[str]:
    """What each event of the page says."""
    page = browser.get(f"/account/accesses?{query}").text.replace("\u00a0", " ")
    found = re.findall(r'<li class="access">(.*?)</li>', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]


def table(browser: Browser, query: str = "") -> list[list[str]]:
    answer = browser.client.get(f"/account/accesses.csv?{query}", base_url="http://localhost:8000")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="acces.csv"'
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def happen(database: Database, person: Person, act: str, number: int) -> None:
    """So many times, as old as the clock is now."""
    with database.writing() as session:
        for _ in range(number):
            audit.record(session, act, actor="holder", account_id=person.account_id)
            session.flush()


def test_it_says_what_the_applications_did_too(home: Browser, factory: Factory) -> None:
    home.authorize(factory.client(client_name="Portail patient"), scope="openid")
    home.submit(decision="accept")
    told = lines(home)
    assert any("Accès ouvert à Portail patient" in each for each in told)
    assert any("Vous , depuis Firefox sur Windows" in each for each in told)
    assert all("Adresse réseau : 127.0.0.1" in each for each in told if "Firefox" in each)


def test_it_says_that_the_help_desk_looked_and_not_from_where(
    home: Browser, person: Person, database: Database
) -> None:
    with database.writing() as session:
        audit.record(
            session,
            "account.consulted",
            actor="operator",
            account_id=person.account_id,
            origin=audit.Origin("10.9.8.7", "Firefox/Linux"),
        )
    told = next(each for each in lines(home) if "Compte consulté par l’assistance" in each)
    assert "10.9.8.7" not in told


def test_it_is_filtered_by_application(home: Browser, factory: Factory) -> None:
    portal, other = (factory.client(client_name=name) for name in ("Portail", "Mes rendez-vous"))
    for each in (portal, other):
        home.authorize(each, scope="openid")
        home.submit(decision="accept")
    told = " ".join(lines(home, f"application={portal.pk}"))
    assert "Accord donné à Portail" in told
    assert "depuis Firefox" in told  # the connection that led to it
    assert "Accord donné à Mes rendez-vous" not in told


def test_it_is_filtered_by_kind(home: Browser, app: Flask, person: Person) -> None:
    stranger = Browser(app)
    stranger.get("/sign-in")
    fail_password(stranger, person.identifier)
    assert len(lines(home, "kind=refusals")) == 1
    assert all("Tentative refusée" not in each for each in lines(home, "kind=connections"))
    assert lines(home, "kind=assistance") == []
    assert "Rien de tel dans cette période." in home.page.text


def test_it_is_filtered_by_period(
    app: Flask, home: Browser, factory: Factory, person: Person, clock: HeldClock
) -> None:
    clock.advance(8 * DAY)
    later = Browser(app)
    sign_in(later, factory, person)
    assert len(lines(later)) == 2
    assert len(lines(later, "days=7")) == 1
    assert len(lines(later, "days=30")) == 2


def test_a_long_trace_comes_a_page_at_a_time(
    home: Browser, person: Person, database: Database
) -> None:
    happen(database, person, "passkey.enrolled", 55)
    pages = [len(lines(home, "kind=changes"))]
    while older := re.search(r'id="older" href="([^"]+)"', home.page.text):
        pages.append(len(lines(home, html.unescape(older[1]).partition("?")[2])))
        assert 'id="newest"' in home.page.text
    assert pages == [25, 25, 5]


def test_the_table_has_all_of_it(home: Browser, person: Person, database: Database) -> None:
    happen(database, person, "passkey.enrolled", 30)
    head, *rows = table(home, "kind=changes")
    assert head == ["Date", "Événement", "Application", "Navigateur", "Adresse réseau"]
    assert len(rows) == 30
    assert rows[0][:2] == ["2026-11-22T13:32:00+00:00", "Clé d’accès ajoutée"]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@A1", "\tx", "＝1"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_cell_is_a_formula(home: Browser, factory: Factory, name: str) -> None:
    home.authorize(factory.client(client_name=name), scope="openid")
    home.submit(decision="accept")
    cells = {cell for row in table(home) for cell in row}
    assert f"'{name}" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in cells)


def test_nobody_else_sees_it(app: Flask, home: Browser, factory: Factory) -> None:
    other = Browser(app)
    sign_in(other, factory, factory.person(mail="autre@exemple.fr"))
    assert len(lines(other)) == 1
    assert Browser(app).get("/account/accesses.csv").path.endswith("/password")


@pytest.mark.parametrize("query", ["application=x", "before=-1", f"before={'9' * 40}", "kind=%00"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_read_is_not_asked_for(home: Browser, query: str) -> None:
    assert len(lines(home, query)) == 1


# What is about no account, by the beginning of its name.
NOBODYS = (
    "audit_key.", "authority.", "client.", "holder.listed", "holder.searched", "import.",
    "initial_token.", "key.", "keys.", "operator.", "organisation.", "resource.",
    "trail.exported", "trail.found", "trail.purged", "trail.verification",
)  # fmt: skip
# What the line of another event tells, and what ended with the account.
TOLD_BY_ANOTHER = {
    "account.closed", "code.sent", "export.made", "session.raised", "token.issued",
    "token.refused", "token.revoked",
}  # fmt: skip


def test_every_act_about_an_account_is_told_to_its_holder(app: Flask) -> None:
    with app.test_request_context():
        known = {act for act in trail_words.acts() if not act.startswith(NOBODYS)}
    assert known == KINDS.keys() | REFUSED_KINDS.keys() | TOLD_BY_ANOTHER
    assert known <= ACTS.keys(), "in the copy of one's data too"


def test_every_event_has_words(home: Browser, person: Person, database: Database) -> None:
    for act, kind in KINDS.items():
        happen(database, person, act, 1)
        assert kind not in lines(home, "application=&kind=")[0], act
