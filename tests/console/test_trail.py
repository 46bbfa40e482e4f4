"""The trail in the console: read, taken away, verified."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

import idp
from idp import audit
from idp.audit import checkpoints
from idp.config import Settings
from idp.db import Database
from idp.directory import trail_checks
from idp.models import AuditEvent, AuditSeal
from idp.web.admin import trail as pages
from idp.web.admin import trail_words
from tests.browser_client import VERIFIER, Browser, token_request
from tests.console.conftest import SignIn, raw
from tests.directory.expired import record
from tests.factories import INITIAL_PASSWORD, Factory
from tests.held_clock import HeldClock
from tests.walks import CHOSEN, activate, fail_password

FORM = 1
NIR = "2770166828427"


def test_an_event_stands_there_in_words(
    console: SignIn, factory: Factory, database: Database
) -> None:
    holder = factory.person()
    with database.writing() as session:
        audit.record(
            session, "account.blocked", actor="operator", account_id=holder.account_id,
            motive="deceased", origin=audit.Origin("192.0.2.7", "Firefox"),
        )  # fmt: skip
    text = console("auditor").get("/admin/trail").text
    assert all(said in text for said in ("Compte bloqué", "deceased", "192.0.2.7", "Firefox"))
    assert "Connexion" in text
    assert "Camille Durand" in text


def test_the_filters_of_the_form_are_the_trails(
    console: SignIn, factory: Factory, database: Database
) -> None:
    holder = factory.person()
    with database.writing() as session:
        audit.record(session, "account.blocked", actor="operator", account_id=holder.account_id)
    browser = console("owner")
    found = browser.get(
        f"/admin/trail?holder={holder.identifier}&since=2026-11-22&until=2026-11-22"
    )
    assert rows(found.text) == ["Compte bloqué"]
    assert "Trace d’un compte consultée" in rows(browser.get("/admin/trail").text)
    assert "Aucun événement" in browser.get("/admin/trail?until=2026-11-21").text


@pytest.mark.parametrize(
    "query",
    [
        "since=hier", "until=0001-01-01", "act=%00", "outcome=;", "address=nowhere", "holder=12",
        "application=none", "application=%00", "operator=%F0", "since=9999-12-31",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_said(console: SignIn, query: str) -> None:
    browser = console("auditor")
    assert browser.get(f"/admin/trail?{query}").status == 400
    assert browser.get(f"/admin/trail/export?format=csv&{query}").status == 400


def test_pages_follow_each_other_both_ways(
    console: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SIZE", 2)
    browser = console("auditor")
    record(database, 3)
    first = rows(browser.get("/admin/trail?act=account.").text)
    older = link(browser, "next")
    second = rows(browser.get(older).text)
    assert (len(first), len(second)) == (2, 1)
    assert not link(browser, "next")
    assert rows(browser.get(link(browser, "prev")).text) == first
    assert not link(browser, "prev")
    assert browser.get("/admin/trail?before=x&after=-1").status == 200


def test_an_export_is_sent_whole_and_stands_in_the_trail(
    console: SignIn, database: Database, clock: HeldClock
) -> None:
    browser = console("auditor")
    record(database, 3)
    answer = browser.get("/admin/trail/export?format=jsonl&act=account.consulted")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="trail-2026-11-22.jsonl"'
    acts = [json.loads(line)["act"] for line in answer.text.splitlines()]
    assert acts == ["account.consulted"] * 3
    table = browser.get("/admin/trail/export?format=csv&act=trail.exported").text
    assert table.startswith("\ufeffid;at;act;")
    with database.reading() as session:
        told = session.scalars(select(AuditEvent).where(AuditEvent.act == "trail.exported")).first()
        assert told is not None
        assert told.detail["filters"] == ["act"]
        assert told.actor_id is not None
    assert browser.get("/admin/trail/export?format=exe").status == 400


def test_a_verification_names_the_link_that_was_tampered_with(
    console: SignIn, database: Database, settings: Settings, clock: HeldClock
) -> None:
    browser = console("auditor")
    for _ in range(3):
        record(database, 2)
        clock.advance(60)
    browser.get("/admin/trail/verification")
    assert "Vérification en cours" in browser.submit(FORM).text
    trail_checks.advance(database, settings)
    assert "La trace est intacte" in browser.get("/admin/trail/verification").text
    with database.writing() as session:
        second = session.scalars(select(AuditSeal.id).order_by(AuditSeal.id)).all()[1]
        changed = update(AuditEvent).where(AuditEvent.seal_id == second)
        session.execute(changed.values(actor="nobody"))
    browser.submit(FORM)
    trail_checks.advance(database, settings)
    text = browser.get("/admin/trail/verification").text
    assert "La trace est rompue au maillon 2" in text
    assert str(second) in text


def test_the_checkpoint_is_taken_away_with_its_key(
    console: SignIn, database: Database, settings: Settings
) -> None:
    browser = console("auditor")
    assert browser.get("/admin/trail/verification/checkpoint").status == 404
    record(database, 1)
    checkpoints.sign_due(database, settings)
    kept = checkpoints.held(json.loads(browser.get("/admin/trail/verification/checkpoint").text))
    assert kept is not None
    with database.reading() as session:
        assert audit.verify(session, kept).checkpoints == 2


def test_every_act_has_words() -> None:
    missing = sorted(set(recorded()) - set(trail_words.acts()))
    assert missing == []


def recorded() -> Iterator[str]:
    """The acts that the code names: the first text of a call that records one."""
    for path in Path(idp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name not in {"record", "event_values", "_event", "_record", "_tell"}:
                continue
            texts = [
                each.value
                for each in ast.walk(ast.Tuple([*node.args[:3]], ast.Load()))
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            yield from (text for text in texts if text.count(".") == 1 and not text.endswith("."))


def test_nothing_secret_and_nothing_of_a_person_is_in_the_trail(
    app: Flask, browser: Browser, factory: Factory, database: Database, console: SignIn
) -> None:
    """Of a whole journey, with its mistakes, and of an operator's acts on the person."""
    person, portal = factory.person(activated=False, mobile="+33612345678"), factory.client()
    browser.get("/activation")
    fail_password(browser, person.identifier)
    activate(browser, factory, person)
    code = factory.last_code()
    browser.authorize(portal, scope="openid offline_access ins_c email")
    browser.submit(decision="accept", email="yes")
    tokens = browser.tokens(portal).json
    token_request(
        app, portal, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    )
    operator = console("owner")
    operator.get(f"/admin/trail?holder={person.identifier}")
    export = operator.get("/admin/trail/export?format=jsonl").text
    with database.reading() as session:
        stored = "\n".join(str(tuple(row)) for row in session.execute(raw("audit_event")))
    for secret in (
        INITIAL_PASSWORD, CHOSEN, VERIFIER, code, NIR, "MARTIN", "Martin", "1977-01-31",
        "m.martin@exemple.fr", "612345678", "TILLEULS", portal.secret or "",
        tokens["access_token"], tokens["refresh_token"], tokens["id_token"],
    ):  # fmt: skip
        assert secret not in stored
        assert secret not in export
    assert "ins_c" not in [name for line in export.splitlines() for name in json.loads(line)]


def rows(text: str) -> list[str]:
    """The acts of the table."""
    parts = text.split('<th scope="row">')[1:]
    return [part.partition("<")[0].strip() for part in parts]


def link(browser: Browser, rel: str) -> str:
    found = browser.page.text.partition(f'rel="{rel}" href="')[2].partition('"')[0]
    return found.replace("&amp;", "&")
