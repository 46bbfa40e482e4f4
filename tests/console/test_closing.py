"""An account that an operator closes: a month to undo it, told to its holder, then for good."""

from collections.abc import Callable

import pytest

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.directory import accounts, closing, closing_by_operator, emergency, holders
from idp.directory.accounts import Motive, UnblockMotive, WrongState
from idp.directory.closing_by_operator import CloseMotive, KeepMotive
from idp.directory.emergency import OwnMotive
from idp.models import AuditEvent, Holder
from tests.factories import Factory, Person
from tests.held_clock import HeldClock
from tests.walks import account_of, events

DAY = 86_400
Close = Callable[..., int]
every_motive = pytest.mark.parametrize("motive", list(CloseMotive))


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person(mobile="+33612345678")


@pytest.fixture
def close(database: Database, settings: Settings, person: Person) -> Close:
    def ask(motive: CloseMotive) -> int:
        with database.writing() as session:
            return closing_by_operator.ask(
                session, settings, person.identifier, motive=motive, actor="operator"
            )

    return ask


@pytest.fixture
def a_month_later(clock: HeldClock, database: Database, settings: Settings) -> Callable[[], int]:
    def pass_by() -> int:
        clock.advance(30 * DAY)
        return closing.close_due(database, settings)

    return pass_by


def keep(database: Database, person: Person) -> str:
    with database.writing() as session:
        motive = KeepMotive.CLOSED_IN_ERROR
        return closing_by_operator.undo(
            session, person.identifier, motive=motive, actor="operator"
        ).state


def block(database: Database, person: Person) -> None:
    with database.writing() as session:
        motive = Motive.SUSPECTED_FRAUD
        accounts.block(session, person.identifier, motive=motive, actor="operator")


@every_motive
def test_it_is_closed_after_a_month_and_nothing_of_the_person_stays(
    close: Close,
    motive: CloseMotive,
    person: Person,
    database: Database,
    settings: Settings,
    a_month_later: Callable[[], int],
) -> None:
    close(motive)
    assert closing.close_due(database, settings) == 0
    assert a_month_later() == 1
    account = account_of(database, person)
    assert (account.state, account.holder_id, account.password_hash) == ("closed", None, None)
    with database.reading() as session:
        assert session.query(Holder).count() == 0
        told = session.query(AuditEvent).filter_by(act="account.closed").one()
    assert told.detail == {"motive": motive.value}


@every_motive
def test_every_channel_is_told_when_and_how_to_undo_it(
    close: Close, motive: CloseMotive, factory: Factory
) -> None:
    closes_at = close(motive)
    told = [each for each in factory.messages() if each["kind"] == "account-notice"]
    assert len(told) == 2
    shut = motive in closing_by_operator.SHUT
    for each in told:
        assert each["context"]["event"] == ("closing_shut" if shut else "closing_asked")
        assert each["context"]["at"] == closes_at


@every_motive
def test_undone_it_is_as_it_was(
    close: Close,
    motive: CloseMotive,
    person: Person,
    database: Database,
    a_month_later: Callable[[], int],
) -> None:
    close(motive)
    waits = "blocked" if motive in closing_by_operator.SHUT else "active"
    assert account_of(database, person).state == waits
    assert keep(database, person) == "active"
    assert a_month_later() == 0
    assert account_of(database, person).password_hash is not None


@every_motive
def test_one_that_was_blocked_before_is_closed_all_the_same_and_stays_blocked_if_kept(
    close: Close,
    motive: CloseMotive,
    person: Person,
    database: Database,
    a_month_later: Callable[[], int],
) -> None:
    block(database, person)
    close(motive)
    assert keep(database, person) == "blocked"
    close(motive)
    assert a_month_later() == 1


def test_a_block_by_the_help_desk_or_the_holder_makes_it_wait(
    close: Close, person: Person, database: Database, a_month_later: Callable[[], int]
) -> None:
    close(CloseMotive.HOLDER_REQUEST)
    with database.writing() as session:
        emergency.block(
            session,
            person.account_id,
            motive=OwnMotive.NOT_ME,
            locale="fr",
            origin=audit.Origin("192.0.2.1"),
        )
    assert a_month_later() == 0
    assert keep(database, person) == "blocked"
    assert a_month_later() == 0


def test_who_was_blocked_and_is_let_in_again_keeps_the_account(
    close: Close,
    person: Person,
    database: Database,
    a_month_later: Callable[[], int],
) -> None:
    close(CloseMotive.HOLDER_REQUEST)
    with database.writing() as session:
        motive = Motive.HOLDER_REQUEST
        accounts.block(session, person.identifier, motive=motive, actor="operator")
    assert a_month_later() == 0
    with database.writing() as session:
        proved = UnblockMotive.IDENTITY_PROVED
        accounts.unblock(session, person.identifier, motive=proved, actor="operator")
    assert a_month_later() == 0
    assert len(events(database, "closing.undone")) == 1


@every_motive
def test_until_it_is_undone_nothing_opens_it(
    close: Close, motive: CloseMotive, person: Person, database: Database, settings: Settings
) -> None:
    close(motive)
    with pytest.raises(WrongState, match="undo that"):
        holders.reletter(database, settings, person.identifier, actor="operator", unblock=True)
    proved = UnblockMotive.IDENTITY_PROVED
    with database.writing() as session, pytest.raises(WrongState):
        accounts.unblock(session, person.identifier, motive=proved, actor="operator")


@every_motive
def test_it_is_asked_for_and_undone_once(
    close: Close, motive: CloseMotive, person: Person, database: Database
) -> None:
    close(motive)
    with pytest.raises(WrongState, match="already"):
        close(motive)
    keep(database, person)
    with pytest.raises(WrongState):
        keep(database, person)
    assert len(events(database, "closing.asked")) == 1


def test_a_closed_account_is_neither_closed_nor_kept(
    close: Close, person: Person, database: Database, a_month_later: Callable[[], int]
) -> None:
    close(CloseMotive.DECEASED)
    a_month_later()
    with pytest.raises(WrongState):
        close(CloseMotive.DECEASED)
    with pytest.raises(WrongState):
        keep(database, person)


def test_the_help_desk_undoes_what_the_holder_asked_for(
    person: Person, database: Database, settings: Settings, a_month_later: Callable[[], int]
) -> None:
    with database.writing() as session:
        origin = audit.Origin("192.0.2.1")
        closing.ask(session, settings, person.account_id, origin=origin)
    assert keep(database, person) == "active"
    assert a_month_later() == 0


def test_a_new_letter_undoes_what_the_holder_asked_for(
    person: Person, database: Database, settings: Settings, a_month_later: Callable[[], int]
) -> None:
    with database.writing() as session:
        origin = audit.Origin("192.0.2.1")
        closing.ask(session, settings, person.account_id, origin=origin)
    holders.reletter(database, settings, person.identifier, actor="operator")
    assert a_month_later() == 0
