"""The worker enrols each row once, whatever comes between, and says what became of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from idp import audit
from idp.config import DAY
from idp.directory import holder_imports, import_letters, import_work, purge
from idp.directory.holder_imports import NotNow
from idp.models import AuditEvent, HolderImport, ImportLetters, ImportRow
from tests.directory.expired import size
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.imports.conftest import Desk
from tests.imports.people_file import crowd, person, written
from tests.walks import events


def test_what_is_ready_is_enrolled_and_the_rest_is_not(desk: Desk) -> None:
    import_id = desk.done(written(person(1), person(2, sexe="x"), person(3)))
    assert [state for _, state, _ in desk.rows(import_id)] == ["enrolled", "wrong", "enrolled"]
    assert desk.enrolled() == 2
    assert desk.found(import_id).state == "done"


def test_nothing_is_made_before_it_is_confirmed(desk: Desk) -> None:
    desk.check(crowd(2))
    desk.work()
    assert desk.enrolled() == 0


def test_of_a_row_that_is_done_there_stays_the_line_and_the_login_identifier(desk: Desk) -> None:
    row = desk.row(desk.done(crowd(1)))
    assert row.content is None
    assert row.letter is None
    assert row.login_identifier
    assert len(row.login_identifier) == 12


def test_the_same_file_twice_makes_nobody_twice(desk: Desk) -> None:
    first, second = desk.check(crowd(3)), desk.check(crowd(3))
    assert holder_imports_of_the_same_file(desk, second) == first
    desk.confirm(first)
    desk.confirm(second)
    desk.work()
    assert desk.enrolled() == 3
    assert desk.states(first) == {"enrolled"}
    assert [row[1:] for row in desk.rows(second)] == [("refused", [("nir", "known")])] * 3


def holder_imports_of_the_same_file(desk: Desk, import_id: int) -> int | None:
    with desk.database.reading() as session:
        found = holder_imports.earlier(session, session.get_one(HolderImport, import_id))
        return found.id if found else None


def test_a_former_ins_c_is_a_duplicate_too(desk: Desk, factory: Factory) -> None:
    """Of somebody whose NIR was corrected since."""
    factory.person()
    with desk.database.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE holder SET nir_index = nir_index || nir_index"
            if session.get_bind().dialect.name == "postgresql"
            else "UPDATE holder SET nir_index = x'00'"
        )
    marie = person(
        nom_naissance="MARTIN", prenoms="Marie Christine", date_naissance="31/01/1977", sexe="F",
        nir="2770166828427",
    )  # fmt: skip
    assert [row[1:] for row in desk.rows(desk.check(written(marie)))] == [
        ("wrong", [("nir", "ins_c_known")])
    ]


def test_several_workers_at_once_make_nobody_twice(desk: Desk) -> None:
    """Also when the lease is no good, as after a clock that jumped."""
    import_id = desk.confirm(desk.check(crowd(12)))
    job = import_work._claim(desk.database, desk.settings, None)
    assert job is not None
    assert import_work._claim(desk.database, desk.settings, None) is None
    rows = import_work._waiting(job)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(lambda: [import_work._deal_with(job, row) for row in rows])
    import_work._release(job)
    desk.work()
    assert desk.enrolled() == 12
    assert len(events(desk.database, "holder.enrolled")) == 12
    assert desk.states(import_id) == {"enrolled"}


def test_what_a_worker_left_is_done_by_another(desk: Desk, clock: HeldClock) -> None:
    import_id = desk.confirm(desk.check(crowd(3)))
    job = import_work._claim(desk.database, desk.settings, None)
    assert job is not None
    import_work._deal_with(job, import_work._waiting(job)[0])
    assert import_work.advance(desk.database, desk.settings) == 0
    clock.advance(import_work.LEASE)
    desk.work()
    assert desk.enrolled() == 3
    assert desk.states(import_id) == {"enrolled"}


def test_paused_it_rests_and_resumed_it_goes_on(desk: Desk) -> None:
    import_id = desk.confirm(desk.check(crowd(3)))
    job = import_work._claim(desk.database, desk.settings, None)
    assert job is not None
    rows = import_work._waiting(job)
    import_work._deal_with(job, rows[0])
    with desk.database.writing() as session:
        holder_imports.pause(session, desk.settings, import_id, actor="operator")
    import_work._deal_with(job, rows[1])  # was at it already: comes to nothing
    import_work._release(job)
    desk.work()
    assert desk.enrolled() == 1
    with desk.database.writing() as session:
        holder_imports.resume(session, import_id, actor="operator")
    desk.work()
    assert desk.enrolled() == 3


def test_cancelled_the_rest_is_wiped_and_who_is_enrolled_gets_a_letter(desk: Desk) -> None:
    import_id = desk.confirm(desk.check(crowd(3)))
    job = import_work._claim(desk.database, desk.settings, None)
    assert job is not None
    import_work._deal_with(job, import_work._waiting(job)[0])
    import_work._release(job)
    with desk.database.writing() as session:
        assert holder_imports.cancel(session, import_id, actor="operator") == 2
    desk.work()
    assert [state for _, state, _ in desk.rows(import_id)] == ["enrolled", "cancelled", "cancelled"]
    with desk.database.reading() as session:
        assert session.scalars(select(ImportRow.content)).all() == [None] * 3
        letters = import_letters.waiting(session, import_id)
        assert letters is not None
        assert letters.letters == 1


@pytest.mark.parametrize("act", ["confirm", "pause", "resume", "cancel"])
def test_what_does_not_fit_the_state_is_refused(desk: Desk, act: str) -> None:
    import_id = desk.done(crowd(1))
    settings = (desk.settings,) if act == "pause" else ()
    with pytest.raises(NotNow), desk.database.writing() as session:
        getattr(holder_imports, act)(session, *settings, import_id, actor="operator")


def test_a_file_of_nobody_but_wrong_ones_cannot_be_confirmed(desk: Desk) -> None:
    import_id = desk.check(written(person(1, sexe="x")))
    with pytest.raises(NotNow):
        desk.confirm(import_id)


def test_what_nobody_confirms_is_given_up_and_wiped(desk: Desk, clock: HeldClock) -> None:
    import_id, empty = desk.check(crowd(2)), desk.check(written(person(1, sexe="x")))
    clock.advance(desk.settings.import_days * DAY - 1)
    desk.work()
    assert desk.states(import_id) == {"ready"}
    clock.advance(1)
    desk.work()
    assert desk.states(import_id) == {"cancelled"}
    assert desk.row(import_id).content is None
    assert desk.found(empty).state == "done"


def test_the_report_goes_on_its_day(desk: Desk, clock: HeldClock) -> None:
    desk.done(crowd(1))
    clock.advance(desk.settings.import_report_days * DAY - 1)
    desk.work()
    purge.purge(desk.database, desk.settings)
    assert size(desk.database, HolderImport) == 1
    clock.advance(1)
    purge.purge(desk.database, desk.settings)
    for model in (HolderImport, ImportRow, ImportLetters):
        assert size(desk.database, model) == 0
    assert desk.enrolled() == 1


def test_the_trail_says_who_had_whom_enrolled(desk: Desk, factory: Factory) -> None:
    agent = factory.operator("enrolment_agent")
    with audit.acting(audit.Acting(agent.account_id, audit.Origin("192.0.2.1"))):
        import_id = desk.confirm(desk.check(crowd(2)))
    desk.work()
    with desk.database.reading() as session:
        told = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        by_act = {event.act: event for event in told}
        assert {"import.checked", "import.started", "import.letters_made", "import.ended"} <= set(
            by_act
        )
        enrolled = [event for event in told if event.act == "holder.enrolled"]
        assert [event.actor_id for event in enrolled] == [agent.account_id] * 2
        assert {event.detail["import_id"] for event in enrolled} == {str(import_id)}
        assert by_act["import.checked"].detail == {
            "import_id": str(import_id), "rows": 2, "wrong": 0,
        }  # fmt: skip
