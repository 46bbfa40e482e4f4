"""The demonstration, as a stranger starts it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp.cli import main
from idp.cli.demonstration import OPERATORS_PASSWORD, PARTS

OPTIONS = (
    "--port", "--portal-port", "--appointments-port", "--api-port", "--professional-port",
    "--inbox-port", "--smtp-port",
)  # fmt: skip
READY, PATIENCE = "La démonstration est prête", 60


@pytest.fixture
def ports() -> list[int]:
    """As many ports that were free a moment ago."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in OPTIONS]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def arguments(ports: list[int], var: Path) -> list[str]:
    chosen = [text for pair in zip(OPTIONS, map(str, ports), strict=True) for text in pair]
    return ["demo", "--var", str(var), *chosen]


@contextmanager
def demonstration(ports: list[int], var: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and what it has printed once it is ready."""
    child = subprocess.Popen(
        [sys.executable, "-m", "idp", *arguments(ports, var)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("IDP_")},
        cwd=Path(__file__).parents[2],
    )
    try:
        yield child, _printed(child)
    finally:
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=PATIENCE)


def _printed(child: subprocess.Popen[str]) -> str:
    """Up to the last line of the block."""
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line)
        if "idp --help" in line:
            break
    text = "".join(lines)
    assert READY in text, text
    return text


def answers(port: int, path: str = "/healthz") -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://localhost:{port}{path}", timeout=10) as response:
        return bytes(response.read())


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.slow
def test_one_command_starts_everything_twice_over(ports: list[int], tmp_path: Path) -> None:
    with demonstration(ports, tmp_path) as (child, first):
        for port in ports[:-1]:
            answers(port)
        (letter,) = (tmp_path / "letters").iterdir()
        assert letter.name in first
        metadata = json.loads(answers(ports[0], "/.well-known/openid-configuration"))
        assert metadata["issuer"] == f"http://localhost:{ports[0]}"
        assert all(part.password in first for part in PARTS if part.password)
        assert f"/admin, mot de passe {OPERATORS_PASSWORD}" in first
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=PATIENCE) == 0
    assert all(map(is_free, ports))
    for secret in ("demo.env", "demo-clients.json", "idp.db", f"letters/{letter.name}"):
        assert not stat.S_IMODE((tmp_path / secret).stat().st_mode) & 0o077

    # The ports move, the people stay.
    moved = [ports[1], ports[0], *ports[2:]]
    with demonstration(moved, tmp_path) as (_, second):
        answers(moved[0])
        assert letter.name in second
        assert f"http://127.0.0.1:{moved[1]}" in second


def test_taken_ports_are_one_clear_line(ports: list[int], tmp_path: Path) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", ports[1]))
        taker.listen()
        result = CliRunner().invoke(main, arguments(ports, tmp_path / "var"))
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert f"{ports[1]} (--portal-port)" in line
    assert not (tmp_path / "var").exists()


def test_one_port_for_two_is_refused(ports: list[int], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, arguments([*ports[:-1], ports[0]], tmp_path / "var"))
    assert result.exit_code == 2
    assert "--smtp-port" in result.stderr


def test_a_folder_with_another_database_is_left_alone(ports: list[int], tmp_path: Path) -> None:
    (tmp_path / "idp.db").write_text("somebody's")
    result = CliRunner().invoke(main, [*arguments(ports, tmp_path), "--fresh"])
    assert result.exit_code == 2
    assert (tmp_path / "idp.db").read_text() == "somebody's"
