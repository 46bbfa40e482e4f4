"""One run of wrk against one contestant."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.scenarios import CONNECTIONS, Scenario
from bench.target import Target, Unfit

SCRIPTS = Path(__file__).parent / "lua"
CORE = "1"  # the contestants have the other one


@dataclass(frozen=True)
class Figures:
    """`per_second` counts what the scenario counts; latencies in ms are of single requests."""

    per_second: float
    p50: float
    p99: float
    longest: float


def run(
    target: Target, scenario: Scenario, seconds: float, connections: int = CONNECTIONS
) -> Figures:
    """Raises Unfit when an answer was not as it has to be."""
    return measure(
        target.port,
        scenario.script,
        scenario.parameters(target),
        seconds,
        threads=connections if scenario.own_connections else 1,
        connections=connections,
        requests=scenario.requests,
    )


def measure(
    port: int,
    script: str,
    parameters: dict[str, Any],
    seconds: float,
    *,
    threads: int = 1,
    connections: int = CONNECTIONS,
    requests: int = 1,
) -> Figures:
    """The same by the script's name and its parameters."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(f"return {lua(parameters)}\n")
        file.flush()
        command = [
            *("taskset", "-c", CORE, "wrk", f"-t{threads}", f"-c{connections}"),
            *("-d", f"{round(seconds * 1000)}ms" if seconds < 1 else f"{round(seconds)}s"),
            *("-s", str(SCRIPTS / f"{script}.lua")),
            *("--timeout", "10s", f"http://127.0.0.1:{port}/", file.name),
        ]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(each for each in output.splitlines() if each.startswith("FIGURES "))
    count, duration, p99, p50, longest, wrong, *example = line.split(" ")[1:]
    if int(wrong) or int(count) == 0:
        raise Unfit(f"{wrong} of {count} answers are wrong: {' '.join(example)}")
    per_second = int(count) / requests / (int(duration) / 1e6)
    return Figures(per_second, float(p50) / 1000, float(p99) / 1000, float(longest) / 1000)


def lua(value: Any) -> str:
    """A table of texts, numbers and tables, as Lua writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{lua(key)}] = {lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(lua, value)) + "}"
    if isinstance(value, int | float):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
