"""Running several processes as one: started together, watched, ended together."""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BEAT = 0.05  # seconds between two looks at the children
PATIENCE = 30.0  # seconds for all to answer
GRACE = 5.0  # seconds to end by oneself
LAST_LINES = 15
# Whatever proxy the person's shell names, it does not lead to the children.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Program:
    """A child: what is run, where it answers once it is ready (None: ready when it runs), and
    the file that takes what it prints, and the folder it runs in."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready_at: str | None
    log: Path
    folder: Path


class ChildFailed(Exception):
    """A child ended by itself with `code`, or (None) did not answer in time."""

    def __init__(self, program: Program, code: int | None) -> None:
        reason = "no answer in time" if code is None else f"ended by itself with code {code}"
        super().__init__(f"{program.name}: {reason}")
        self.program = program
        self.code = code

    @property
    def last_lines(self) -> list[str]:
        """The end of what the child printed."""
        text = self.program.log.read_text("utf-8", "replace") if self.program.log.exists() else ""
        return text.splitlines()[-LAST_LINES:]


class Supervisor:
    """Use within `running`, which ends the children on every way out."""

    def __init__(self) -> None:
        self._children: list[tuple[Program, subprocess.Popen[bytes]]] = []
        self._asked_to_end = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Until the block ends, a signal to end is an answer of `wait_*`, not an exception."""
        before = {number: signal.signal(number, self._end_soon) for number in ENDING}
        try:
            yield
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, program: Program) -> None:
        """In a process group of its own: the terminal's Ctrl-C reaches the supervisor alone, and
        the child's own children end with it."""
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("wb") as log:
            child = subprocess.Popen(
                program.command,
                env=dict(program.environment),
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children.append((program, child))

    def wait_until_ready(self) -> bool:
        """Whether all answer; False when asked to end meanwhile. Raises ChildFailed."""
        deadline = time.monotonic() + PATIENCE
        waiting = [program for program, _ in self._children if program.ready_at]
        while waiting:
            if self._asked_to_end.wait(BEAT):
                return False
            self._see_that_all_live()
            waiting = [program for program in waiting if not _answers(program.ready_at)]
            if waiting and time.monotonic() > deadline:
                raise ChildFailed(waiting[0], None)
        return True

    def wait_until_asked_to_end(self) -> None:
        """Raises ChildFailed when a child ends before that."""
        while not self._asked_to_end.wait(BEAT):
            self._see_that_all_live()

    def _end_soon(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_end.set()

    def _see_that_all_live(self) -> None:
        for program, child in self._children:
            code = child.poll()
            if code is not None:
                raise ChildFailed(program, code)

    def _end(self) -> None:
        """Ask each group to end, wait, then kill what is left; leaves no zombie."""
        for _, child in self._children:
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for _, child in self._children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(deadline - time.monotonic(), 0))
        for _, child in self._children:
            # Also where the child is gone: one of its own may have stayed behind.
            _signal_group(child, signal.SIGKILL)
            child.wait()
        self._children.clear()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # The group keeps the child's number as long as one of its processes lives.
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _answers(url: str | None) -> bool:
    try:
        with DIRECTLY.open(str(url), timeout=1) as response:
            return bool(response.status == HTTPStatus.OK)
    except (OSError, urllib.error.URLError):
        return False
