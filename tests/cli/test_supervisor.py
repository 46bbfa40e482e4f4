"""Real children, signalled as a terminal or a service manager would."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from idp.cli.supervisor import ChildFailed, Program, Supervisor

ANSWERING = """
import http.server, os, sys
print(os.getpid(), flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# Will not end when asked to, and has a child of its own that would be left behind.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), inner.pid, flush=True)
time.sleep(60)
"""
Make = Callable[..., Program]
Restarts = list[tuple[str, int]]


@pytest.fixture
def program(tmp_path: Path) -> Make:
    def make(name: str, code: str, *arguments: str, ready_at: str | None = None) -> Program:
        command = (sys.executable, "-c", code, *arguments)
        return Program(name, command, os.environ, ready_at, tmp_path / f"{name}.log", tmp_path)

    return make


@pytest.fixture
def answering(program: Make) -> Program:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return program("web", ANSWERING, str(port), ready_at=f"http://127.0.0.1:{port}/")


def nobody(_program: Program, _code: int) -> None:
    """Nobody was to end, so that there is nobody to start again."""
    raise AssertionError


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Without an init to reap it, an orphan that was killed stays a zombie.
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_waits_until_all_answer_and_leaves_nothing_when_asked_to_end(
    answering: Program,
) -> None:
    supervisor = Supervisor()
    with supervisor.running():
        supervisor.start(answering)
        assert supervisor.wait_until_ready()
        os.kill(os.getpid(), signal.SIGTERM)
        supervisor.wait_until_asked_to_end(nobody)
    # Not even a zombie.
    assert not Path("/proc", answering.log.read_text().strip()).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_all_answer_is_heard_too(program: Make, number: signal.Signals) -> None:
    supervisor = Supervisor()
    with supervisor.running():
        never = "http://127.0.0.1:1/"
        supervisor.start(program("slow", "import time; time.sleep(60)", ready_at=never))
        os.kill(os.getpid(), number)
        assert not supervisor.wait_until_ready()


def test_a_child_that_cannot_begin_is_named_with_its_last_lines(program: Make) -> None:
    supervisor = Supervisor()
    with supervisor.running():
        never = "http://127.0.0.1:1/"
        supervisor.start(program("weak", "print('alas'); raise SystemExit(3)", ready_at=never))
        with pytest.raises(ChildFailed, match="weak: ended by itself with code 3") as failure:
            supervisor.wait_until_ready()
    assert failure.value.last_lines == ["alas"]


def test_a_child_that_is_killed_is_started_again(answering: Program) -> None:
    supervisor, restarts = Supervisor(), Restarts()

    def restarted(program: Program, code: int) -> None:
        restarts.append((program.name, code))
        assert supervisor.wait_until_ready()
        os.kill(os.getpid(), signal.SIGTERM)

    with supervisor.running():
        supervisor.start(answering)
        assert supervisor.wait_until_ready()
        os.kill(int(answering.log.read_text()), signal.SIGKILL)
        supervisor.wait_until_asked_to_end(restarted)
    assert restarts == [("web", -signal.SIGKILL)]
    first, second = answering.log.read_text().split()
    assert first != second


def test_a_child_that_dies_again_and_again_is_given_up(program: Make) -> None:
    supervisor, restarts = Supervisor(), Restarts()
    with supervisor.running():
        supervisor.start(program("weak", "print('alas'); raise SystemExit(3)"))
        with pytest.raises(ChildFailed, match="weak: ended by itself with code 3") as failure:
            supervisor.wait_until_asked_to_end(lambda *told: restarts.append((told[0].name, 3)))
    assert restarts == [("weak", 3)] * 3
    assert failure.value.last_lines == ["alas"] * 4


def test_who_will_not_end_is_killed_with_its_own_children(
    program: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("idp.cli.supervisor.GRACE", 0.1)
    supervisor = Supervisor()
    with supervisor.running():
        supervisor.start(program("stubborn", STUBBORN))
        printed = wait_for_text(tmp_path / "stubborn.log")
    for pid in map(int, printed.split()):
        wait_until_gone(pid)


def test_signals_do_afterwards_what_they_did_before(answering: Program) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Supervisor().running():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def wait_until_gone(pid: int) -> None:
    """The kernel ends an orphan some time after the signal was sent; bounded."""
    pause = threading.Event()
    for _ in range(200):
        if not is_alive(pid):
            return
        pause.wait(0.05)
    raise AssertionError(f"{pid} still lives")


def wait_for_text(file: Path) -> str:
    """What a child writes first; bounded."""
    pause = threading.Event()
    for _ in range(200):
        text = file.read_text()
        if text.endswith("\n"):
            return text
        pause.wait(0.05)
    raise AssertionError("the child wrote nothing")
