"""The letters of an import: one PDF, fetched once, gone after; new ones in its place."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from idp.config import DAY
from idp.directory import import_letters, import_work
from idp.directory.holder_imports import NotNow
from idp.models import Account, AccountState, ImportLetters, ImportRow
from tests.browser.letter import IDENTIFIER, NARROW, PASSWORD
from tests.browser_client import Browser
from tests.directory.expired import size
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.imports.conftest import Desk
from tests.imports.people_file import crowd, person, written
from tests.walks import choose_password, events


def taken(desk: Desk, import_id: int) -> bytes:
    with desk.database.writing() as session:
        return import_letters.take(session, import_id, actor="operator")


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text().translate(NARROW) for page in PdfReader(io.BytesIO(pdf)).pages]


def addressee(page: str) -> Person:
    identifier, password = IDENTIFIER.search(page), PASSWORD.search(page)
    assert identifier
    assert password
    return Person(0, identifier[1].replace(" ", ""), password[1], None, None)


def activates(app: Flask, factory: Factory, someone: Person) -> bool:
    holder = Browser(app)
    holder.get("/activation")
    holder.give_password(someone)
    if not holder.page.path.endswith("/new-password"):
        return False
    choose_password(holder)
    return "Votre compte est activé" in holder.give_code(factory).text


def renew(desk: Desk, import_id: int) -> None:
    with desk.database.writing() as session:
        import_letters.renew(session, import_id, actor="operator")
    desk.work()


def test_each_page_activates_an_account(desk: Desk, app: Flask, factory: Factory) -> None:
    someone = written(person(1), person(2, sexe="x"), person(3, nom_naissance="Perrault"))
    letters = pages(taken(desk, desk.done(someone)))
    assert len(letters) == 2
    assert "BERNARD" in letters[0]
    assert "PERRAULT" in letters[1]
    assert all(activates(app, factory, addressee(page)) for page in letters)


def test_they_are_fetched_once_and_then_gone(desk: Desk) -> None:
    import_id = desk.done(crowd(2))
    assert taken(desk, import_id).startswith(b"%PDF")
    with pytest.raises(NotNow):
        taken(desk, import_id)
    assert size(desk.database, ImportLetters) == 0
    assert desk.found(import_id).letters_state == "taken"
    assert len(events(desk.database, "import.letters_taken")) == 1


def test_of_several_who_fetch_at_once_one_has_them(desk: Desk) -> None:
    import_id = desk.done(crowd(1))

    def take(_: int) -> bool:
        try:
            return bool(taken(desk, import_id))
        except NotNow:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert len(events(desk.database, "import.letters_taken")) == 1


def test_they_lie_there_sealed_and_nothing_else_has_the_passwords(desk: Desk) -> None:
    import_id = desk.done(crowd(1))
    with desk.database.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT content FROM holder_import_letters")
        sealed = bytes(kept.scalar_one())
        assert session.scalars(select(ImportRow.letter)).all() == [None]
    assert b"%PDF" not in sealed
    password = addressee(pages(taken(desk, import_id))[0]).password.encode()
    assert password not in sealed
    file = desk.settings.var / "idp.db"
    if file.exists():
        assert password.replace(b"-", b"") not in file.read_bytes()


def test_not_fetched_they_expire_and_are_wiped(desk: Desk, clock: HeldClock) -> None:
    import_id = desk.done(crowd(1))
    clock.advance(desk.settings.letters_days * DAY)
    with pytest.raises(NotNow):
        taken(desk, import_id)
    desk.work()
    assert size(desk.database, ImportLetters) == 0
    assert desk.found(import_id).letters_state == "expired"
    assert len(events(desk.database, "import.letters_expired")) == 1


def test_new_letters_replace_those_that_were_lost(
    desk: Desk, app: Flask, factory: Factory, clock: HeldClock
) -> None:
    """Who has activated meanwhile keeps the chosen password, and gets no letter."""
    import_id = desk.done(crowd(3))
    old = [addressee(page) for page in pages(taken(desk, import_id))]
    assert activates(app, factory, old[0])
    clock.advance(DAY)
    renew(desk, import_id)
    new = [addressee(page) for page in pages(taken(desk, import_id))]
    assert [each.identifier for each in new] == [each.identifier for each in old[1:]]
    assert not activates(app, factory, old[1])
    assert all(activates(app, factory, each) for each in new)
    assert len(events(desk.database, "account.relettered")) == 2
    assert desk.enrolled() == 3


def test_there_are_no_new_letters_while_the_first_lie_ready(desk: Desk) -> None:
    import_id = desk.done(crowd(1))
    with pytest.raises(NotNow):
        renew(desk, import_id)


def test_who_was_blocked_or_closed_gets_no_new_letter(desk: Desk) -> None:
    import_id = desk.done(crowd(2))
    taken(desk, import_id)
    with desk.database.writing() as session:
        first, second = session.scalars(select(Account).where(Account.holder_id.is_not(None)))
        first.state, second.state = AccountState.BLOCKED, AccountState.CLOSED
    renew(desk, import_id)
    assert desk.states(import_id) == {"enrolled"}
    assert desk.found(import_id).state == "done"
    with pytest.raises(NotNow):
        taken(desk, import_id)


def test_a_worker_that_dies_while_typesetting_has_lost_nothing(
    desk: Desk, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = desk.confirm(desk.check(crowd(2)))
    with monkeypatch.context() as patch:

        def dies(_: object) -> bytes:
            raise SystemExit

        patch.setattr(import_letters, "render_apart", dies)
        with pytest.raises(SystemExit):
            desk.work()
    assert import_work.advance(desk.database, desk.settings) == 0
    assert desk.found(import_id).state == "running"
    clock.advance(import_letters.TYPESETTING + 1)
    desk.work()
    assert len(pages(taken(desk, import_id))) == 2
