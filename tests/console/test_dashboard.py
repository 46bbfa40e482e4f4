"""The dashboard in the console."""

import re

import pytest
from sqlalchemy import update

from idp import audit
from idp.config import DAY
from idp.db import Database
from idp.messages import outbox
from idp.models import Client
from tests.browser_client import Browser
from tests.console.conftest import SignIn
from tests.directory.expired import seal
from tests.factories import App, Factory
from tests.held_clock import HeldClock
from tests.walks import fail_password

PAGE = "/admin/dashboard"


def happen(database: Database, client: App | None, *acts: str, **more: str) -> None:
    with database.writing() as session:
        for act in acts:
            pk = client.pk if client else None
            audit.record(session, act, actor="holder", client_id=pk, **more)
    seal(database)


def send(database: Database, clock: HeldClock, after: int, client: App | None = None) -> None:
    """A message that waits so many seconds, and is sent."""
    with audit.on_the_way_to(client.pk if client else None), database.writing() as session:
        outbox.enqueue(
            session, "one-time-code", account_id=None, channel="sms", recipient="x", locale="fr",
            context={},
        )  # fmt: skip
    clock.advance(after)
    while (message := outbox.claim(database, "one", 30)) is not None:
        outbox.sent(database, message)


def table(browser: Browser, name: str, query: str = "") -> list[str]:
    """Lines of a panel's table, as the spreadsheet gets it."""
    answer = browser.get(f"{PAGE}/export?table={name}&{query}")
    assert answer.status == 200
    return answer.text.removeprefix("\ufeff").splitlines()


@pytest.fixture
def portal(factory: Factory) -> App:
    return factory.client(client_name="Portail patient")


def test_what_happened_is_shown_by_application(
    console: SignIn, database: Database, portal: App, factory: Factory
) -> None:
    other = factory.client(client_name="Imagerie Nord")
    browser = console("auditor")
    happen(database, portal, *["authorization.granted"] * 3)
    happen(database, other, "authorization.granted")
    happen(database, portal, "password.verified", outcome="wrong_password")
    happen(database, portal, "token.issued", grant_type="authorization_code")
    assert table(browser, "connections-applications") == [
        "Application;Vers une application;Espace personnel et console;Total",
        "Portail patient;3;0;3",
        "Imagerie Nord;1;0;1",
        "Sans application;0;1;1",
    ]
    assert table(browser, "failures-applications")[1:] == ["Portail patient;1;1"]
    assert table(browser, "tokens-applications")[1:] == ["Portail patient;1;1"]
    text = browser.get(PAGE).text
    assert 'role="img"' in text
    assert "Mot de passe faux" in text
    assert " style=" not in text


@pytest.mark.parametrize(("period", "slots"), [("24h", 24), ("7d", 7), ("30d", 30), ("12m", 12)])
def test_each_period_has_its_slots_and_the_last_one_is_now(
    console: SignIn, database: Database, portal: App, period: str, slots: int
) -> None:
    happen(database, portal, "authorization.granted")
    lines = table(console("owner"), "connections-time", f"period={period}")
    assert len(lines) == 1 + slots
    assert lines[-1].endswith(";1;1")
    assert all(line.endswith(";0;0") for line in lines[1:-1])


def test_dates_are_chosen_and_cut_by_hour_day_or_month(
    console: SignIn, database: Database, portal: App
) -> None:
    happen(database, portal, "authorization.granted")
    browser = console("owner")

    def lines(since: str, until: str) -> int:
        dates = f"period=dates&since={since}&until={until}"
        return len(table(browser, "connections-time", dates)) - 1

    assert lines("2026-11-22", "2026-11-22") == 24
    assert lines("2026-10-25", "2026-10-25") == 25  # the clocks go back
    assert lines("2026-11-01", "2026-11-30") == 30
    assert lines("2026-01-15", "2026-11-22") == 11


