"""A served provider, its database, and what a test wants to know of both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select

from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Base, Database
from idp.models import AuditEvent, Message
from tests.browser_client import redeem, token_request
from tests.factories import App, Factory, Person
from tests.processes.network import Preparing, Request
from tests.processes.network_browser import NetworkBrowser
from tests.processes.server import Server

# A key made by db.new_id() carries 11 bits of the process that made it.
PROCESS = slice(-23, -12)
KEYS = {f"{name}_keys": f"k1:{new_secret()}" for name in ("sealing", "mac", "index")}


@dataclass
class Deployment:
    """This process shares the database with the server's."""

    settings: Settings
    database: Database
    factory: Factory
    server: Server

    @classmethod
    def of(cls, settings: Settings, server: type[Server] = Server) -> "Deployment":
        """Not started yet; all tables and signing keys are there."""
        database = Database(settings.effective_database_url, settings.keyring)
        Base.metadata.create_all(database.engine)
        return cls(settings, database, Factory(settings, database), server(settings))

    def end(self) -> None:
        self.server.end()
        self.database.dispose()

    def browser(self) -> NetworkBrowser:
        return NetworkBrowser(self.server)

    def signed_in(self, app: App, person: Person, **parameters: str) -> NetworkBrowser:
        """A browser that was sent back to the application after a first connection."""
        browser = self.browser()
        browser.authorize(app, **parameters)
        browser.give_password(person)
        browser.submit(code=self.code_of(person))
        browser.submit(decision="accept")
        assert browser.page.is_outside, browser.page.text
        return browser

    def at_the_code(self, person: Person, app: App, **parameters: str) -> NetworkBrowser:
        """A browser whose holder was sent a one-time code and has to type it now."""
        browser = self.browser()
        browser.authorize(app, **parameters)
        browser.give_password(person)
        assert browser.page.path.endswith("/code"), browser.page.text
        return browser

    def code_of(self, person: Person) -> str:
        """The newest one-time code that was sent to the person."""
        newest = (
            select(Message)
            .where(Message.account_id == person.account_id, Message.kind == "one-time-code")
            .order_by(Message.id.desc())
            .limit(1)
        )
        with self.database.reading() as session:
            return str(session.scalars(newest).one().content["context"]["code"])

    def outcomes(self, act: str, person: Person) -> dict[str, int]:
        """How often each outcome of an act is in the trail, for one person."""
        return self._outcomes(AuditEvent.act == act, AuditEvent.account_id == person.account_id)

    def outcomes_for_nobody(self, act: str) -> dict[str, int]:
        """The same for identifiers that do not exist."""
        return self._outcomes(AuditEvent.act == act, AuditEvent.account_id.is_(None))

    def _outcomes(self, *conditions: ColumnElement[bool]) -> dict[str, int]:
        counted = (
            select(AuditEvent.outcome, func.count()).where(*conditions).group_by(AuditEvent.outcome)
        )
        with self.database.reading() as session:
            return dict(session.execute(counted).all())

    def processes_behind(self, act: str, person: Person) -> int:
        """How many processes wrote the events of an act, for one person."""
        ids = select(AuditEvent.id).where(
            AuditEvent.act == act, AuditEvent.account_id == person.account_id
        )
        with self.database.reading() as session:
            return len({f"{key:063b}"[PROCESS] for key in session.scalars(ids)})


def redemption(app: App, code: str) -> Request:
    """A right token request for an authorization code."""
    return redeem(Preparing(), app, code)


def refreshing(app: App, refresh_token: str) -> Request:
    """A right token request for a refresh token."""
    data = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return token_request(Preparing(), app, data)


def settings_of(url: str, folder: Path, **changes: Any) -> Settings:
    """Those of a provider of two processes with a database of its own."""
    values: dict[str, Any] = {
        "environment": "demonstration",
        "database_url": url,
        "var": folder,
        "workers": 2,
        "threads": 4,
        "code_resend_after": 0,
        "registration": "token",
        "log_level": "error",
    }
    return Settings(**values | KEYS | changes)


@contextmanager
def served(settings: Settings, server: type[Server] = Server) -> Iterator[Deployment]:
    """Started, and ended whatever happens."""
    deployment = Deployment.of(settings, server)
    try:
        deployment.server.start()
        yield deployment
    finally:
        deployment.end()
