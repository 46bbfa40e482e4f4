"""Holders are found by what they say of themselves, and listed by key."""

from typing import Any

import pytest
from sqlalchemy import select

from idp.config import Settings
from idp.db import Database
from idp.directory import corrections, holder_search
from idp.directory.corrections import Motive
from idp.directory.holder_search import InvalidSearch, Wanted
from idp.models import AccountState, AuditEvent, HolderName, Organisation
from tests.directory.people import MARIE_INS_C, enrolled, marie, philippe

pytestmark = pytest.mark.usefixtures("cnam")


def find(database: Database, **options: Any) -> list[str]:
    """The login identifiers of who is found."""
    wanted = {name: options.pop(name) for name in list(options) if name in WANTED}
    with database.writing() as session:
        found = holder_search.search(
            session, database.keyring, Wanted(**wanted), actor="operator", **options
        )
        return [each.account.login_identifier for each in found]


WANTED = {"number", "name", "birth_date"}


@pytest.mark.parametrize(
    "wanted",
    [
        {"number": "2 77 01 66 828 426"},
        {"number": MARIE_INS_C},
        {"name": "Martin", "birth_date": "1977-01-31"},
        {"name": "marie", "birth_date": "1977-01-31"},
        {"name": "Anne MARTIN", "birth_date": "1977-01-31"},
        {"name": "Märie-Christine", "birth_date": "1977-01-31"},
        {"name": "Dupont", "birth_date": "1977-01-31"},
    ],
)
def test_a_holder_is_found_by_what_one_knows(
    database: Database, settings: Settings, wanted: dict[str, str]
) -> None:
    made = enrolled(database, settings, marie(used_name="Dupont"))
    enrolled(database, settings, philippe())
    assert find(database, **wanted) == [made.login_identifier]
    assert find(database, number=made.login_identifier) == [made.login_identifier]


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": "Martin", "birth_date": "1977-02-01"},
        {"name": "Martin Philippe", "birth_date": "1977-01-31"},
        {"number": "1610275754289"},
    ],
)
def test_nobody_is_found_by_half_of_it(
    database: Database, settings: Settings, wanted: dict[str, str]
) -> None:
    enrolled(database, settings)
    assert find(database, **wanted) == []


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ({"number": "12"}, ("number", "length")),
        ({"number": "123456789012"}, ("number", "key")),
        ({"number": "A" * 13}, ("number", "characters")),
        ({"number": "0" * 22}, ("number", "key")),
        ({}, ("name", "missing")),
        ({"name": "Martin"}, ("birth_date", "shape")),
        ({"birth_date": "1977-01-31"}, ("name", "missing")),
    ],
)
def test_what_can_find_nobody_is_refused_in_its_field(
    database: Database, wanted: dict[str, str], where: tuple[str, str]
) -> None:
    with pytest.raises(InvalidSearch) as refusal:
        find(database, **wanted)
    assert [(each.field, each.reason) for each in refusal.value.found] == [where]


def test_a_former_ins_c_and_a_former_name_after_a_correction(
    database: Database, settings: Settings
) -> None:
    """The first finds its owner for ever, the second nobody any more."""
    made = enrolled(database, settings)
    with database.writing() as session:
        corrections.correct(
            session,
            database.keyring,
            made.login_identifier,
            marie(first_names=("Maria",)),
            motive=Motive.CIVIL_REGISTRY,
            actor="operator",
        )
    assert find(database, number=MARIE_INS_C) == [made.login_identifier]
    assert find(database, name="Maria", birth_date="1977-01-31") == [made.login_identifier]
    assert find(database, name="Christine", birth_date="1977-01-31") == []


def test_another_organisations_holders_are_not_found(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    with database.reading() as session:
        own = session.scalars(select(Organisation.id)).one()
    assert find(database, number=made.login_identifier, organisation_id=own + 1) == []
    assert find(database, number=made.login_identifier, organisation_id=own) != []


def test_a_search_leaves_a_trace_of_how_and_not_of_what(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    find(database, name="Martin", birth_date="1977-01-31")
    with database.reading() as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert (event.act, event.account_id) == ("holder.searched", made.account_id)
        assert event.detail == {"by": "name", "found": 1}


def test_names_are_sealed_and_a_name_alone_has_no_index(
    database: Database, settings: Settings
) -> None:
    """Two of one name have nothing in common in the database, unless born on the same day."""
    enrolled(database, settings)
    enrolled(database, settings, philippe(birth_name="Martin"))
    with database.reading() as session:
        rows = session.scalars(select(HolderName)).all()
    martins = [row.value_index for row in rows if row.value.startswith("MARTIN")]
    assert len(set(martins)) == len(martins) == 2
    with database.engine.connect() as connection:
        written = str(connection.exec_driver_sql("SELECT * FROM holder_name").all())
    assert "MARTIN" not in written


def pages(database: Database, **options: Any) -> list[list[int]]:
    """Every page, walking to the older ones, and back again to the first."""
    with database.reading() as session:
        listing = holder_search.page(session, actor="operator", limit=2, **options)
        walked = [listing]
        while listing.older is not None:
            listing = holder_search.page(
                session, actor="operator", limit=2, before=listing.older, **options
            )
            walked.append(listing)
        for expected in reversed(walked[:-1]):
            listing = holder_search.page(
                session, actor="operator", limit=2, after=listing.newer, **options
            )
            assert [each.id for each in listing.holders] == [each.id for each in expected.holders]
        assert listing.newer is None or len(walked) > 1
        return [[each.id for each in one.holders] for one in walked]


def test_the_list_goes_page_by_page_in_both_directions(
    database: Database, settings: Settings
) -> None:
    numbers = ("2770166828426", "2770166828427", "2770166828428", "2770166828429", "2770166828430")
    made = [enrolled(database, settings, marie(nir=nir)).holder_id for nir in numbers]
    newest_first = sorted(made, reverse=True)
    expected = [newest_first[:2], newest_first[2:4], newest_first[4:]]
    assert pages(database) == expected
    assert pages(database, state=AccountState.AWAITING_ACTIVATION) == expected
    assert pages(database, state=AccountState.BLOCKED) == [[]]
