"""Argon2 disturbs nobody: userinfo alone, then beside logins that run flat out on the same core."""

import http.client
import re
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import load, ours, scenarios
from bench.contestants import Contestant, Setup, started
from bench.floor import Floor
from bench.target import CHALLENGE, FORM, Unfit
from idp import clock
from idp.directory import clients
from idp.factors.hashing import Hasher
from idp.models import Account, Consent

ROUNDS = 5
BROWSERS = 4
PASSWORD_ONLY = {
    "client_id": "password-only",
    "client_name": "Without health data",
    "redirect_uris": [ours.CALLBACK],
    "scope": "openid",
    "minimum_acr": "urn:dmp:acr:password",
}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def measure(folder: Path, seconds: float) -> dict[str, Any]:
    """Rounds of both, in turns, with logins per second beside what Argon2 alone would allow."""
    with started(["ours"], Setup(folder, 1, "0")) as contestants:
        contestant = contestants["ours"]
        identifier = _password_only(contestant)
        parameters = scenarios.userinfo(contestant.target)
        alone, beside, logins, floors = [], [], [], []
        for _ in range(ROUNDS):
            alone.append(_userinfo(contestant, parameters, seconds))
            with Logins(contestant, identifier) as running:
                beside.append(_userinfo(contestant, parameters, seconds))
                by_userinfo = running.per_second()
            with Logins(contestant, identifier) as running:
                time.sleep(seconds)
                logins.append({"beside userinfo": by_userinfo, "alone": running.per_second()})
            floors.append(_hashes_per_second(contestant))
            print(f"argon2: {alone[-1]} / {beside[-1]} / {logins[-1]} / {floors[-1]:.1f}")
    return {"alone": alone, "beside": beside, "logins": logins, "hashes": floors}


def _userinfo(contestant: Contestant, parameters: dict[str, Any], seconds: float) -> dict[str, Any]:
    return asdict(load.measure(contestant.target.port, "same", parameters, seconds))


def _password_only(contestant: Contestant) -> str:
    """An application that is content with the password, agreed to; returns who signs in."""
    with ours.opened(contestant.environ) as (database, _), database.writing() as session:
        client = clients.register(session, PASSWORD_ONLY, actor="operator").client
        account = session.query(Account).one()
        session.add(
            Consent(
                account_id=account.id,
                client_id=client.id,
                granted=["openid"],
                declined=[],
                given_at=clock.now(),
            )
        )
        return str(account.login_identifier)


def _hashes_per_second(contestant: Contestant) -> float:
    with ours.opened(contestant.environ) as (_, settings):
        hasher = Hasher(settings)
        return 1e6 / Floor.each(lambda: hasher.hash(ours.PASSWORD), 5)


class Logins:
    """Browsers that sign in again and again, each anew, through the real form."""

    def __init__(self, contestant: Contestant, identifier: str) -> None:
        self._port = contestant.target.port
        self._identifier = identifier
        self._ended = threading.Event()
        self._count = 0
        self._threads = [threading.Thread(target=self._again) for _ in range(BROWSERS)]

    def __enter__(self) -> "Logins":
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def per_second(self) -> float:
        return self._count / (time.monotonic() - self._began)

    def _again(self) -> None:
        while not self._ended.is_set():
            self._sign_in()
            self._count += 1

    def _sign_in(self) -> None:
        query = {
            "response_type": "code",
            "client_id": PASSWORD_ONLY["client_id"],
            "redirect_uri": ours.CALLBACK,
            "scope": "openid",
            "code_challenge": CHALLENGE.decode(),
            "code_challenge_method": "S256",
        }
        jar: dict[str, str] = {}
        page, address = f"/authorize?{urlencode(query)}", ""
        for _ in range(3):
            address, text = self._get(page, jar)
            page = address or page
            if not address:
                break
        token = TOKEN.search(text)
        if token is None:
            raise Unfit(f"no form at {page}")
        form = {"identifier": self._identifier, "password": ours.PASSWORD, "csrf_token": token[1]}
        address, _ = self._get(page, jar, urlencode(form))
        for _ in range(3):
            if address.startswith(ours.CALLBACK):
                return
            address, _ = self._get(address, jar)
        raise Unfit(f"the login ended at {address}")

    def _get(self, address: str, jar: dict[str, str], body: str | None = None) -> tuple[str, str]:
        """Where it leads (empty: nowhere) and the page."""
        path = re.sub(r"^https?://[^/]+", "", address) or "/"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
        if body is not None:
            headers["Content-Type"] = FORM
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            jar[name] = value
        text = answer.read().decode()
        connection.close()
        return answer.headers.get("Location") or "", text
