"""`make bench-console`: server time of the console's lists, searches, trail and dashboard over
100,000 holders and 1,000,000 events, written into bench/CONSOLE.md; fails when one takes longer
than it may.

python -m bench.console [--holders 100000] [--events 1000000] [--requests 100]
"""

import argparse
import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from bench import seed, seed_trail
from bench.seed import Known
from bench.seed_trail import Trace
from idp import create_app
from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Base, Database
from idp.models import Role
from tests.browser_client import ISSUER, Browser
from tests.factories import Factory

ROOT = Path(__file__).parent
LONGEST = 200  # milliseconds that a list or a search may take

Get = Callable[[Known, Trace], str]
Post = Callable[[Known], dict[str, str]]

# What is asked for, with somebody and something that is there: another list is another line.
LISTS: dict[str, Get] = {
    "holders, the newest": lambda *_: "/admin/holders",
    "holders, somewhere": lambda one, _: f"/admin/holders?before={one.holder_id}",
    "holders, backwards": lambda one, _: f"/admin/holders?after={one.holder_id}",
    "holders, active": lambda one, _: f"/admin/holders?state=active&before={one.holder_id}",
    "holders, blocked": lambda one, _: f"/admin/holders?state=blocked&before={one.holder_id}",
    "holders, closed, the newest": lambda *_: "/admin/holders?state=closed",
    "a holder": lambda one, _: f"/admin/holders/{one.identifier}",
    "applications": lambda *_: "/admin/applications",
    "applications, the busiest first": lambda *_: "/admin/applications?sort=connections",
    "operators": lambda *_: "/admin/operators",
    "trail, the newest": lambda *_: "/admin/trail",
    "trail, somewhere": lambda _, it: f"/admin/trail?before={it.event_id}",
    "trail, backwards": lambda _, it: f"/admin/trail?after={it.event_id}",
    "trail, of a day": lambda *_: f"/admin/trail?since={_day()}&until={_day()}",
    "trail, by an operator": lambda _, it: f"/admin/trail?operator={it.operator}",
    "trail, on a holder": lambda one, _: f"/admin/trail?holder={one.identifier}",
    "trail, of an application": lambda _, it: f"/admin/trail?application={it.application}",
    "trail, of an act": lambda *_: "/admin/trail?act=session.opened",
    "trail, of a rare act": lambda *_: "/admin/trail?act=account.blocked",
    "trail, of an act that never was": lambda *_: "/admin/trail?act=key.removed",
    "trail, of a noun": lambda *_: "/admin/trail?act=account.",
    "trail, refusals": lambda *_: "/admin/trail?outcome=refused",
    "trail, of an actor": lambda *_: "/admin/trail?actor=operator",
    "trail, from an address": lambda _, it: f"/admin/trail?address={it.address}",
    "trail, of an application, an act": lambda _, it: (
        f"/admin/trail?application={it.application}&act=token.refused"
    ),
    "trail, of an application, refusals": lambda _, it: (
        f"/admin/trail?application={it.application}&outcome=refused&before={it.event_id}"
    ),
    "trail, on a holder, an act": lambda one, _: (
        f"/admin/trail?holder={one.identifier}&act=authorization.granted"
    ),
    "dashboard, 24 hours": lambda *_: "/admin/dashboard?period=24h",
    "dashboard, 7 days": lambda *_: "/admin/dashboard?period=7d",
    "dashboard, 30 days": lambda *_: "/admin/dashboard?period=30d",
    "dashboard, 12 months": lambda *_: "/admin/dashboard?period=12m",
    "dashboard, 30 days of an application": lambda _, it: (
        f"/admin/dashboard?period=30d&application={it.application}"
    ),
    "dashboard, 12 months of an application": lambda _, it: (
        f"/admin/dashboard?period=12m&application={it.application}"
    ),
    "dashboard, 12 months, a table": lambda *_: (
        "/admin/dashboard/export?period=12m&table=connections-time"
    ),
}
SEARCHES: dict[str, Post] = {
    "by login identifier": lambda one: {"number": one.identifier},
    "by NIR": lambda one: {"number": one.nir},
    "by INS-C": lambda one: {"number": one.ins_c},
    "by name and birth date": lambda one: {"name": one.name, "birth_date": one.birth_date},
    "by name and birth date, nobody": lambda one: {"name": "Nobody", "birth_date": one.birth_date},
}


def _day() -> str:
    """Half a year ago."""
    return f"{datetime.now(UTC) - timedelta(days=180):%Y-%m-%d}"


# Who asks: one who sees everything, and one who sees the own organisation.
WHO = {"any": (Role.OWNER, None), "own": (Role.ENROLMENT_AGENT, "Cpam 3")}


