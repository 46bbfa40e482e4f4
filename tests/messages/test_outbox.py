"""The outbox: rows, leases, and who may settle what."""

import subprocess
import sys
from collections.abc import Callable

import sqlalchemy as sa

from idp import crypto
from idp.db import Database
from idp.messages import kinds, outbox
from idp.models import Message, MessageState
from tests.messages.conftest import KEYS, START, Hands

Enqueue = Callable[..., int]
Stored = Callable[[Database, int], Message]

CLAIM_EVERYTHING = """
import sys
from idp import clock, crypto
from idp.db import Database
from idp.messages import outbox
url, name, sealing, mac, index, now = sys.argv[1:]
database = Database(url, crypto.Keyring(sealing, mac, index))
input()
with clock.driven_by(lambda: int(now)):
    while message := outbox.claim(database, name, 60):
        print(message.id)
"""


def test_the_content_is_sealed_in_the_table(database: Database, enqueue: Enqueue) -> None:
    enqueue(database)

    with database.reading() as session:
        content = session.scalar(sa.text("SELECT content FROM message"))

    assert b"camille" not in content
    assert b"428197" not in content


def test_the_message_due_longest_is_claimed_first(
    either_database: Database, enqueue: Enqueue, hands: Hands
) -> None:
    first = enqueue(either_database)
    hands.advance(1)
    second = enqueue(either_database)

    claimed = [outbox.claim(either_database, "worker", 60) for _ in range(3)]

    assert [message and message.id for message in claimed] == [first, second, None]


def test_a_claim_gives_the_content_and_counts_the_attempt(
    either_database: Database, enqueue: Enqueue
) -> None:
    enqueue(either_database)

    message = outbox.claim(either_database, "worker", 60)

    assert message is not None
    assert message.content is not None
    assert message.content["recipient"] == "camille@example.org"
    assert (message.attempts, message.leased_until) == (1, START + 60)


def test_a_claimed_message_is_taken_again_only_once_its_lease_ran_out(
    either_database: Database, enqueue: Enqueue, hands: Hands
) -> None:
    message_id = enqueue(either_database)
    outbox.claim(either_database, "dead", 60)

    hands.advance(59)
    assert outbox.claim(either_database, "other", 60) is None
    hands.advance(1)
    again = outbox.claim(either_database, "other", 60)

    assert again is not None
    assert (again.id, again.attempts) == (message_id, 2)
    assert again.last_error == "the worker that was sending it stopped"


def test_who_lost_the_lease_settles_nothing(
    database: Database, enqueue: Enqueue, stored: Stored, hands: Hands
) -> None:
    message_id = enqueue(database)
    slow = outbox.claim(database, "worker", 60)
    hands.advance(60)
    quick = outbox.claim(database, "worker", 60)
    assert slow is not None
    assert quick is not None

    assert not outbox.hold(database, slow, 60)
    assert not outbox.sent(database, slow)
    assert not outbox.failed(database, slow, "too late", None)
    assert not outbox.expire(database, slow)
    assert stored(database, message_id).state == MessageState.WAITING
    assert outbox.sent(database, quick)
    assert not outbox.sent(database, quick)


def test_what_was_sent_is_wiped(database: Database, enqueue: Enqueue, stored: Stored) -> None:
    message_id = enqueue(database)
    message = outbox.claim(database, "worker", 60)
    assert message is not None

    outbox.sent(database, message)

    row = stored(database, message_id)
    assert (row.state, row.content, row.lease, row.ended_at) == ("sent", None, None, START)


def test_a_failure_gives_the_message_back_until_its_next_attempt(
    database: Database, enqueue: Enqueue, stored: Stored, hands: Hands
) -> None:
    message_id = enqueue(database)
    message = outbox.claim(database, "worker", 60)
    assert message is not None

    assert outbox.failed(database, message, "the mail server refused the connection", START + 2)

    row = stored(database, message_id)
    assert (row.state, row.last_error) == ("waiting", "the mail server refused the connection")
    assert row.content is not None
    assert outbox.claim(database, "worker", 60) is None
    hands.advance(2)
    assert outbox.claim(database, "worker", 60) is not None


def test_a_failure_for_good_wipes(database: Database, enqueue: Enqueue, stored: Stored) -> None:
    message_id = enqueue(database)
    message = outbox.claim(database, "worker", 60)
    assert message is not None

    outbox.failed(database, message, "refused for good (550)", None)

    row = stored(database, message_id)
    assert (row.state, row.content, row.last_error) == ("failed", None, "refused for good (550)")


def test_the_waits_grow_to_a_minute() -> None:
    assert [outbox.delay(attempt) for attempt in range(1, 9)] == [2, 5, 10, 20, 40, 60, 60, 60]


