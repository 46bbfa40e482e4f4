"""The trail as people read it: filtered, by pages, exported; and checked by the worker."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from idp import audit
from idp import clock as clocks
from idp.audit import chain, counts
from idp.config import DAY, HOUR, Settings
from idp.db import Database
from idp.directory import purge, spreadsheet, trail, trail_checks
from idp.directory.trail import Typed, Wanted
from idp.factors import password
from idp.models import ActivityCount, AuditCheck, AuditEvent, AuditSeal, CheckState, Grain
from tests.directory.expired import record, seal
from tests.factories import Factory
from tests.held_clock import HeldClock


@pytest.fixture
def written(database: Database, factory: Factory, clock: HeldClock) -> dict[str, str]:
    """Three events, an hour apart; and whom and what they name."""
    holder, agent, portal = factory.person(), factory.operator("help_desk"), factory.client()
    origin = audit.Origin("192.0.2.7", "Firefox")
    with database.writing() as session:
        audit.record(
            session, "password.verified", actor="holder", outcome="wrong_password",
            account_id=holder.account_id, origin=origin,
        )  # fmt: skip
    clock.advance(HOUR)
    acting = audit.Acting(agent.account_id, audit.Origin("192.0.2.8"))
    with database.writing() as session, audit.acting(acting):
        audit.record(
            session, "account.blocked", actor="operator", account_id=holder.account_id,
            motive="deceased",
        )  # fmt: skip
    clock.advance(HOUR)
    with database.writing() as session:
        audit.record(session, "token.issued", actor="client", client_id=portal.pk)
    return {
        "holder": holder.identifier,
        "operator": agent.identifier,
        "application": portal.client_id,
    }


def acts(database: Database, typed: Typed) -> list[str]:
    with database.reading() as session:
        found = trail.newest(session, trail.wanted(session, typed), 50)
    return [line.event.act for line in found if not line.event.act.startswith("key.")]


def test_the_newest_events_come_first(database: Database, written: dict[str, str]) -> None:
    assert acts(database, Typed()) == ["token.issued", "account.blocked", "password.verified"]


def test_each_filter_finds_its_events(
    database: Database, written: dict[str, str], clock: HeldClock
) -> None:
    blocked, failed, issued = ["account.blocked"], ["password.verified"], ["token.issued"]
    assert acts(database, Typed(act="account.blocked")) == blocked
    assert acts(database, Typed(act="account.")) == blocked
    assert acts(database, Typed(outcome="refused")) == failed
    assert acts(database, Typed(outcome="wrong_password")) == failed
    assert acts(database, Typed(outcome="success")) == [*issued, *blocked]
    assert acts(database, Typed(actor="client")) == issued
    assert acts(database, Typed(operator=written["operator"])) == blocked
    assert acts(database, Typed(holder=written["holder"])) == [*blocked, *failed]
    assert acts(database, Typed(application=written["application"])) == issued
    assert acts(database, Typed(address="192.0.2.7")) == failed
    assert acts(database, Typed(since=int(clock.now) - HOUR)) == [*issued, *blocked]
    assert acts(database, Typed(since=int(clock.now) - HOUR, until=int(clock.now))) == blocked


def test_pages_go_by_key_both_ways(database: Database, clock: HeldClock) -> None:
    record(database, 5)
    with database.reading() as session:
        first = trail.newest(session, Wanted(), 2)
        second = trail.newest(session, Wanted(), 2, first[-1].event.id)
        back = trail.newer(session, Wanted(), 2, second[0].event.id)
    ids = [line.event.id for line in (*first, *second)]
    assert ids == sorted(ids, reverse=True)
    assert [line.event.id for line in back] == ids[:2]


def test_the_export_has_each_event_once_by_its_public_names(
    database: Database, written: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "BATCH", 2)
    lines = list(trail.as_json_lines(trail.oldest_first(database, Wanted(act="account."))))
    (event,) = map(json.loads, lines)
    assert (event["operator"], event["account"]) == (written["operator"], written["holder"])
    assert event["detail"] == {"motive": "deceased"}
    assert event["at"] == "2026-11-22T14:32:00Z"
    everything = [json.loads(line)["id"] for line in trail.as_json_lines(all_of(database))]
    assert everything == sorted(set(everything), key=int)
    with database.reading() as session:
        assert len(everything) == len(session.scalars(select(AuditEvent.id)).all())


def all_of(database: Database) -> Iterator[trail.Line]:
    return trail.oldest_first(database, Wanted())


def test_no_cell_of_the_table_is_a_formula(database: Database, clock: HeldClock) -> None:
    origin = audit.Origin("=HYPERLINK(1)", "+1")
    with database.writing() as session:
        audit.record(session, "account.consulted", actor="operator", origin=origin)
    head, line = trail.as_table(all_of(database), ";")
    assert head.decode("utf-8-sig").startswith("id;at;act;outcome;")
    assert ";'=HYPERLINK(1);" in line.decode()
    assert spreadsheet.line(["-1", "＝2", "a;b"], ";") == "'-1;'＝2;\"a;b\"\r\n".encode()


def test_who_signs_in_with_an_operators_account_is_that_operator(
    database: Database, factory: Factory, settings: Settings
) -> None:
    agent, holder = factory.operator("owner"), factory.person()
    for person in (agent, holder):
        password.verify(
            database, settings, person.identifier, "faux", browser=None, origin=audit.Origin()
        )
    with database.reading() as session:
        by = dict(
            session.execute(
                select(AuditEvent.account_id, AuditEvent.actor).where(
                    AuditEvent.act == "password.verified"
                )
            ).all()
        )
    assert by == {agent.account_id: "operator", holder.account_id: "holder"}


@pytest.fixture
def sealed(database: Database, clock: HeldClock) -> Database:
    """Four seals over three events each."""
    for _ in range(4):
        record(database, 3)
        clock.advance(5)
    return database


def ask(database: Database) -> int:
    with database.writing() as session:
        return trail_checks.begin(session, actor="operator").id


def finished(database: Database, check_id: int) -> tuple[str, trail_checks.Progress]:
    with database.reading() as session:
        check = session.get_one(AuditCheck, check_id)
        return check.state, trail_checks.progress(check)


def test_the_worker_verifies_a_few_seals_at_a_time(
    sealed: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.audit.verification.SEALS", 1)
    check_id = ask(sealed)
    assert ask(sealed) == check_id
    steps = trail_checks.advance(sealed, settings)
    state, progress = finished(sealed, check_id)
    assert (steps, state) == (5, CheckState.HELD)
    assert (progress.seals, progress.events, progress.broken) == (4, 12, None)
    assert trail_checks.advance(sealed, settings) == 0
    assert ask(sealed) != check_id


def test_the_worker_names_the_first_link_that_does_not_hold(
    sealed: Database, settings: Settings
) -> None:
    with sealed.writing() as session:
        second = session.scalars(select(AuditSeal.id).order_by(AuditSeal.id)).all()[1]
        changed = update(AuditEvent).where(AuditEvent.seal_id == second)
        session.execute(changed.values(outcome="changed"))
    check_id = ask(sealed)
    trail_checks.advance(sealed, settings)
    state, progress = finished(sealed, check_id)
    assert state == CheckState.BROKEN
    assert progress.broken is not None
    assert (progress.broken.seal, progress.broken.place) == (second, 2)
    assert progress.broken.fault == audit.Fault.CHANGED
    assert "trail.found_broken" in acts(sealed, Typed())


def test_what_is_purged_while_it_is_verified_is_no_fault(
    sealed: Database, settings: Settings, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("idp.audit.verification.SEALS", 2)
    clock.advance(settings.trail_days * DAY - 10)
    check_id = ask(sealed)
    with sealed.reading() as session:
        half = audit.verification.step(session, audit.Progress(int(clock.now)))
    assert half.events == 6
    purge.purge(sealed, settings)
    seal(sealed)
    with sealed.reading() as session:
        while not half.done:
            half = audit.verification.step(session, half)
    assert half.broken is None
    trail_checks.advance(sealed, settings)
    assert finished(sealed, check_id)[0] == CheckState.HELD


def test_each_event_is_counted_once_in_its_hour_its_day_and_its_month(
    database: Database, written: dict[str, str], clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "BATCH", 2)
    seal(database)
    with database.writing() as session:
        audit.record(session, "token.issued", actor="client")
    seal(database)
    seal(database)
    with database.reading() as session:
        total = {
            (row.grain, row.begins): row.count
            for row in session.scalars(select(ActivityCount).order_by(ActivityCount.client_id))
            if row.act == "token.issued"
        }
        everything = sum(session.scalars(select(ActivityCount.count)))
        assert everything == len(Grain) * len(session.scalars(select(AuditEvent.id)).all())
    now = int(clock.now)
    assert total == {
        (Grain.HOUR, now - now % counts.HOUR): 1,
        (Grain.DAY, clocks.midnight(now)): 1,
        (Grain.MONTH, clocks.first_of_month(now)): 1,
    }
