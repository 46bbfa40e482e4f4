"""The provider as it is run: `idp serve`, processes of its own, settings by the environment."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from idp.config import Settings
from tests.processes.network import Client

PATIENCE = 30.0  # seconds to start in, on a busy machine
BEAT = 0.05  # seconds between two looks
LAST_WORDS = 2000  # characters of its log
HOST = "127.0.0.1"
LISTENING = "0A"  # the kernel's TCP_LISTEN
PROJECT = Path(__file__).parents[2]


class Server:
    """Killed by `end`, whatever became of it. Its port stays the same when it is started again."""

    def __init__(self, settings: Settings) -> None:
        # Bound and never listening, it keeps the port for the server. Only then is it shared:
        # nobody else is given a port that was free a moment ago.
        self._reservation = socket.socket()
        self._reservation.bind((HOST, 0))
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            self._reservation.setsockopt(socket.SOL_SOCKET, option, 1)
        self.port: int = self._reservation.getsockname()[1]
        self._workers = settings.workers
        self._log = settings.var / "server.log"
        self.environment = environment(settings) | {"IDP_LISTEN_PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it is ready to answer."""
        with self._log.open("ab") as log:
            self._process = process = subprocess.Popen(
                [sys.executable, "-m", "idp", "serve"],
                env=self.environment,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            with suppress(subprocess.TimeoutExpired):
                process.wait(BEAT)
                raise AssertionError(f"ended by itself: {self._last_words()}")
            assert time.monotonic() < deadline, f"no answer: {self._last_words()}"

    def terminate(self) -> None:
        """Ask it to end, as a service manager does."""
        self._running().terminate()

    def wait(self, seconds: float) -> int:
        """Its exit code; subprocess.TimeoutExpired when it is still there."""
        return self._running().wait(seconds)

    def kill(self) -> None:
        """All its processes at once, with no chance to tidy up."""
        process = self._running()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        if self._process is not None:
            self.kill()
        self._reservation.close()

    def is_listening(self) -> bool:
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False

    def test_client(self) -> Client:
        """A client without cookies: the server stands where tests expect the application."""
        return Client(HOST, self.port)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was never started"
        return self._process

    def _last_words(self) -> str:
        return self._log.read_text()[-LAST_WORDS:]

    def _is_ready(self) -> bool:
        """Each process listens for itself, once it has loaded the application."""
        return _listeners(self.port) == self._workers and (
            self.test_client().get("/readyz").status_code == 200
        )


def _listeners(port: int) -> int:
    """How many sockets listen at the port: Linux tells, and there alone each process has one."""
    lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    columns = [line.split() for line in lines]
    return sum(each[1].endswith(f":{port:04X}") and each[3] == LISTENING for each in columns)


def environment(settings: Settings) -> dict[str, str]:
    """What is set in `settings`, and nothing that this process was told."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    return inherited | {
        f"IDP_{name.upper()}": _text(getattr(settings, name)) for name in settings.model_fields_set
    }


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