@pytest.mark.parametrize(
    "query",
    [
        "period=dates", "period=dates&since=2026-11-22&until=2026-11-21", "period=%00",
        "period=dates&since=2020-01-01&until=2026-11-21", "period=dates&since=0001-01-01&until=x",
        "period=dates&since=9999-12-31&until=9999-12-31", "application=none", "application=%00",
        "period=century",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_beside_its_field(console: SignIn, query: str) -> None:
    browser = console("auditor")
    answer = browser.get(f"{PAGE}?{query}")
    assert answer.status == 400
    assert "fr-message--error" in answer.text
    assert browser.get(f"{PAGE}/export?table=delays&{query}").status == 400
    assert browser.get(f"{PAGE}/export?table=none").status == 400


def test_delays_are_the_bounds_that_messages_stayed_within(
    console: SignIn, database: Database, clock: HeldClock, portal: App
) -> None:
    browser = console("help_desk")
    sent = len(table(browser, "kinds"))
    for seconds in [1] * 18 + [25, 50]:
        send(database, clock, seconds, portal)
    asked = f"application={portal.client_id}"
    assert sent == 1
    assert table(browser, "kinds", asked)[1:] == [
        "Mot de passe à usage unique, SMS;20;0;0;1;30",
    ]
    text = browser.get(f"{PAGE}?{asked}").text
    assert "La moitié est partie en 1\xa0s au plus, 95\xa0% en 30\xa0s au plus." in text


def test_what_waits_is_told_with_since_when(
    console: SignIn, database: Database, clock: HeldClock, portal: App
) -> None:
    browser = console("help_desk")
    with database.writing() as session:
        outbox.enqueue(
            session, "one-time-code", account_id=None, channel="sms", recipient="x", locale="fr",
            context={},
        )  # fmt: skip
    clock.advance(120)
    assert "SMS\xa0: 1, depuis 2\xa0min au plus" in browser.get(PAGE).text


def test_a_client_administrator_sees_the_own_organisations_applications_alone(
    console: SignIn, database: Database, factory: Factory
) -> None:
    mine, foreign = factory.client(client_name="La mienne"), factory.client(client_name="Autre")
    with database.writing() as session:
        own = factory.organisation(session)
        session.execute(update(Client).where(Client.id == mine.pk).values(organisation_id=own))
    happen(database, mine, "authorization.granted")
    happen(database, foreign, "authorization.granted", "authorization.granted")
    browser = console("client_administrator")
    lines = table(browser, "connections-applications")
    assert lines[1:] == ["La mienne;1;1"]
    assert "Autre</option>" not in browser.get(PAGE).text
    assert browser.get(f"{PAGE}?application={foreign.client_id}").status == 403
    assert browser.get(f"{PAGE}/export?table=kinds&application={foreign.client_id}").status == 403
    assert browser.get(f"{PAGE}?application={mine.client_id}").status == 200


def test_without_a_figure_the_page_says_what_to_do(
    console: SignIn, database: Database, portal: App
) -> None:
    browser = console("owner")
    text = browser.get(f"{PAGE}?application={portal.client_id}").text
    assert "Rien n’est compté pour cette période" in text
    assert "idp worker" in text
    assert "<figure" not in text


def test_a_name_that_is_a_formula_is_a_text_in_the_spreadsheet(
    console: SignIn, database: Database, factory: Factory
) -> None:
    happen(database, factory.client(client_name="=1+1"), "authorization.granted")
    assert "'=1+1;1;1" in table(console("owner"), "connections-applications")


def test_a_failure_on_the_way_to_an_application_is_that_applications(
    browser: Browser, console: SignIn, database: Database, portal: App, factory: Factory
) -> None:
    person = factory.person()
    browser.authorize(portal)
    fail_password(browser, person.identifier)
    seal(database)
    assert table(console("owner"), "failures-applications")[1:] == ["Portail patient;1;1"]


def test_many_reasons_are_one_line_of_the_chart_and_each_its_column_of_the_table(
    console: SignIn, database: Database, portal: App
) -> None:
    reasons = [f"reason_{number}" for number in range(8)]
    for reason in reasons:
        happen(database, portal, "code.verified", outcome=reason)
    browser = console("owner")
    head = table(browser, "failures-time")[0].split(";")
    assert len(head) == 1 + len(reasons) + 1
    legend = browser.get(PAGE).text.partition('id="failures"')[2].partition("</figure>")[0]
    assert legend.count("chart__swatch") == 5


def test_who_tries_an_application_out_is_not_on_the_way_to_it(
    console: SignIn, database: Database, portal: App, factory: Factory
) -> None:
    browser = console("owner")
    browser.get(f"/admin/applications/{portal.client_id}/try")
    browser.submit(1, redirect_uri=portal.redirect_uri)
    fail_password(browser, factory.person().identifier)
    seal(database)
    assert table(console("owner"), "failures-applications")[1:] == ["Sans application;1;1"]


def names(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', text)


def test_the_list_of_applications_has_the_months_connections_and_is_put_in_their_order(
    console: SignIn, database: Database, factory: Factory, clock: HeldClock
) -> None:
    quiet, busy, _ = (factory.client(client_name=name) for name in ("Aa", "Bb", "Cc"))
    happen(database, quiet, *["authorization.granted"] * 9)
    clock.advance(30 * DAY)
    happen(database, quiet, "authorization.granted")
    happen(database, busy, "authorization.granted", "authorization.granted")
    browser = console("owner")
    usual = browser.get("/admin/applications").text
    assert names(usual) == ["Aa", "Bb", "Cc"]
    assert 'aria-label="Connexions à Aa\xa0: 1">1</a>' in usual
    ordered = browser.get("/admin/applications?sort=connections").text
    assert names(ordered) == ["Bb", "Aa", "Cc"]
    assert 'aria-sort="descending"' in ordered
    assert browser.get("/admin/applications?sort=%00").status == 200


def test_a_client_administrator_reads_no_foreign_connections_in_the_list(
    console: SignIn, database: Database, portal: App
) -> None:
    happen(database, portal, "authorization.granted")
    browser = console("client_administrator")
    for query in ("", "?sort=connections"):
        text = browser.get(f"/admin/applications{query}").text
        assert names(text) == ["Portail patient"]
        assert "Connexions à Portail" not in text
