"""The applications start from their environment, say in one line why not, and end at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from clients import settings
from clients.registration import rebased

ROOT = Path(settings.__file__).parents[1]
PORTS = ("PORTAL_PORT", "APPOINTMENTS_PORT", "RECORD_API_PORT", "INBOX_PORT", "INBOX_SMTP_PORT")


def environment(directory: Path, **given: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "CLIENTS_VAR_DIR": str(directory),
        "INBOX_DIR": str(directory),
        "INBOX_LETTERS_DIR": str(directory),
        "PORTAL_CLIENT_SECRET": "secret",
        "APPOINTMENTS_CLIENT_SECRET": "secret",
        **given,
    }


def run(package: str, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", package, *arguments],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def free_ports() -> dict[str, str]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
    ports = {name: str(s.getsockname()[1]) for name, s in zip(PORTS, listeners, strict=True)}
    for listener in listeners:
        listener.close()
    return ports


@pytest.mark.parametrize("name", ["portal", "appointments", "record_api", "inbox"])
def test_an_application_answers_and_ends_when_told(name: str, tmp_path: Path) -> None:
    ports = free_ports()
    process = subprocess.Popen(
        [sys.executable, "-m", f"clients.{name}"],
        env=environment(tmp_path, **ports),
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    try:
        with requests.Session() as http:
            http.trust_env = False
            adapter = requests.adapters.HTTPAdapter(
                max_retries=requests.adapters.Retry(connect=12, backoff_factor=0.02)
            )
            http.mount("http://", adapter)
            address = f"http://127.0.0.1:{ports[name.upper() + '_PORT']}/healthz"
            assert http.get(address, timeout=10).json() == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=5)
    finally:
        process.kill()
    assert process.returncode == 0
    assert said == b""


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("portal", "PORTAL_PORT"),
        ("appointments", "APPOINTMENTS_PORT"),
        ("record_api", "RECORD_API_PORT"),
        ("inbox", "INBOX_PORT"),
        ("inbox", "INBOX_SMTP_PORT"),
    ],
)
def test_a_taken_port_is_one_line(name: str, variable: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environ = environment(tmp_path, **{**free_ports(), variable: port})
        ended = run(f"clients.{name}", environ)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert port in ended.stderr


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"PORTAL_CLIENT_SECRET": ""}, "PORTAL_CLIENT_SECRET manque"),
        ({"PORTAL_PORT": "many"}, "PORTAL_PORT"),
        ({"PORTAL_PORT": "70000"}, "PORTAL_PORT"),
        ({"RECORD_API_PORT": "0"}, "RECORD_API_PORT"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(
    given: dict[str, str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(settings.SettingsError, match=words):
        settings.portal(environment(tmp_path, **given))


def test_an_unknown_argument_is_one_line(tmp_path: Path) -> None:
    ended = run("clients.inbox", environment(tmp_path), "--port")
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)


def test_a_registration_follows_the_ports(tmp_path: Path) -> None:
    environ = environment(tmp_path, PORTAL_PORT="8101", APPOINTMENTS_PORT="8100")
    ended = run("clients.portal", environ, "registration")
    assert json.loads(ended.stdout)["redirect_uris"] == ["http://127.0.0.1:8101/callback"]
    appointments = rebased("clients.appointments", environ)
    assert appointments["redirect_uris"] == ["http://127.0.0.1:8100/callback"]
    moved = rebased("clients.record_api", {"RECORD_API_PORT": "9"})
    assert moved["identifier"] == "http://127.0.0.1:9"


def test_no_application_carries_the_provider_along() -> None:
    check = (
        "import sys, clients.portal.app, clients.appointments.app, clients.record_api.app, "
        "clients.inbox.app, clients.inbox.mail; "
        "print([m for m in sys.modules if m.split('.')[0] in ('idp', 'sqlalchemy', 'django')])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"
