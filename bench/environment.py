"""What the bench needs on the machine, and what the machine is."""

import os
import platform
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.contestants import NODE, PEERS
from tests import engines

ROOT = Path(__file__).parents[1]
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def prepare(folder: Path) -> None:
    """wrk from the distribution, the peer's packages, the ordinary way's environment."""
    if shutil.which("wrk") is None:
        subprocess.run([ROOT / ".ci" / "apt.sh", "wrk"], check=False)
    for program, remedy in (("wrk", "sudo apt-get install wrk"), ("npm", "install Node.js")):
        if shutil.which(program) is None:
            raise SystemExit(f"The bench needs {program}: {remedy}")
    if not NODE.exists():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=PEERS / "node", check=True)
    made = folder / "ordinary-venv"
    if not (made / "bin" / "gunicorn").exists():
        venv.create(made, with_pip=True, clear=True)
        lock = PEERS / "ordinary" / "requirements.lock"
        pip = [made / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", lock], check=True)


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """A throw-away cluster that is as durable as a real one; each call makes a database."""
    engines.SETTINGS.update(DURABLE)
    with engines.postgresql_cluster() as cluster:
        yield cluster.create_database


def describe() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "node": subprocess.run(
            [NODE, "--version"], capture_output=True, text=True, check=True
        ).stdout.strip(),
        "node-oidc-provider": _peer_version(),
        **{name: version(name) for name in ("granian", "authlib", "cryptography", "sqlalchemy")},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _peer_version() -> str:
    import json

    package = PEERS / "node" / "node_modules" / "oidc-provider" / "package.json"
    return str(json.loads(package.read_text())["version"])
