"""`make bench`: measure, keep the figures, write the report.

python -m bench [--rounds 5] [--seconds 3] [--only refresh,userinfo] [--contestants …]
"""

import argparse
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import environment, isolation, load, profile, report
from bench.contestants import Contestant, Setup, started
from bench.floor import Floor
from bench.scenarios import SCENARIOS, Scenario

RESULTS = Path(__file__).parent / "results"
FOLDER = Path(__file__).parents[1] / "var" / "bench"
PEERS = ["peer-memory", "peer-sqlite", "ordinary"]
PARTS = {
    "one": (1, "0", ["ours", *PEERS]),
    # The second core is wrk's too: all of them lose alike.
    "two": (2, "0,1", ["ours", "peer-sqlite", "ordinary"]),
    "postgresql": (2, "0,1", ["ours-postgresql", "ours", "peer-sqlite"]),
    "before": (1, "0", ["ours", "before"]),
}


def main() -> None:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment.prepare(FOLDER)
    for part in options.parts.split(","):
        if part == "argon2":
            found: Any = isolation.measure(FOLDER, options.seconds)
        elif part == "profile":
            found = profile.measure(FOLDER)
            profile.keep(RESULTS, found)
        else:
            found = _part(part, options)
        _keep(part, {"options": vars(options), "machine": environment.describe(), **found})
    report.write(RESULTS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument(
        "--parts",
        default="one,two,argon2,profile",
        help=f"of {', '.join(PARTS)}, argon2, profile",
    )
    parser.add_argument(
        "--before", type=Path, help="another checkout of the provider, with its environment"
    )
    parser.add_argument("--only", default="", help="names of scenarios, by commas")
    parser.add_argument("--contestants", default="", help="names, by commas")
    return parser.parse_args()


def _part(part: str, options: argparse.Namespace) -> dict[str, Any]:
    workers, cores, names = PARTS[part]
    names = options.contestants.split(",") if options.contestants else names
    chosen = [
        scenario
        for scenario in SCENARIOS
        if not options.only or scenario.name in options.only.split(",")
    ]
    with ExitStack() as stack:
        url: Callable[[], str] | None = None
        if "ours-postgresql" in names:
            url = stack.enter_context(environment.postgresql())
        setup = Setup(FOLDER, workers, cores, url, options.before)
        contestants = stack.enter_context(started([*names, "http"], setup))
        return _rounds(part, contestants, chosen, options)


def _rounds(
    part: str,
    contestants: dict[str, Contestant],
    scenarios: list[Scenario],
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Contestants take turns within each scenario of each round: the processor's speed changes
    from one minute to the next, and only what is side by side can be compared."""
    floor, floors = Floor(FOLDER), []
    figures: dict[str, dict[str, list[dict[str, float]]]] = {}
    http = contestants.pop("http")
    for number in range(options.rounds + 1):  # the first one warms up
        began = time.monotonic()
        for scenario in scenarios:
            for name, contestant in contestants.items():
                found = load.run(contestant.target, scenario, options.seconds)
                if number:
                    kept = figures.setdefault(scenario.name, {}).setdefault(name, [])
                    kept.append(asdict(found))
        nothing = {"method": "GET", "path": "/", "status": 200, "text": "ok"}
        answered = load.measure(http.target.port, "same", nothing, options.seconds)
        if number:
            floors.append(floor.measure() | {"http": 1e6 / answered.per_second})
        print(f"{part}: round {number} of {options.rounds}, {time.monotonic() - began:.0f} s")
        print(report.glance(figures), flush=True)
    return {"figures": figures, "floors": floors}


def _keep(part: str, found: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    found["at"] = datetime.now(UTC).isoformat(timespec="minutes")
    text = json.dumps(found, indent=1, default=str)
    (RESULTS / f"{part}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    main()
