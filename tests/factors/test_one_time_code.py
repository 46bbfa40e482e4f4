"""The one-time code itself: what is kept of it, and its single use."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from idp import audit
from idp.config import Settings
from idp.crypto import Keyring, new_secret
from idp.db import Database
from idp.factors import one_time_code
from idp.factors.one_time_code import CannotSend, Outcome, Verdict
from idp.models import Interaction, OneTimeCode
from tests.factories import Factory, Person
from tests.held_clock import HeldClock

ORIGIN = audit.Origin("192.0.2.7")


@pytest.fixture
def person(factory: Factory) -> Person:
    return factory.person()


@pytest.fixture
def interaction_id(database: Database, clock: HeldClock) -> int:
    with database.writing() as session:
        interaction = Interaction(
            handle_hash=b"h",
            browser_hash=b"b",
            purpose="account",
            request={},
            created_at=0,
            expires_at=2**40,
        )
        session.add(interaction)
        session.flush()
        return interaction.id


@pytest.fixture
def sent(
    database: Database, settings: Settings, person: Person, interaction_id: int, factory: Factory
) -> str:
    """The six digits, as the message carries them."""
    send(database, settings, person, interaction_id)
    return factory.last_code()


def send(
    database: Database,
    settings: Settings,
    person: Person,
    interaction_id: int,
    channel: str = "mail",
) -> None:
    with database.writing() as session:
        one_time_code.send(
            session,
            settings,
            database.keyring,
            account_id=person.account_id,
            interaction_id=interaction_id,
            channel=channel,
            purpose="connection",
            client_name=None,
            locale="fr",
        )


def verify(
    database: Database, settings: Settings, person: Person, interaction_id: int, typed: str
) -> Outcome:
    return one_time_code.verify(
        database,
        settings,
        interaction_id=interaction_id,
        account_id=person.account_id,
        typed=typed,
        origin=ORIGIN,
    )


def test_the_right_code_is_proved_once(
    database: Database, settings: Settings, person: Person, interaction_id: int, sent: str
) -> None:
    first = verify(database, settings, person, interaction_id, sent)
    second = verify(database, settings, person, interaction_id, sent)
    assert (first.verdict, first.channel) == (Verdict.PROVED, "mail")
    assert second.verdict == Verdict.VOID


def test_of_many_at_once_one_wins(
    database: Database, settings: Settings, person: Person, interaction_id: int, sent: str
) -> None:
    def attempt(_: int) -> Verdict:
        return verify(database, settings, person, interaction_id, sent).verdict

    with ThreadPoolExecutor(6) as pool:
        verdicts = list(pool.map(attempt, range(12)))
    assert verdicts.count(Verdict.PROVED) == 1


def test_of_many_wrong_ones_at_once_five_are_evaluated(
    database: Database, settings: Settings, person: Person, interaction_id: int, sent: str
) -> None:
    wrong = f"{(int(sent) + 1) % 1_000_000:06}"

    def attempt(_: int) -> Verdict:
        return verify(database, settings, person, interaction_id, wrong).verdict

    with ThreadPoolExecutor(6) as pool:
        verdicts = list(pool.map(attempt, range(30)))
    assert verdicts.count(Verdict.MUST_WAIT) == 25


def test_six_digits_are_kept_as_a_keyed_hash(
    database: Database, person: Person, interaction_id: int, sent: str
) -> None:
    with database.reading() as session:
        row = session.scalars(select(OneTimeCode)).one()
    assert len(row.code_mac) == 32
    assert sent.encode() not in row.code_mac


def test_a_code_outlives_a_new_mac_key(
    database: Database, settings: Settings, person: Person, interaction_id: int, sent: str
) -> None:
    old = settings.mac_keys.get_secret_value()
    keys = [settings.sealing_keys, settings.index_keys]
    sealing, index = (each.get_secret_value() for each in keys)
    database.keyring = Keyring(sealing, f"k2:{new_secret()},{old}", index)
    outcome = verify(database, settings, person, interaction_id, sent)
    assert outcome.verdict == Verdict.PROVED


def test_two_sent_at_once_are_one(
    database: Database, settings: Settings, person: Person, interaction_id: int, factory: Factory
) -> None:
    def attempt(_: int) -> str:
        try:
            send(database, settings, person, interaction_id)
        except CannotSend as refusal:
            return refusal.reason
        return "sent"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == ["sent", *["too_soon"] * 5]
    assert len(factory.messages()) == 1


def test_to_a_channel_that_is_not_there_nothing_is_sent(
    database: Database, settings: Settings, person: Person, interaction_id: int, factory: Factory
) -> None:
    with pytest.raises(CannotSend) as refusal:
        send(database, settings, person, interaction_id, channel="sms")
    assert refusal.value.reason == "no_channel"
    assert factory.messages() == []


def test_the_days_count_tells_how_long_to_wait(
    database: Database,
    settings: Settings,
    person: Person,
    interaction_id: int,
    clock: HeldClock,
) -> None:
    few = settings.model_copy(update={"code_per_day": 2})
    send(database, few, person, interaction_id)
    clock.advance(3600)
    send(database, few, person, interaction_id)
    clock.advance(3600)
    with pytest.raises(CannotSend) as refusal:
        send(database, few, person, interaction_id)
    assert (refusal.value.reason, refusal.value.seconds) == ("too_many", 86_400 - 7200)
    clock.advance(86_400 - 7200)
    send(database, few, person, interaction_id)
