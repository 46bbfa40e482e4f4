"""The worker process: killed, stopped, and what its log holds."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from idp import audit
from idp.audit import chain
from idp.config import Settings
from idp.db import Database
from idp.messages.delivery import deliver_due
from idp.messages.worker import Worker
from idp.models import Message
from tests.messages.conftest import KEYS, Hands
from tests.messages.mail_server import Mailbox

Enqueue = Callable[..., int]
Stored = Callable[[Database, int], Message]

RUN = "from idp import config; from idp.messages.worker import run; run(config.load())"
NAMES = ("environment", "var", "smtp_host", "smtp_port", "smtp_username", "smtp_ca_file")


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    values = {name: getattr(settings, name) for name in NAMES} | KEYS
    values["smtp_password"] = settings.smtp_password.get_secret_value()
    environment = {f"IDP_{name.upper()}": str(value) for name, value in values.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN],
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_worker_killed_while_it_sends_loses_nothing(
    database: Database,
    settings: Settings,
    mailbox: Mailbox,
    enqueue: Enqueue,
    stored: Stored,
    hands: Hands,
) -> None:
    message_id = enqueue(database)
    mailbox.hangs = True
    with worker(settings) as process:
        assert mailbox.in_data.wait(30)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    mailbox.hangs = False
    mailbox.release.set()

    row = stored(database, message_id)
    assert row.state == "waiting"
    assert row.leased_until is not None
    hands.now = row.leased_until - 1
    assert deliver_due(database, settings, "other") == 0
    hands.now = row.leased_until
    assert deliver_due(database, settings, "other") == 1

    row = stored(database, message_id)
    assert (row.state, row.attempts, row.content) == ("sent", 2, None)
    # The dead worker's copy may have passed; whoever has both can tell that they are one.
    assert {mail["Message-ID"] for mail in mailbox.mails} == {f"<{message_id}@dmp.example>"}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_stopped_finishes_what_it_sends(
    number: signal.Signals,
    database: Database,
    settings: Settings,
    mailbox: Mailbox,
    enqueue: Enqueue,
    stored: Stored,
) -> None:
    message_id = enqueue(database)
    mailbox.hangs = True
    with worker(settings) as process:
        assert mailbox.in_data.wait(30)
        process.send_signal(number)
        mailbox.release.set()
        _, log = process.communicate(timeout=30)

    assert process.returncode == 0
    assert stored(database, message_id).state == "sent"
    events = [json.loads(line) for line in log.splitlines()]
    assert [event["event"] for event in events if event["event"] == "message.sent"]
    assert events[-1]["event"] == "worker.stopped"
    assert events[-1]["unfinished"] == 0
    assert "camille" not in log
    assert "428197" not in log


def test_the_worker_seals_the_trail(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        for _ in range(chain.BATCH + 1):
            audit.record(session, "account.activated", actor="holder")

    Worker(settings).seal()

    with database.reading() as session:
        verified = audit.verify(session)
    assert (verified.unsealed, verified.seals, verified.broken) == (0, 2, None)
