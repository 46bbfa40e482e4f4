"""From the outbox to the mailbox: delays, refusals, and what is never sent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from idp.config import Settings
from idp.db import Database
from idp.messages import outbox
from idp.messages.delivery import deliver_due
from idp.models import Message
from tests.messages.conftest import START, Hands
from tests.messages.mail_server import Mailbox, free_port, mail_server
from tests.messages.sms_provider import Provider

Enqueue = Callable[..., int]
Stored = Callable[[Database, int], Message]


def test_everything_due_is_delivered_and_wiped(
    database: Database,
    settings: Settings,
    mailbox: Mailbox,
    provider: Provider,
    enqueue: Enqueue,
    stored: Stored,
) -> None:
    mail = enqueue(database)
    text = enqueue(database, channel="sms", recipient="+33612345642")

    assert deliver_due(database, settings, "worker") == 2

    assert len(mailbox.raw) == len(provider.texts) == 1
    for message_id in (mail, text):
        row = stored(database, message_id)
        assert (row.state, row.content, row.last_error) == ("sent", None, None)
    assert deliver_due(database, settings, "worker") == 0


def test_a_mail_server_that_is_down_for_a_minute_delays_a_code_and_loses_nothing(
    database: Database,
    mailbox: Mailbox,
    pem: Path,
    mail_settings: Callable[..., Settings],
    enqueue: Enqueue,
    stored: Stored,
    hands: Hands,
) -> None:
    port = free_port()
    settings = mail_settings(port)
    message_id = enqueue(database, expires_at=START + 600)

    for wait in (2, 5, 10, 20):
        assert deliver_due(database, settings, "worker") == 0
        row = stored(database, message_id)
        assert (row.state, row.last_error) == ("waiting", "the mail server refused the connection")
        assert row.next_attempt_at == hands.now + wait
        hands.advance(wait)
    with mail_server(mailbox, pem, port=port):
        assert deliver_due(database, settings, "worker") == 1

    assert stored(database, message_id).state == "sent"
    assert len(mailbox.raw) == 1


def test_a_mail_server_that_is_down_is_asked_once_for_all_and_texts_pass(
    database: Database,
    provider: Provider,
    mail_settings: Callable[..., Settings],
    enqueue: Enqueue,
    stored: Stored,
) -> None:
    mails = [enqueue(database) for _ in range(3)]
    enqueue(database, channel="sms", recipient="+33612345642")

    sent = deliver_due(database, mail_settings(free_port(), sms_url=provider.url), "worker")

    assert sent == 1
    rows = [stored(database, mail) for mail in mails]
    assert [row.attempts for row in rows] == [1, 0, 0]
    assert {row.last_error for row in rows} == {"the mail server refused the connection"}


def test_an_expired_code_is_never_sent(
    database: Database,
    settings: Settings,
    mailbox: Mailbox,
    enqueue: Enqueue,
    stored: Stored,
    hands: Hands,
) -> None:
    message_id = enqueue(database, expires_at=START + 600)
    hands.advance(600)

    assert deliver_due(database, settings, "worker") == 0

    assert mailbox.raw == []
    row = stored(database, message_id)
    assert (row.state, row.content) == ("expired", None)


def test_a_code_that_expires_while_the_server_is_greeted_is_not_sent(
    database: Database,
    settings: Settings,
    mailbox: Mailbox,
    enqueue: Enqueue,
    stored: Stored,
    hands: Hands,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message_id = enqueue(database, expires_at=START + 600)
    asked = outbox.hold

    def slowly(*arguments: object) -> bool:
        hands.advance(600)
        return asked(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "hold", slowly)

    assert deliver_due(database, settings, "worker") == 0

    assert mailbox.raw == []
    assert stored(database, message_id).state == "expired"


def test_a_voided_code_is_never_sent(
    database: Database, settings: Settings, mailbox: Mailbox, enqueue: Enqueue
) -> None:
    enqueue(database)
    with database.writing() as session:
        outbox.void(session, 1, "one-time-code")

    assert deliver_due(database, settings, "worker") == 0
    assert mailbox.raw == []


def test_a_recipient_that_does_not_exist_is_given_up_in_words(
    database: Database, settings: Settings, mailbox: Mailbox, enqueue: Enqueue, stored: Stored
) -> None:
    mailbox.refusals["camille@example.org"] = "550 no camille@example.org here"
    message_id = enqueue(database)

    assert deliver_due(database, settings, "worker") == 0

    row = stored(database, message_id)
    assert (row.state, row.content) == ("failed", None)
    assert row.last_error == "the mail server refused the recipient for good (550)"


def test_a_fault_of_ours_delays_and_loses_nothing(
    database: Database, settings: Settings, mailbox: Mailbox, enqueue: Enqueue, stored: Stored
) -> None:
    faulty = enqueue(database, context={"code": "428197"})
    sound = enqueue(database)

    assert deliver_due(database, settings, "worker") == 1

    row = stored(database, faulty)
    assert (row.state, row.last_error) == ("waiting", "internal error (KeyError)")
    assert row.content is not None
    assert stored(database, sound).state == "sent"


def test_who_is_stopping_takes_no_more(
    database: Database, settings: Settings, enqueue: Enqueue, stored: Stored
) -> None:
    first, second = enqueue(database), enqueue(database)
    answers = iter((False, True))

    assert deliver_due(database, settings, "worker", lambda: next(answers)) == 1

    assert stored(database, first).state == "sent"
    assert stored(database, second).lease is None
