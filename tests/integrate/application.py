"""A page of docs/integrate/ put to work: its document registered, its program run."""

import html
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, socket
from typing import Any

from tests.documented import block, page
from tests.factories import Person
from tests.integrate.provider import Reachable
from tests.network_walk import Walk
from tests.processes.deployment import Deployment

ORIGIN = "http://127.0.0.1:5000"  # as the pages have it
PATIENCE = 30.0  # seconds to start in, on a busy machine
BEAT = 0.05  # seconds between two looks
LAST_WORDS = 2000  # characters of its log


@dataclass(frozen=True)
class Guide:
    """`name` is that of the page; the application is to run at `origin`, in an own `folder`."""

    name: str
    folder: Path
    origin: str

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    def block(self, language: str, words: str) -> str:
        return block(page(f"integrate/{self.name}"), language, words)

    def register(self, server: Reachable, **changes: Any) -> dict[str, str]:
        """As the page does it, at the origin of this test; returns what the page's program finds
        in its environment."""
        shown = self.block("json", '"client_id"').replace(ORIGIN, self.origin)
        document = json.loads(shown) | changes
        file = self.folder / "my-app.json"
        file.write_text(json.dumps(document), "utf-8")
        told = server.idp("clients", "register", "--from", str(file))
        names = {name.upper(): value for name, value in told.items()}
        return {"ISSUER": server.issuer, "ORIGIN": self.origin} | names

    def write(self, file: str, content: str) -> Path:
        path = self.folder / file
        path.write_text(content, "utf-8")
        return path


def free_origin() -> str:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def running(command: list[str], guide: Guide, **options: Any) -> Iterator[None]:
    """The process, from when it answers at the guide's port until the end of the tests."""
    log = guide.folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=guide.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            **options,
        )
    try:
        _wait(process, guide.port, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers(port):
        with suppress(subprocess.TimeoutExpired):
            process.wait(BEAT)
            raise AssertionError(f"ended by itself: {log.read_text()[-LAST_WORDS:]}")
        assert time.monotonic() < deadline, f"no answer: {log.read_text()[-LAST_WORDS:]}"


def _answers(port: int) -> bool:
    with suppress(OSError), create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def sign_in(walk: Walk, address: str, provider: Deployment, person: Person) -> None:
    """From an address of the application to the page that asks for the consent."""
    walk.open(address)
    walk.give_password(person)
    walk.give_code(provider.code_of(person))


def shown(walk: Walk) -> Any:
    """What the page's program knows of the person."""
    told = re.search("<pre>(.*?)</pre>", walk.text, re.DOTALL)
    assert told, walk.text
    return json.loads(html.unescape(told[1]))
