"""Traits corrected: the INS-C follows, its history stays, duplicates are refused, people told."""

from typing import Any

import pytest
from sqlalchemy import select

from idp.config import Settings
from idp.db import Database
from idp.directory import accounts, corrections
from idp.directory.accounts import WrongState
from idp.directory.corrections import Corrected, Motive, NothingChanged
from idp.directory.enrolment import Enrolment, InvalidEnrolment
from idp.directory.holders import AlreadyEnrolled
from idp.identity import ins_c
from idp.models import AccountState, AuditEvent, Holder, Message
from tests.directory.people import MARIE_INS_C, enrolled, marie, philippe

pytestmark = pytest.mark.usefixtures("cnam")


def correct(database: Database, identifier: str, entered: Enrolment) -> Corrected:
    with database.writing() as session:
        return corrections.correct(
            session, database.keyring, identifier, entered, motive=Motive.ENTRY_ERROR, actor="op"
        )


def history(database: Database, holder_id: int) -> list[str]:
    with database.reading() as session:
        return [each.value for each in session.get_one(Holder, holder_id).ins_c_history]


def test_another_first_name_makes_a_new_ins_c_and_the_old_one_stays_known(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    done = correct(database, made.login_identifier, marie(first_names=("Maria",)))
    new = str(ins_c.compute("Maria", "770131", "2770166828426"))
    assert (done.changed, done.new_ins_c) == (("first_names",), True)
    assert history(database, made.holder_id) == [MARIE_INS_C, new]
    with pytest.raises(AlreadyEnrolled):
        enrolled(database, settings, marie())


def test_a_first_name_that_comes_back_makes_its_ins_c_the_newest_again(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    correct(database, made.login_identifier, marie(first_names=("Maria",)))
    correct(database, made.login_identifier, marie())
    assert history(database, made.holder_id)[-1] == MARIE_INS_C
    assert len(history(database, made.holder_id)) == 2


def test_an_address_changes_no_ins_c(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    done = correct(database, made.login_identifier, marie(address=("1 rue Neuve", "18000 BOURGES")))
    assert (done.changed, done.new_ins_c) == (("address",), False)
    assert history(database, made.holder_id) == [MARIE_INS_C]


def test_an_assigned_nir_gives_the_first_ins_c(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings, marie(nir="8770166828426"))
    done = correct(database, made.login_identifier, marie())
    assert (done.changed, done.new_ins_c) == (("nir",), True)
    assert history(database, made.holder_id) == [MARIE_INS_C]


def test_a_nir_that_gets_no_ins_c_does_not_take_one_away(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    with pytest.raises(InvalidEnrolment) as refusal:
        correct(database, made.login_identifier, marie(nir="8770166828426"))
    assert refusal.value.found[0].reason == "loses_ins_c"


@pytest.mark.parametrize("half", ["nir", "ins_c"])
def test_a_correction_into_somebody_else_is_refused(
    database: Database, settings: Settings, half: str
) -> None:
    enrolled(database, settings)
    other = enrolled(database, settings, philippe())
    if half == "ins_c":  # no two NIRs give one INS-C here, so the clash is made by hand
        with database.writing() as session:
            session.scalars(select(Holder).order_by(Holder.id)).all()[0].nir_index = b"x"
    with pytest.raises(AlreadyEnrolled) as refusal:
        correct(database, other.login_identifier, marie())
    assert refusal.value.by_ins_c == (half == "ins_c")
    assert history(database, other.holder_id) == [other.ins_c]


def test_what_is_wrong_is_said_by_field_and_nothing_changes(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    with pytest.raises(InvalidEnrolment) as refusal:
        correct(database, made.login_identifier, marie(birth_date="1978-01-31", birth_name=""))
    found = {(each.field, each.reason) for each in refusal.value.found}
    assert found == {("birth_name", "missing"), ("nir", "year")}


def test_the_same_again_is_no_correction(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    with pytest.raises(NothingChanged):
        correct(
            database, made.login_identifier, marie(organisation="elsewhere", mail="x@y.example")
        )


def test_a_closed_account_is_left_as_it_is(database: Database, settings: Settings) -> None:
    made = enrolled(database, settings)
    with database.writing() as session:
        accounts.find(session, made.login_identifier).state = AccountState.CLOSED
    with pytest.raises(WrongState):
        correct(database, made.login_identifier, marie(birth_name="Durand"))


def test_the_holder_is_told_by_every_channel_and_the_trail_has_why(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    correct(database, made.login_identifier, marie(birth_name="Durand"))
    with database.reading() as session:
        told = session.scalars(select(Message).where(Message.kind == "identity-corrected")).all()
        assert {each.channel for each in told} == {"mail", "sms"}
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.act == "holder.corrected"
    expected: dict[str, Any] = {"motive": "entry-error", "changed": ["birth_name"]}
    assert event.detail == expected | {"new_ins_c": False}
