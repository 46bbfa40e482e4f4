"""The demonstration's inbox: the codes that arrive there, and its mail server's failures."""

import json
import threading
import urllib.request
from typing import Any

LOOKS, BETWEEN = 300, 0.1  # how often one looks for a message, seconds between two looks
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Inbox:
    """Each code is handed out once, the oldest first."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._read: set[int] = set()
        self._tick = threading.Event()

    def code(self, to: str) -> str:
        """The next code for this address or number, as soon as it arrives."""
        for _ in range(LOOKS):
            waiting = self._unread(to)
            if waiting:
                self._read.add(waiting[-1]["id"])
                return str(waiting[-1]["code"])
            self._tick.wait(BETWEEN)
        raise AssertionError(f"no code came for {to}; the inbox has {self._messages()}")

    def has_code(self, to: str) -> bool:
        return bool(self._unread(to))

    def break_mail_server(self) -> None:
        self._outage("smtp-down")

    def mend_mail_server(self) -> None:
        self._outage("none")

    def _unread(self, to: str) -> list[dict[str, Any]]:
        return [
            message
            for message in self._messages()
            if message["to"] == to and message["code"] and message["id"] not in self._read
        ]

    def _messages(self) -> list[dict[str, Any]]:
        """The newest first."""
        with DIRECTLY.open(f"{self.address}/messages.json", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
            return found

    def _outage(self, mode: str) -> None:
        request = urllib.request.Request(
            f"{self.address}/outage",
            json.dumps({"mode": mode}).encode(),
            {"Content-Type": "application/json"},
        )
        with DIRECTLY.open(request, timeout=5):
            pass