@dataclass(frozen=True)
class Figure:
    """Milliseconds; `processor` is what of them the server itself was at work (99 %)."""

    what: str
    median: float
    p99: float
    slowest: float
    processor: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.console", description=__doc__)
    parser.add_argument("--holders", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=100)
    options = parser.parse_args()
    figures = list(_measured(options))
    (ROOT / "CONSOLE.md").write_text(_report(figures, options), "utf-8")
    slow = [each.what for each in figures if each.p99 > LONGEST]
    for each in figures:
        print(f"{each.what:56} {each.median:6.1f} ms  p99 {each.p99:6.1f} ms")
    sys.exit(f"longer than {LONGEST} ms: {', '.join(slow)}" if slow else 0)


@contextmanager
def _settings() -> Iterator[Settings]:
    with tempfile.TemporaryDirectory() as folder:
        yield Settings(
            environment="demonstration",
            database_url=f"sqlite:///{folder}/idp.db",
            var=Path(folder),
            argon2_memory_kib=8,
            argon2_time=1,
            log_level="error",
            **{f"{name}_keys": f"k1:{new_secret()}" for name in ("sealing", "mac", "index")},
        )


def _measured(options: argparse.Namespace) -> Iterator[Figure]:
    chance = random.Random(1)
    with _settings() as settings:
        tables = Database(settings.effective_database_url, settings.keyring)
        Base.metadata.create_all(tables.engine)
        tables.dispose()
        app = create_app(settings)
        database = app.extensions["idp"].provider.database
        factory = Factory(settings, database)
        began = time.perf_counter()
        # No more than are asked for: a server does not keep all of them in memory, and the
        # interpreter would walk over them now and then.
        made = seed.fill(database, options.holders, chance)
        known = chance.sample(made, min(options.holders, 1000))
        del made
        traces = seed_trail.fill(database, factory, options.events, chance)
        took = time.perf_counter() - began
        print(f"{options.holders} holders, {options.events} events: {took:.0f} s", file=sys.stderr)
        # As `wsgi.py` does: what is loaded is not looked through by every later collection.
        gc.collect()
        gc.freeze()
        for reach, (role, organisation) in WHO.items():
            browser = Browser(app)
            browser.get("/admin")
            browser.give_password(factory.operator(role, organisation=organisation))
            browser.give_code(factory)
            asked = [(chance.choice(known), chance.choice(traces)) for _ in range(options.requests)]
            yield from _of(browser, reach, asked)
        database.dispose()


def _of(browser: Browser, reach: str, asked: list[tuple[Known, Trace]]) -> Iterator[Figure]:
    for what, get in LISTS.items():
        addresses = [get(*each) for each in asked]
        first = browser.client.get(addresses[0], base_url=ISSUER).status_code
        if first == 403 or (reach == "own" and what == "a holder"):
            continue
        yield _figure(f"{what} ({reach})", [_time(browser, each) for each in addresses])
    browser.get("/admin/holders")
    token = browser.forms()[0][1]["csrf_token"]
    for what, post in SEARCHES.items():
        forms = [post(one) | {"csrf_token": token} for one, _ in asked]
        times = [_time(browser, "/admin/holders/search", each) for each in forms]
        yield _figure(f"{what} ({reach})", times)


def _time(
    browser: Browser, address: str, form: dict[str, str] | None = None
) -> tuple[float, float]:
    """Milliseconds from the request to the end of the answer, and those of them at work."""
    client, began, at_work = browser.client, time.perf_counter(), time.process_time()
    if form is None:
        answer = client.get(address, base_url=ISSUER)
    else:
        answer = client.post(address, data=form, base_url=ISSUER)
    took = (time.perf_counter() - began) * 1000, (time.process_time() - at_work) * 1000
    assert answer.status_code in {200, 303}, (address, answer.status_code)
    return took


def _figure(what: str, times: list[tuple[float, float]]) -> Figure:
    took, at_work = [each for each, _ in times], [each for _, each in times]
    return Figure(
        what, median(took), quantiles(took, n=100)[98], max(took), quantiles(at_work, n=100)[98]
    )


def _report(figures: list[Figure], options: argparse.Namespace) -> str:
    rows = [
        f"| {one.what} | {one.median:.1f} | {one.p99:.1f} | {one.slowest:.1f} "
        f"| {one.processor:.1f} |"
        for one in figures
    ]
    return "\n".join(
        (
            "# The console’s lists, searches, trail and dashboard",
            "",
            f"Server time in milliseconds over {options.holders:,} holders and {options.events:,}",
            f"events of the trail, on SQLite, {options.requests} requests each to the WSGI",
            "application, session, authority, trail and templates included. None may take over",
            f"{LONGEST} ms. “any” is an owner, “own” an enrolment agent, who sees one organisation",
            f"of {seed.ORGANISATIONS}. `make bench-console` repeats it; a new list is a line in",
            "`bench/console.py`. “At work” is the server’s own processor time: what is beyond it",
            "was waited for the disk, or for a machine that had something else to do.",
            "",
            f"Measured {datetime.now(UTC).isoformat(timespec='minutes')}.",
            "",
            "| list or search | median | 99 % | slowest | at work (99 %) |",
            "|---|---|---|---|---|",
            *rows,
            "",
        )
    )


if __name__ == "__main__":
    main()
