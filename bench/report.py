"""REPORT.md, made of the kept figures: ratios first, for they alone outlive the machine."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.scenarios import SCENARIOS, Scenario

REPORT = Path(__file__).parent / "REPORT.md"
# At least, against the peer in memory; against the peer on SQLite; beyond; multiples of the floor.
AIMS: dict[str, tuple[float, float, float | None, float]] = {
    "discovery": (4, 4, 8, 2.5),
    "jwks": (2.5, 3, 5, 2.5),
    "machine_jwt": (2, 2.2, 3.3, 4),
    "machine_opaque": (2.5, 3, 5, 4.5),
    "flow": (1.4, 2, 3, 6),
    "refresh": (1.5, 2.2, 3.3, 4.5),
    "introspection": (2, 2.2, 4, 5),
    "userinfo": (2.5, 3, 5, 5),
    "machine_rs256": (1, 1, None, 1.3),
}
TITLES = {
    "ours": "ours",
    "ours-postgresql": "ours, PostgreSQL",
    "peer-memory": "peer, memory",
    "peer-sqlite": "peer, SQLite",
    "ordinary": "ordinary way",
    "before": "before",
}
Rounds = list[dict[str, float]]
Figures = dict[str, dict[str, Rounds]]


def write(results: Path) -> None:
    """The report of all parts that were ever measured."""
    sections = [(REPORT.parent / "method.md").read_text()]
    for part, section in (
        ("one", _one),
        ("two", _several),
        ("postgresql", _several),
        ("argon2", _argon2),
        ("before", _before),
        ("profile", _profile),
    ):
        file = results / f"{part}.json"
        if file.exists():
            found = json.loads(file.read_text())
            sections.append(f"{HEADINGS[part]}\n\n{_when(found)}\n\n{section(found)}")
    notes = REPORT.parent / "findings.md"
    if notes.exists():
        sections.append(notes.read_text())
    REPORT.write_text("\n".join(section.rstrip() + "\n" for section in sections))


HEADINGS = {
    "one": "## One process, one core",
    "two": "## Two processes\n\nTwo processes each on both cores, which they share with `wrk`: all "
    "of them lose alike, and the figures are lower than on a machine of its own.",
    "postgresql": "## PostgreSQL\n\nTwo processes each on both cores, shared with `wrk` and with "
    "the database server; `fsync` is on.",
    "argon2": "## Argon2 disturbs nobody\n\nuserinfo at 32 connections on one core, alone and "
    "while four browsers sign in through the form without a pause on the same core.",
    "before": "## Before and after\n\nThis commit and an older one of this provider, side by side.",
    "profile": "## Where the time goes\n\nEach operation in one thread without server and network: "
    "processor time, with the commit of those that write. What of it which function takes is in "
    "[results/profiles/](results/profiles/).",
}


def glance(figures: Figures) -> str:
    """The medians so far, for whoever waits."""
    lines = []
    for name, contestants in figures.items():
        medians = (f"{who} {_median(rounds):,.0f}" for who, rounds in contestants.items())
        lines.append(f"  {name:16}" + "  ".join(medians))
    return "\n".join(lines)


def _one(found: dict[str, Any]) -> str:
    figures, floors = found["figures"], found["floors"]
    measured = [scenario for scenario in SCENARIOS if scenario.name in figures]
    return "\n\n".join(
        [
            _ratios(figures, measured, floors),
            _medians(figures, measured),
            _latencies(figures, measured),
            _parts(floors),
        ]
    )


def _several(found: dict[str, Any]) -> str:
    figures = found["figures"]
    measured = [scenario for scenario in SCENARIOS if scenario.name in figures]
    return "\n\n".join([_medians(figures, measured), _latencies(figures, measured)])


def _ratios(figures: Figures, measured: Sequence[Scenario], floors: list[dict[str, float]]) -> str:
    rows = []
    for scenario in measured:
        of = figures[scenario.name]
        memory, sqlite, beyond, most = AIMS[scenario.name]
        ratios = {who: _ratio(of["ours"], of[who]) for who in of if who != "ours"}
        multiple = _multiple(of["ours"], scenario, floors)
        rows.append(
            [
                scenario.title,
                _aimed(ratios.get("peer-memory"), memory),
                _aimed(ratios.get("peer-sqlite"), sqlite),
                f"{beyond:g}" if beyond else "–",
                f"{ratios['ordinary']:.1f}" if "ordinary" in ratios else "–",
                f"{multiple:.1f} (≤ {most:g}{'' if multiple <= most else ', **short**'})",
            ]
        )
    header = [
        "times as many as…", "peer, memory (at least)", "peer, SQLite (at least)", "beyond",
        "ordinary way", "× floor (at most)",
    ]  # fmt: skip
    return _table(header, rows)


def _aimed(ratio: float | None, aim: float) -> str:
    if ratio is None:
        return "–"
    return f"{ratio:.2f} ({aim:g}{'' if ratio >= aim else ', **short**'})"


def _ratio(ours: Rounds, theirs: Rounds) -> float:
    """The median of the ratios of each round, whose two runs were side by side."""
    return median(
        mine["per_second"] / other["per_second"] for mine, other in zip(ours, theirs, strict=True)
    )


def _multiple(ours: Rounds, scenario: Scenario, floors: list[dict[str, float]]) -> float:
    return median(
        1e6 / mine["per_second"] / sum(floor[part] for part in scenario.floor)
        for mine, floor in zip(ours, floors, strict=True)
    )


def _medians(figures: Figures, measured: Sequence[Scenario]) -> str:
    names = list(figures[measured[0].name])
    rows = [
        [scenario.title]
        + [
            f"{_median(rounds):,.0f} ({_least(rounds):,.0f}–{_most(rounds):,.0f})"
            for rounds in figures[scenario.name].values()
        ]
        for scenario in measured
    ]
    return _table(["per second: median (spread)", *(TITLES[name] for name in names)], rows)


def _latencies(figures: Figures, measured: Sequence[Scenario]) -> str:
    names = list(figures[measured[0].name])
    rows = [
        [scenario.title]
        + [
            f"{median(each['p99'] for each in rounds):.1f}"
            for rounds in figures[scenario.name].values()
        ]
        for scenario in measured
    ]
    return _table(["p99 of a request, ms, 32 connections", *(TITLES[name] for name in names)], rows)


def _parts(floors: list[dict[str, float]]) -> str:
    rows = [[part, f"{median(floor[part] for floor in floors):.0f}"] for part in floors[0]]
    return _table(["part of the floor", "µs"], rows)


def _argon2(found: dict[str, Any]) -> str:
    def middle(name: str, key: str) -> float:
        return median(each[key] for each in found[name])

    hashes = median(found["hashes"])
    logins = middle("logins", "alone")
    rows = [
        [
            "userinfo per second",
            f"{middle('alone', 'per_second'):,.0f}",
            f"{middle('beside', 'per_second'):,.0f}",
        ],
        ["userinfo p50, ms", f"{middle('alone', 'p50'):.1f}", f"{middle('beside', 'p50'):.1f}"],
        ["userinfo p99, ms", f"{middle('alone', 'p99'):.1f}", f"{middle('beside', 'p99'):.1f}"],
        ["longest, ms", f"{middle('alone', 'longest'):.1f}", f"{middle('beside', 'longest'):.1f}"],
    ]
    table = _table(["", "alone", "beside logins"], rows)
    return (
        f"{table}\n\nLogins per second, alone on the core: {logins:.1f}; Argon2id alone would "
        f"allow {hashes:.1f} ({logins / hashes:.0%}). Beside userinfo at full load: "
        f"{middle('logins', 'beside userinfo'):.1f}."
    )


def _before(found: dict[str, Any]) -> str:
    figures = found["figures"]
    measured = [scenario for scenario in SCENARIOS if scenario.name in figures]
    rows = [
        [scenario.title, f"{_ratio(of['ours'], of['before']):.2f}"]
        for scenario in measured
        for of in [figures[scenario.name]]
    ]
    ratios = _table(["times as many as before", "ratio"], rows)
    return "\n\n".join([ratios, _medians(figures, measured)])


def _profile(found: dict[str, Any]) -> str:
    titles = {scenario.name: scenario.title for scenario in SCENARIOS}
    rows = [
        [f"[{titles[name]}](results/profiles/{name}.txt)", f"{operation['microseconds']:.0f}"]
        for name, operation in found["operations"].items()
    ]
    return _table(["operation", "µs"], rows)


def _when(found: dict[str, Any]) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    options = found["options"]
    return (
        f"Measured {found['at']}: {options['rounds']} rounds of {options['seconds']:g} s a "
        f"scenario and contestant, after one to warm up. {machine}."
    )


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _median(rounds: Rounds) -> float:
    return median(each["per_second"] for each in rounds)


def _least(rounds: Rounds) -> float:
    return min(each["per_second"] for each in rounds)


def _most(rounds: Rounds) -> float:
    return max(each["per_second"] for each in rounds)
