"""Hostile input for as long as you like: `make fuzz MINUTES=60`.

One process for what applications speak to and one for the pages, both from a new beginning. What
fails is kept, with how to send it again; mended, it belongs into tests/fuzz/corpus.
"""

import argparse
import gc
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PARTS = ("protocol", "pages")
PULSE = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) .*exec/s: (\d+)")
CHATTER = re.compile(r"(INFO|WARNING|Recommended|[#\"{\\]|==\d+==|stat::|MS: |0x)")
EVERY = 10  # seconds between two lines of progress


def main() -> int:
    given = _parser().parse_args()
    given.findings.mkdir(parents=True, exist_ok=True)
    if given.replay or given.part:
        gc.disable()  # what is imported stays: there is no garbage to look for
        from tests.fuzz import guided  # it watches what is imported from then on

        gc.enable()
    if given.replay:
        return guided.replay(given.replay)
    if given.part:
        limits = [f"-runs={given.inputs}", f"-max_total_time={given.minutes * 60}"]
        with tempfile.TemporaryDirectory() as folder:
            guided.run(given.part, Path(folder), given.findings, [*limits, f"-seed={given.seed}"])
    print(f"seed {given.seed}; Ctrl-C ends it", flush=True)
    with ThreadPoolExecutor() as pool:
        codes = list(pool.map(lambda part: _watched(part, given), PARTS))
    return max(codes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--part", choices=PARTS, help="this one, in this process")
    parser.add_argument("--minutes", type=int, default=0, help="0: no limit")
    parser.add_argument("--inputs", type=int, default=-1, help="of each part; -1: no limit")
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2**31))
    parser.add_argument("--findings", type=Path, default=Path("var/fuzz"))
    parser.add_argument("--replay", type=Path, help="send this input again, and say what is wrong")
    return parser


def _watched(part: str, given: argparse.Namespace) -> int:
    """The part in a process of its own; 0 when nothing failed."""
    command = [sys.executable, "-m", "tests.fuzz", "--part", part, "--seed", str(given.seed)]
    command += ["--minutes", str(given.minutes), "--inputs", str(given.inputs)]
    command += ["--findings", str(given.findings)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        for line in _told(process.stderr or ()):
            print(f"{part}: {line}", flush=True)
    return process.returncode


def _told(lines: Iterable[str]) -> Iterator[str]:
    """What a person wants to read of libFuzzer's words."""
    last = 0.0
    for line in lines:
        pulse, now = PULSE.match(line), time.monotonic()
        if pulse and (now - last >= EVERY or " DONE " in line):
            last = now
            yield f"{int(pulse[1]):,} inputs, {pulse[2]} branches, {pulse[3]} a second"
        elif written := re.search(r"Test unit written to (\S+)", line):
            yield f"kept; again: .venv/bin/python -m tests.fuzz --replay {written[1]}"
        elif line.strip() and not CHATTER.match(line):
            yield line.rstrip()


if __name__ == "__main__":
    sys.exit(main())
