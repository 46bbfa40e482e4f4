"""A channel changed by the help desk: proved, told to both sides, confirmed by the first code."""

import pytest
from sqlalchemy import select

from idp.config import Settings
from idp.db import Database
from idp.directory import channel_change
from idp.directory.channel_change import Changed, ChannelChange, InvalidChannel
from idp.models import Account, AuditEvent, Message
from tests.directory.people import enrolled, marie
from tests.directory.test_accounts import live_things, sign_in

pytestmark = pytest.mark.usefixtures("cnam")

NEW = {"kind": "mail", "value": "neuf@exemple.fr", "proof": "identity-document", "motive": "lost"}


def change(database: Database, identifier: str, **entered: str) -> Changed:
    with database.writing() as session:
        return channel_change.change(
            session, database.keyring, identifier, ChannelChange(**NEW | entered), actor="operator"
        )


def channels(database: Database, account_id: int) -> dict[str, tuple[str, bool]]:
    """Kind → value, and whether it is confirmed."""
    with database.reading() as session:
        account = session.get_one(Account, account_id)
        return {one.kind: (one.value, one.verified_at is not None) for one in account.channels}


def told(database: Database) -> set[tuple[str, str]]:
    with database.reading() as session:
        messages = session.scalars(select(Message)).all()
        return {(each.channel, (each.content or {})["recipient"]) for each in messages}


def test_the_old_one_the_new_one_and_the_other_one_are_told(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    done = change(database, made.login_identifier)
    assert (done.old, done.new) == ("m•••@e•••.fr", "n•••@e•••.fr")
    assert told(database) == {
        ("mail", "marie@exemple.fr"), ("mail", "neuf@exemple.fr"), ("sms", "+33612345642"),
    }  # fmt: skip


def test_the_new_one_is_not_confirmed_yet_and_every_session_ends(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    sign_in(database, made.account_id, 1)
    assert change(database, made.login_identifier).ended_sessions == 1
    assert channels(database, made.account_id)["mail"] == ("neuf@exemple.fr", False)
    assert live_things(database) == (0, 0)


def test_a_channel_that_was_not_there_comes_beside_the_other(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings, marie(mobile=None))
    done = change(database, made.login_identifier, kind="sms", value="06 00 00 00 01")
    assert (done.old, set(channels(database, made.account_id))) == (None, {"mail", "sms"})


def test_one_of_two_is_removed_and_told_so_and_the_last_one_stays(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    change(database, made.login_identifier, value="")
    assert set(channels(database, made.account_id)) == {"sms"}
    assert ("mail", "marie@exemple.fr") in told(database)
    with pytest.raises(InvalidChannel, match="last channel"):
        change(database, made.login_identifier, kind="sms", value="")


@pytest.mark.parametrize(
    ("entered", "where"),
    [
        ({"proof": ""}, ("proof", "missing")),
        ({"proof": "a-good-voice"}, ("proof", "missing")),
        ({"motive": ""}, ("motive", "missing")),
        ({"kind": "fax"}, ("kind", "missing")),
        ({"value": "nobody"}, ("value", "at")),
        ({"value": "marie@exemple.fr"}, ("value", "same")),
        ({"kind": "sms", "value": "01 23 45 67 89"}, ("value", "not_mobile")),
    ],
)
def test_without_proof_motive_or_a_readable_value_nothing_changes(
    database: Database, settings: Settings, entered: dict[str, str], where: tuple[str, str]
) -> None:
    made = enrolled(database, settings)
    before = channels(database, made.account_id)
    with pytest.raises(InvalidChannel) as refusal:
        change(database, made.login_identifier, **entered)
    assert where in {(each.field, each.reason) for each in refusal.value.found}
    assert channels(database, made.account_id) == before
    assert told(database) == set()


def test_the_trail_has_proof_and_motive_and_neither_address(
    database: Database, settings: Settings
) -> None:
    made = enrolled(database, settings)
    change(database, made.login_identifier)
    with database.reading() as session:
        act = AuditEvent.act == "channel.changed"
        event = session.scalars(select(AuditEvent).where(act)).one()
    assert event.detail == {
        "channel": "mail", "removed": False, "proof": "identity-document", "motive": "lost",
    }  # fmt: skip
