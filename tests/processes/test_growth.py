"""Nothing grows without bound: thousands of flows come, expire and go, and nobody notices."""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp import audit
from idp.config import DAY, Settings
from idp.db import Base, Database
from idp.directory import expiry, purge
from idp.messages import kinds, outbox
from tests.browser_client import Browser, authorization_query, redeem
from tests.factories import App, Factory, Person
from tests.fuzz.client import Answer, send
from tests.fuzz.message import environ, template
from tests.held_clock import HeldClock
from tests.hurry import at_its_own_pace
from tests.processes.deployment import refreshing
from tests.processes.network import Preparing, Request

pytestmark = pytest.mark.slow

# On the second engine fewer show the same, in a tenth of the time.
FLOWS = {"sqlite": 10_000, "postgresql": 1_000}
AT_REST = 100
EVERY_FIFTH = 5  # with each of these a stranger begins, and leaves
SCOPE = "openid offline_access"

PASSING = {
    str(column.class_.__tablename__) for kind in expiry.KINDS for column in (kind.key, *kind.owned)
}
LASTING = ("account", "client", "consent", "holder", "subject")


@dataclass
class Flows:
    """A holder's lasting connections to an application, one after the other, in one session;
    `seconds` says how long each took."""

    app: Flask
    factory: Factory
    clock: HeldClock
    client: App
    person: Person
    browser: Browser
    seconds: list[float] = field(default_factory=list)

    def sign_in(self) -> None:
        self.browser = Browser(self.app)
        self.browser.sign_in(self.client, self.person, self.factory, scope=SCOPE)
        assert self.browser.page.is_outside, self.browser.page.text
        self.seconds = []

    def run(self, count: int) -> None:
        address = f"/authorize?{authorization_query(self.client, scope=SCOPE)}"
        for number in range(count):
            began = time.perf_counter()
            self._flow(address, self.browser.cookies)
            self.seconds.append(time.perf_counter() - began)
            if number % EVERY_FIFTH == 0:
                assert self._sent(template("GET", address)).status == 303
            self.clock.advance(1)

    def _flow(self, address: str, jar: str) -> None:
        location = self._sent(template("GET", address, Cookie=jar)).header("Location")
        (code,) = parse_qs(urlsplit(location).query)["code"]
        given = self._sent(self._as_text(redeem(Preparing(), self.client, code)))
        refresh_token = json.loads(given.body)["refresh_token"]
        asked = self._as_text(refreshing(self.client, refresh_token))
        assert self._sent(asked).status == 200

    def _sent(self, text: bytes) -> Answer:
        """Without a client in between: half of the time would be its own."""
        return send(self.app.wsgi_app, environ(text))

    def _as_text(self, request: Request) -> bytes:
        headers = {name.replace("-", "_"): value for name, value in request.headers.items()}
        return template(request.method, request.path, request.body.decode(), **headers)


@pytest.fixture
def flows(app: Flask, factory: Factory, clock: HeldClock) -> Flows:
    made = Flows(app, factory, clock, factory.client(), factory.person(), Browser(app))
    made.sign_in()
    return made


def seal(database: Database) -> None:
    more = True
    while more:
        with database.writing() as session:
            more = audit.seal(session) > 0


def sizes(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_thousands_of_flows_leave_the_tables_as_they_were(
    flows: Flows,
    settings: Settings,
    database: Database,
    clock: HeldClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    count = FLOWS[database.dialect]
    flows.run(count)
    seal(database)
    grown = sizes(database)
    assert grown["authorization_grant"] > count
    assert grown["interaction"] > count / EVERY_FIFTH
    assert grown["audit_event"] > 3 * count

    # The families expire, and go while others come: in this part the disk is waited for.
    clock.advance(settings.refresh_token_lifetime + DAY)
    first = purge.Purger(database, settings)
    with at_its_own_pace(database):
        flows.sign_in()
        flows.run(AT_REST)
        at_rest, flows.seconds = flows.seconds, []
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(first.run)
            while not running.done():
                flows.run(1)
    assert first.removed["authorization_grant"] == grown["authorization_grant"]

    # So do those, and later what the trail and the counts say of them all.
    clock.advance(max(settings.code_lifetime, kinds.NOTICE_LIFETIME))
    outbox.expire_overdue(database)
    seal(database)
    clock.advance(max(settings.trail_days, settings.counts_days) * DAY)
    last = purge.Purger(database, settings)
    last.run()

    left = sizes(database)
    assert {name: left[name] for name in PASSING} == dict.fromkeys(PASSING, 0)
    assert {name: left[name] for name in LASTING} == dict.fromkeys(LASTING, 1)
    # Of each seal there stay its link in the chain, and the word that it was purged.
    assert left["audit_event"] == left["audit_seal"]
    with database.reading() as session:
        found = audit.verify(session)
    assert found.broken is None
    assert found.purged > grown["audit_event"]
    with capsys.disabled():
        print(_measured(database, at_rest, flows.seconds, first.longest))


def _measured(database: Database, at_rest: list[float], beside: list[float], longest: float) -> str:
    """A few words of what the purge cost others, in milliseconds."""
    told = [
        f"{name} median {statistics.median(each) * 1000:.1f}, longest {max(each) * 1000:.1f}"
        for name, each in (("a flow at rest", at_rest), ("beside the purge", beside))
    ]
    told.append(f"longest transaction of the purge {longest * 1000:.1f}")
    return f"\n{database.dialect}, ms: {'; '.join(told)} ({len(beside)} flows beside)"
