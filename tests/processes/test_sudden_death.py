"""kill -9 of every process, under load: what was acknowledged is there afterwards."""

import http.client
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select, text

from idp.config import Settings
from idp.db import Database
from idp.models import AuditEvent, OneTimeCode
from tests.factories import App, Person
from tests.hurry import at_its_own_pace
from tests.processes.deployment import Deployment, redemption, refreshing
from tests.processes.network_browser import NetworkBrowser

pytestmark = pytest.mark.slow

PEOPLE = 12
AT_ONCE = 4
ENOUGH = 3  # refreshed tokens, after which the processes die
PATIENCE = 60.0  # seconds


@dataclass
class Acknowledged:
    """What browsers and applications were told has happened, until they were told no more."""

    raised: list[tuple[Person, NetworkBrowser]] = field(default_factory=list)
    redeemed: list[tuple[Person, str]] = field(default_factory=list)
    refreshed: list[tuple[Person, str, str]] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def connect(self, provider: Deployment, app: App, person: Person) -> None:
        """A whole connection, as far as it comes."""
        try:
            self._connect(provider, app, person)
        except (OSError, http.client.HTTPException):
            return
        except Exception:
            self.enough.set()  # no use in waiting for more
            raise

    def _connect(self, provider: Deployment, app: App, person: Person) -> None:
        browser = provider.at_the_code(person, app, scope="openid offline_access")
        answer = browser.at_once([browser.filled_in(code=provider.code_of(person))])[0]
        assert "dmp-session" in answer.cookies, answer.text
        browser.receive_cookies(answer)
        self.raised.append((person, browser))
        browser.get(browser.page.address)
        browser.submit(decision="accept")
        code = browser.authorization_code
        answer = browser.at_once([redemption(app, code)])[0]
        assert answer.status_code == 200, answer.text
        self.redeemed.append((person, code))
        answer = browser.at_once([refreshing(app, answer.json["refresh_token"])])[0]
        assert answer.status_code == 200, answer.text
        tokens = answer.json
        self.refreshed.append((person, tokens["refresh_token"], tokens["access_token"]))
        if len(self.refreshed) >= ENOUGH:
            self.enough.set()


@pytest.fixture
def survived(own_provider: Deployment) -> tuple[Deployment, App, Acknowledged]:
    """A provider that was killed under load and started again."""
    app = own_provider.factory.client()
    people = [own_provider.factory.person() for _ in range(PEOPLE)]
    acknowledged = Acknowledged()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = [pool.submit(acknowledged.connect, own_provider, app, each) for each in people]
        assert acknowledged.enough.wait(PATIENCE)
        own_provider.server.kill()
    for end in ends:
        end.result()
    assert len(acknowledged.redeemed) < PEOPLE, "it died too late to be under load"
    own_provider.server.start()
    return own_provider, app, acknowledged


def test_what_was_acknowledged_stays_and_nothing_is_half_done(
    survived: tuple[Deployment, App, Acknowledged],
) -> None:
    provider, app, acknowledged = survived
    client = provider.server.test_client()
    for person, browser in acknowledged.raised:
        assert provider.outcomes("code.verified", person) == {"success": 1}
        # Its cookie is that of the risen session: neither password nor code is asked again.
        assert browser.get("/account").path == "/account"
    for person, refresh_token, access_token in acknowledged.refreshed:
        bearer = {"Authorization": f"Bearer {access_token}"}
        assert client.get("/userinfo", headers=bearer).status_code == 200
        assert client.at_once([refreshing(app, refresh_token)])[0].status_code == 200
        assert provider.outcomes("token.refreshed", person) == {"success": 2}
    for person, code in acknowledged.redeemed:
        assert provider.outcomes("token.issued", person) == {"success": 1}
        answer = client.at_once([redemption(app, code)])[0]
        assert answer.json["error"] == "invalid_grant"
    _check_that_codes_and_trail_agree(provider)


def test_sqlite_waits_for_the_disk(new_settings: Callable[[str], Settings]) -> None:
    """A power cut cannot be had in a test: that the database is told to withstand it can."""
    settings = new_settings("sqlite")
    database = Database(settings.database_url, settings.keyring)
    with at_its_own_pace(database), database.writing() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    database.dispose()


def _check_that_codes_and_trail_agree(provider: Deployment) -> None:
    """Each code is used and in the trail, or neither."""
    used = select(OneTimeCode.account_id).where(OneTimeCode.used_at.is_not(None))
    told = select(AuditEvent.account_id).where(
        AuditEvent.act == "code.verified", AuditEvent.outcome == "success"
    )
    with provider.database.reading() as session:
        assert sorted(session.scalars(used)) == sorted(session.scalars(told))
        if provider.database.dialect == "sqlite":
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
