"""`idp messages list`: what waits and why, and nothing about whom."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from idp.cli.messages import messages
from idp.config import Settings
from idp.db import Database
from idp.messages import outbox
from idp.messages.delivery import deliver_due
from tests.messages.conftest import Hands
from tests.messages.mail_server import free_port

Enqueue = Callable[..., int]


@dataclass
class Context:
    database: Database


def run(database: Database, *arguments: str) -> str:
    result = CliRunner().invoke(messages, arguments, obj=Context(database), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_an_empty_outbox_says_so(database: Database) -> None:
    assert run(database, "list") == "Nothing waits.\n"
    assert run(database, "list", "--state", "sent") == "No message.\n"
    assert json.loads(run(database, "list", "--json")) == []


def test_what_waits_is_listed_with_the_reason(
    database: Database, mail_settings: Callable[..., Settings], enqueue: Enqueue, hands: Hands
) -> None:
    message_id = enqueue(database)
    hands.advance(180)
    deliver_due(database, mail_settings(free_port()), "worker")

    titles, row = run(database, "list").splitlines()

    assert titles.split()[:3] == ["id", "kind", "channel"]
    assert re.split(r" {2,}", row) == [
        str(message_id),
        "one-time-code",
        "mail",
        "waiting",
        "3 min",
        "1",
        "in 2 s",
        "the mail server refused the connection",
    ]


def test_machines_get_json(database: Database, enqueue: Enqueue) -> None:
    message_id = enqueue(database)
    outbox.claim(database, "worker", 60)

    (row,) = json.loads(run(database, "list", "--json"))

    assert row == {
        "id": message_id,
        "kind": "one-time-code",
        "channel": "mail",
        "state": "waiting",
        "age": 0,
        "attempts": 1,
        "next_attempt_in": 0,
        "being_sent": True,
        "last_error": None,
    }


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_neither_recipient_nor_code_is_shown(
    form: tuple[str, ...], database: Database, enqueue: Enqueue
) -> None:
    enqueue(database)

    shown = run(database, "list", "--state", "all", *form)

    assert "camille" not in shown
    assert "428197" not in shown


def test_a_state_that_does_not_exist_is_refused(database: Database) -> None:
    result = CliRunner().invoke(messages, ["list", "--state", "lost"], obj=Context(database))

    assert result.exit_code == 2
