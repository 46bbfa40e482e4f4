"""`make bench-enumeration`: do answers take longer for an identifier that exists?

Each door of a served provider is asked for known and unknown identifiers in random order, one
request at a time. Told apart is what a Mann-Whitney test and Cliff's delta say; a pair that does
differ is measured as well, so that one sees that the test can tell.

python -m bench.enumeration [--requests 1000]
"""

import argparse
import http.client
import json
import math
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from idp.config import Settings
from idp.directory import lookups
from idp.identity import login_identifier
from tests.processes.deployment import Deployment, served, settings_of
from tests.processes.network_browser import NetworkBrowser
from tests.recoveries import ask_for_block

RESULTS = Path(__file__).parent / "results" / "enumeration.json"
REPORT = Path(__file__).parents[1] / "docs" / "enumeration.md"
PEOPLE, WARM_UP = 20, 40
MANY = 10_000_000  # nobody is made to wait: it is the work that is measured
SURE, NEGLIGIBLE = (
    0.001,
    0.147,
)  # of p; of Cliff's delta, below which an effect is called negligible

Form = tuple[str, dict[str, str]]  # path, what its page holds already
Body = tuple[str, str]  # path, what is sent


@dataclass(frozen=True)
class Found:
    """Times in milliseconds. `delta` is Cliff's: 0 when either is as often the slower one, 1 when
    a known one always is."""

    door: str
    requests: int
    known: float
    unknown: float
    difference: float
    p: float
    delta: float

    @property
    def told_apart(self) -> bool:
        return self.p < SURE and abs(self.delta) >= NEGLIGIBLE


def compare(door: str, known: Sequence[float], unknown: Sequence[float]) -> Found:
    """Mann and Whitney 1947, two-sided, by the normal approximation with the tie correction."""
    m, n, both = len(known), len(unknown), sorted([*known, *unknown])
    ranks, ties, start = {}, 0, 0
    while start < len(both):
        end = start
        while end < len(both) and both[end] == both[start]:
            end += 1
        ranks[both[start]], ties = (start + 1 + end) / 2, ties + (end - start) ** 3 - (end - start)
        start = end
    u = sum(ranks[each] for each in known) - m * (m + 1) / 2
    variance = m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1)))
    z = (u - m * n / 2) / math.sqrt(variance)
    middle = statistics.median(known), statistics.median(unknown)
    return Found(
        door,
        m,
        *(round(each * 1000, 3) for each in (*middle, middle[0] - middle[1])),
        p=round(math.erfc(abs(z) / math.sqrt(2)), 4),
        delta=round(2 * u / (m * n) - 1, 3),
    )


class Doors:
    """What is sent at each door for an identifier (or, of a lost identifier, a mail address)."""

    def __init__(self, deployment: Deployment) -> None:
        self.browser: NetworkBrowser = deployment.browser()
        self.people = [
            deployment.factory.person(mail=f"connue{number}@exemple.fr", mobile="+33612345678")
            for number in range(PEOPLE)
        ]
        self.nobody = [login_identifier.generate() for _ in self.people]
        self.login = self._form("/sign-in", password="ce n’est pas le bon mot de passe")
        self.password = self._form("/recovery/password")
        self.identifier = self._form("/recovery/identifier")
        self.emergency = self._form("/emergency")
        samples = self.people[0].identifier, self.nobody[0]
        self.codes = [self._emergency(deployment, each) for each in samples]
        kept = self.browser.client.cookies.items()
        self.cookies = "; ".join(f"{name}={value}" for name, value in kept)

    def pairs(self) -> dict[str, tuple[Callable[[], Body], Callable[[], Body]]]:
        """For each door, what makes a request for somebody, and one for nobody."""
        mistyped = partial(self._typed, self.login, lambda: "1")
        return {
            "sign-in": self._both(self.login),
            "lost password": self._both(self.password),
            "lost identifier": (partial(self._contact, "connue"), partial(self._contact, "autres")),
            "emergency": self._both(self.emergency),
            "emergency’s code": (lambda: self.codes[0], lambda: self.codes[1]),
            "*(a pair that differs)*": (self._both(self.login)[1], mistyped),
        }

    def _both(self, form: Form) -> tuple[Callable[[], Body], Callable[[], Body]]:
        known = partial(random.choice, [person.identifier for person in self.people])
        nobody = partial(random.choice, self.nobody)
        return partial(self._typed, form, known), partial(self._typed, form, nobody)

    def _typed(self, form: Form, identifier: Callable[[], str]) -> Body:
        return form[0], urlencode(form[1] | {"identifier": identifier()})

    def _contact(self, whose: str) -> Body:
        path, values = self.identifier
        address = f"{whose}{random.randrange(PEOPLE)}@exemple.fr"
        return path, urlencode(values | {"contact": address})

    def _form(self, address: str, **values: str) -> Form:
        self.browser.get(address)
        action, present = self.browser.forms()[0]
        return action, present | values

    def _emergency(self, deployment: Deployment, identifier: str) -> Body:
        """A page that waits for its code, which the worker has sent if there is anybody."""
        ask_for_block(self.browser, identifier)
        lookups.answer_lookups(deployment.database, deployment.settings)
        action, present = self.browser.forms()[0]
        return action, urlencode(present | {"code": "000000"})


def measure(port: int, doors: Doors, requests: int) -> list[Found]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    found = []
    for door, pair in doors.pairs().items():
        times: tuple[list[float], list[float]] = [], []
        order = [0, 1] * (requests + WARM_UP)
        random.shuffle(order)
        for which in order:
            times[which].append(_timed(connection, doors.cookies, *pair[which]()))
        found.append(compare(door, times[0][-requests:], times[1][-requests:]))
        print(f"{door}: {found[-1]}", flush=True)
    return found


def _timed(connection: http.client.HTTPConnection, cookies: str, path: str, body: str) -> float:
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    began = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    assert answer.status in {303, 400}, (path, answer.status)
    return took


def settings(folder: Path) -> Settings:
    """One process, Argon2id as deployed, and nobody made to wait."""
    limits = ("failures_free", "failures_per_day", "failures_per_address")
    limits += ("recoveries_per_day", "recoveries_per_address")
    database = f"sqlite:///{folder / 'idp.db'}"
    return settings_of(database, folder, workers=1, **dict.fromkeys(limits, MANY))


def table(found: Sequence[Found]) -> str:
    lines = [
        "| door | of each | known, ms | unknown, ms | difference, ms | p | Cliff’s delta | apart |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.door} | {each.requests} | {each.known:.2f} | {each.unknown:.2f} | "
        f"{each.difference:+.3f} | {each.p:.3f} | {each.delta:+.3f} | "
        f"{'yes' if each.told_apart else 'no'} |"
        for each in found
    ]
    return "\n".join(lines)


def described() -> dict[str, object]:
    """What the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.enumeration", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000, help="of each kind at each door")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(settings(Path(folder))) as deployment:
        found = measure(deployment.server.port, Doors(deployment), asked.requests)
    RESULTS.write_text(
        json.dumps({"machine": described(), "doors": [asdict(each) for each in found]}, indent=1)
        + "\n"
    )
    head, _, rest = REPORT.read_text("utf-8").partition("<!-- figures -->\n")
    _, _, foot = rest.partition("<!-- end of figures -->\n")
    figures = f"<!-- figures -->\n{table(found)}\n<!-- end of figures -->\n"
    REPORT.write_text(head + figures + foot, "utf-8")
    *doors, control = found
    return 0 if control.told_apart and not any(each.told_apart for each in doors) else 1


if __name__ == "__main__":
    raise SystemExit(main())
