"""Running several processes as one: started together, kept alive, ended together."""

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BEAT = 0.05  # seconds between two looks at the children
PATIENCE = 30.0  # seconds for all to answer
GRACE = 5.0  # seconds to end by oneself
LAST_LINES = 15
LIVES, WITHIN = 4, 60.0  # a child that ends so often in so many seconds is not started again
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
    """A child ended by itself with `code`, again and again, or (None) did not answer in time."""

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


@dataclass
class Child:
    """A program that runs, and when it ended by itself."""

    program: Program
    process: "subprocess.Popen[bytes]"
    ends: list[float] = field(default_factory=list)

    def has_lives(self) -> bool:
        """Whether it may be started again, now that it has ended."""
        now = time.monotonic()
        self.ends = [end for end in self.ends if end > now - WITHIN] + [now]
        return len(self.ends) < LIVES


class Supervisor:
    """Use within `running`, which ends the children on every way out."""

    def __init__(self) -> None:
        self._children: list[Child] = []
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
        """A log begins anew with it."""
        program.log.parent.mkdir(parents=True, exist_ok=True)
        program.log.write_bytes(b"")
        self._children.append(Child(program, _run(program)))

    def wait_until_ready(self) -> bool:
        """Whether all answer; False when asked to end meanwhile. Raises ChildFailed."""
        deadline = time.monotonic() + PATIENCE
        waiting = [child.program for child in self._children if child.program.ready_at]
        while waiting:
            if self._asked_to_end.wait(BEAT):
                return False
            for child in self._ended():
                raise ChildFailed(child.program, child.process.returncode)
            waiting = [program for program in waiting if not _answers(program.ready_at)]
            if waiting and time.monotonic() > deadline:
                raise ChildFailed(waiting[0], None)
        return True

    def wait_until_asked_to_end(self, restarted: Callable[[Program, int], None]) -> None:
        """A child that ends before that is started again, and `restarted` hears of it and of the
        code that it ended with; ChildFailed when it ends again and again."""
        while not self._asked_to_end.wait(BEAT):
            for child in self._ended():
                code = child.process.returncode
                if not child.has_lives():
                    raise ChildFailed(child.program, code)
                # Its own children may have stayed behind, with its port.
                _signal_group(child.process, signal.SIGKILL)
                child.process = _run(child.program)
                restarted(child.program, code)

    def _end_soon(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_end.set()

    def _ended(self) -> list[Child]:
        return [child for child in self._children if child.process.poll() is not None]

    def _end(self) -> None:
        """Ask each group to end, wait, then kill what is left; leaves no zombie."""
        processes = [child.process for child in self._children]
        for process in processes:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0))
        for process in processes:
            # Also where the child is gone: one of its own may have stayed behind.
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._children.clear()


def _run(program: Program) -> "subprocess.Popen[bytes]":
    """In a process group of its own: the terminal's Ctrl-C reaches the supervisor alone, and the
    child's own children end with it."""
    with program.log.open("ab") as log:
        return subprocess.Popen(
            program.command,
            env=dict(program.environment),
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    # The group keeps the child's number as long as one of its processes lives.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _answers(url: str | None) -> bool:
    try:
        with DIRECTLY.open(str(url), timeout=1) as response:
            return bool(response.status == HTTPStatus.OK)
    except (OSError, urllib.error.URLError):
        return False