def test_voiding_ends_what_waits_of_that_account_and_kind_alone(
    database: Database, enqueue: Enqueue, stored: Stored
) -> None:
    old = enqueue(database)
    notice = enqueue(database, kind="password-activated", context={"at": START})
    neighbour = enqueue(database, account_id=2)

    with database.writing() as session:
        count = outbox.void(session, 1, "one-time-code")

    assert count == 1
    row = stored(database, old)
    assert (row.state, row.content, row.ended_at) == ("voided", None, START)
    assert stored(database, notice).state == "waiting"
    assert stored(database, neighbour).state == "waiting"


def test_a_new_code_voids_the_one_that_waits(database: Database, stored: Stored) -> None:
    to = kinds.Destination(1, "mail", "camille@example.org", "fr")
    with database.writing() as session:
        old = kinds.one_time_code(
            session, to, code="111111", purpose="connection", expires_at=START + 600
        )
    with database.writing() as session:
        new = kinds.one_time_code(
            session, to, code="222222", purpose="connection", expires_at=START + 600
        )

    assert stored(database, old.id).state == "voided"
    assert stored(database, new.id).state == "waiting"


def test_a_voided_message_is_not_handed_over_by_who_holds_it(
    database: Database, enqueue: Enqueue
) -> None:
    enqueue(database)
    message = outbox.claim(database, "worker", 60)
    assert message is not None

    with database.writing() as session:
        outbox.void(session, 1, "one-time-code")

    assert not outbox.hold(database, message, 60)


def test_holding_prolongs_the_lease_until_the_message_expires(
    database: Database, enqueue: Enqueue, stored: Stored, hands: Hands
) -> None:
    message_id = enqueue(database, expires_at=START + 50)
    message = outbox.claim(database, "worker", 60)
    assert message is not None

    hands.advance(49)
    assert outbox.hold(database, message, 60)
    assert stored(database, message_id).leased_until == START + 109
    hands.advance(1)
    assert not outbox.hold(database, message, 60)


def test_an_expired_message_is_never_claimed_and_is_wiped(
    either_database: Database, enqueue: Enqueue, stored: Stored, hands: Hands
) -> None:
    message_id = enqueue(either_database, expires_at=START + 600)
    lasting = enqueue(either_database)
    hands.advance(600)

    assert outbox.expire_overdue(either_database) == 1

    row = stored(either_database, message_id)
    assert (row.state, row.content) == ("expired", None)
    claimed = outbox.claim(either_database, "worker", 60)
    assert claimed is not None
    assert claimed.id == lasting


def test_one_that_is_being_sent_is_left_to_its_worker(
    database: Database, enqueue: Enqueue, hands: Hands
) -> None:
    enqueue(database, expires_at=START + 30)
    message = outbox.claim(database, "worker", 60)
    assert message is not None
    hands.advance(31)

    assert outbox.expire_overdue(database) == 0
    assert outbox.sent(database, message)


def test_a_channel_that_is_down_puts_off_its_own_messages_only(
    database: Database, enqueue: Enqueue, stored: Stored
) -> None:
    mail = enqueue(database)
    text = enqueue(database, channel="sms", recipient="+33612345642")

    assert outbox.postpone(database, "mail", "down", START + 2) == 1

    assert stored(database, mail).next_attempt_at == START + 2
    assert stored(database, mail).attempts == 0
    assert stored(database, text).next_attempt_at == START


def test_a_message_whose_key_is_gone_waits_and_lets_the_others_pass(
    database: Database, enqueue: Enqueue, hands: Hands
) -> None:
    sealed = enqueue(database)
    ours = database.keyring
    stranger = f"k2:{crypto.new_secret()}"
    database.engine.dialect.idp_keyring = crypto.Keyring(  # type: ignore[attr-defined]
        stranger, KEYS["mac_keys"], KEYS["index_keys"]
    )
    readable = enqueue(database)

    claimed = outbox.claim(database, "worker", 60)

    assert claimed is not None
    assert claimed.id == readable
    with database.reading() as session:
        state, error = session.execute(
            sa.select(Message.state, Message.last_error).where(Message.id == sealed)
        ).one()
    assert state == "waiting"
    assert "IDP_SEALING_KEYS" in error
    database.engine.dialect.idp_keyring = ours  # type: ignore[attr-defined]
    hands.advance(60)
    again = outbox.claim(database, "worker", 60)
    assert again is not None
    assert again.id == sealed


def test_two_processes_never_take_the_same_message(
    either_database: Database, enqueue: Enqueue
) -> None:
    expected = [enqueue(either_database) for _ in range(100)]
    url = either_database.engine.url.render_as_string(hide_password=False)
    claimers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM_EVERYTHING, url, name, *KEYS.values(), str(START)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("left", "right")
    ]
    for claimer in claimers:
        assert claimer.stdin is not None
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    shares = [claimer.communicate(timeout=60)[0].split() for claimer in claimers]

    assert sorted(map(int, shares[0] + shares[1])) == sorted(expected)
    assert [claimer.returncode for claimer in claimers] == [0, 0]
