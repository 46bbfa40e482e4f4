"""Where the time goes: each operation again and again in one thread, without server or network, its
processor time and what of it which function takes.

Of an operation that writes, the time of the commit is there too, which under load several share.
"""

import cProfile
import io
import json
import os
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from bench import ours
from bench.target import Target, Unfit

PORT = 9199  # nobody listens: it is only a part of addresses
TIMES = {"flow": 300, "refresh": 300}
USUALLY = 2000
LINES = 30

Operation = Callable[[], object]


def measure(folder: Path) -> dict[str, Any]:
    """Microseconds of each operation; the profiles are kept beside the figures."""
    place = folder / "profile"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("idp.db*"):
        old.unlink()
    environ = ours.environment(place, PORT)
    target = Target.read(PORT, ours.prepare(environ))
    os.environ.update(environ)
    from idp import create_app

    kept, sys.stderr = sys.stderr, io.StringIO()  # the provider's log
    try:
        walk = Walk(create_app().wsgi_app, target)
        found = {name: _examined(name, act) for name, act in walk.operations().items()}
    finally:
        sys.stderr = kept
    return {"operations": found}


def _examined(name: str, act: Operation) -> dict[str, Any]:
    times = TIMES.get(name, USUALLY)
    for _ in range(times // 10):
        act()
    taken = []
    for _ in range(3):
        began = time.process_time()
        for _ in range(times):
            act()
        taken.append((time.process_time() - began) / times * 1e6)
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(times):
        act()
    profile.disable()
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(LINES)
    here = f"{ours.ROOT}{os.sep}"
    return {"microseconds": min(taken), "profile": text.getvalue().replace(here, "")}


class Walk:
    """Asks the application as a server would."""

    def __init__(self, application: Callable[..., Any], target: Target) -> None:
        self._application = application
        self._target = target
        self._refresh_token = ""

    def operations(self) -> dict[str, Operation]:
        target = self._target
        tokens = self._flow()
        self._refresh_token = tokens["refresh_token"]
        machine, app = target.headers(target.machine_id), target.headers()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        asked = f"token={tokens['access_token']}"
        return {
            "discovery": lambda: self._ask("GET", target.paths["discovery"]),
            "jwks": lambda: self._ask("GET", target.paths["jwks"]),
            "machine_jwt": lambda: self._ask("POST", "/token", machine, target.machine_jwt),
            "machine_opaque": lambda: self._ask("POST", "/token", machine, target.machine_opaque),
            "flow": self._flow,
            "refresh": self._refresh,
            "introspection": lambda: self._ask("POST", "/introspect", app, asked),
            "userinfo": lambda: self._ask("GET", "/userinfo", bearer),
        }

    def _flow(self) -> dict[str, Any]:
        target = self._target
        headers, _ = self._ask("GET", target.authorize, {"Cookie": target.cookie}, status="303")
        code = dict(parse_qsl(urlsplit(headers["Location"]).query))["code"]
        body = target.redemption + quote(code)
        tokens: dict[str, Any] = json.loads(self._ask("POST", "/token", target.headers(), body)[1])
        return tokens

    def _refresh(self) -> None:
        body = f"grant_type=refresh_token&refresh_token={self._refresh_token}"
        _, answer = self._ask("POST", "/token", self._target.headers(), body)
        self._refresh_token = json.loads(answer)["refresh_token"]

    def _ask(
        self,
        method: str,
        address: str,
        headers: dict[str, str] | None = None,
        body: str = "",
        status: str = "200",
    ) -> tuple[dict[str, str], bytes]:
        told: list[Any] = []
        environ = _environ(method, address, headers or {}, body.encode())
        answer = b"".join(self._application(environ, lambda *start: told.extend(start)))
        if not told[0].startswith(status):
            raise Unfit(f"{method} {address}: {told[0]} {answer[:200]!r}")
        return dict(told[1]), answer


def _environ(method: str, address: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(PORT),
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    for name, value in headers.items():
        variable = name.upper().replace("-", "_")
        environ[variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = value
    return environ


def keep(results: Path, found: dict[str, Any]) -> None:
    """A file for each operation, for the report to name."""
    folder = results / "profiles"
    folder.mkdir(exist_ok=True)
    for name, operation in found["operations"].items():
        text = "\n".join(line.rstrip() for line in operation.pop("profile").strip().splitlines())
        (folder / f"{name}.txt").write_text(f"{text}\n")
