"""`make races ROUNDS=10000`: each contest so many times, on each engine, and the count.

Argon2id is as cheap here as it can be: it is not what is raced for.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.engines import postgresql_cluster
from tests.processes.contests import CONTESTS, Contest, Violation
from tests.processes.deployment import Deployment, served, settings_of

ENGINES = ("sqlite", "postgresql")
BEAT = 500  # rounds between two lines of progress
CHEAP = {"argon2_memory_kib": 8, "argon2_time": 1}


def main() -> int:
    given = _parser().parse_args()
    violations = 0
    for engine in given.engines.split(","):
        with ExitStack() as stack:
            provider = _provider(engine, stack)
            for contest in CONTESTS:
                if contest.name in given.only.split(",") or not given.only:
                    violations += _run(engine, contest(provider), given.rounds)
    print("every round had one winner" if not violations else f"{violations} had not")
    return min(violations, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.processes.races", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--only", default="", help="names of contests, by commas")
    return parser


def _provider(engine: str, stack: ExitStack) -> Deployment:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    url = f"sqlite:///{folder / 'idp.db'}"
    if engine == "postgresql":
        url = stack.enter_context(postgresql_cluster()).create_database()
    return stack.enter_context(served(settings_of(url, folder, **CHEAP)))


def _run(engine: str, contest: Contest, rounds: int) -> int:
    """How many rounds had not exactly one winner; each is said."""
    began, violations = time.monotonic(), 0
    for number in _told(f"{engine}: {contest.name}", rounds):
        try:
            contest.run()
        except Violation as violation:
            violations += 1
            contest.rounds = number
            print(violation, flush=True)
    seconds = time.monotonic() - began
    won = rounds - violations
    print(f"{engine}: {contest.name}: {won:,} of {rounds:,} rounds won by one, {seconds:.0f} s")
    return violations


def _told(what: str, rounds: int) -> Iterator[int]:
    for number in range(1, rounds + 1):
        if number % BEAT == 0 and sys.stdout.isatty():
            print(f"{what}: {number:,} of {rounds:,}", end="\r", flush=True)
        yield number


if __name__ == "__main__":
    sys.exit(main())
