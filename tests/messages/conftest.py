"""The clock, the database with its accounts, the settings and the servers of these tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from idp import clock, config, crypto
from idp.config import Settings
from idp.db import Database
from idp.messages import outbox
from idp.models import Account, Message
from tests.messages.mail_server import PASSWORD, USERNAME, Mailbox, certificate, mail_server
from tests.messages.sms_provider import Provider, sms_provider
from tests.rested import rest

# A moment in the past, so that a worker with the machine's own clock finds everything due.
START = 1_750_000_000
KEYS = {f"{name}_keys": f"k1:{crypto.new_secret()}" for name in ("sealing", "mac", "index")}


class Hands:
    """The hands of the clock."""

    def __init__(self, now: float) -> None:
        self.now = now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def hands() -> Iterator[Hands]:
    held = Hands(START)
    with clock.driven_by(lambda: held.now):
        yield held


@pytest.fixture
def settings_with(tmp_path: Path) -> Callable[..., Settings]:
    def load(**overrides: Any) -> Settings:
        return config.load(**{"environment": "demonstration", "var": tmp_path} | KEYS | overrides)

    return load


@pytest.fixture
def database(
    settings_with: Callable[..., Settings], hands: Hands, database_on: Callable[[str], str]
) -> Iterator[Database]:
    yield from _filled(settings_with(database_url=database_on("sqlite")))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either_database(
    request: pytest.FixtureRequest,
    settings_with: Callable[..., Settings],
    hands: Hands,
    database_on: Callable[[str], str],
) -> Iterator[Database]:
    yield from _filled(settings_with(database_url=database_on(request.param)))


def _filled(settings: Settings) -> Iterator[Database]:
    database = Database(settings.effective_database_url, settings.keyring)
    with database.writing() as session:
        for number in (1, 2):
            session.add(Account(id=number, login_identifier=f"{number:012}", created_at=START))
    yield database
    rest(database)


@pytest.fixture
def enqueue() -> Callable[..., int]:
    """Put a code for the account 1 into the outbox; gives the message's id."""

    def add(database: Database, **changes: Any) -> int:
        values: dict[str, Any] = {
            "kind": "one-time-code",
            "account_id": 1,
            "channel": "mail",
            "recipient": "camille@example.org",
            "locale": "fr",
            "context": {
                "code": "428197",
                "purpose": "connection",
                "expires_at": START + 600,
                "client_name": "Portail patient",
            },
        }
        with database.writing() as session:
            message = outbox.enqueue(session, **values | changes)
        return message.id

    return add


@pytest.fixture
def stored() -> Callable[[Database, int], Message]:
    def read(database: Database, message_id: int) -> Message:
        with database.reading() as session:
            return session.get_one(Message, message_id)

    return read


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_settings(pem: Path, settings_with: Callable[..., Settings]) -> Callable[..., Settings]:
    """The settings for the mail server at this port, with its login."""

    def load(port: int, **overrides: Any) -> Settings:
        server = {
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_username": USERNAME,
            "smtp_password": PASSWORD,
            "smtp_ca_file": str(pem),
            "message_timeout": 5,
        }
        return settings_with(**server | overrides)

    return load


@pytest.fixture
def settings(
    mailbox: Mailbox, pem: Path, mail_settings: Callable[..., Settings], provider: Provider
) -> Iterator[Settings]:
    """A mail server and an SMS provider that work."""
    with mail_server(mailbox, pem) as port:
        yield mail_settings(port, sms_url=provider.url)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with sms_provider() as running:
        yield running
