"""The demonstration's inbox: the codes that arrive there, and its mail server's failures."""

import re
import threading
from typing import Any

import requests

LOOKS, BETWEEN = 300, 0.1  # how often one looks for a message, seconds between two looks
PATIENCE = 5  # seconds for an answer


class Inbox:
    """Each code is handed out once, the oldest first."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._read: set[int] = set()
        self._tick = threading.Event()
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy leads to this machine

    def code(self, to: str) -> str:
        """The next code for this address or number, as soon as it arrives."""
        for _ in range(LOOKS):
            waiting = self._unread(to)
            if waiting:
                self._read.add(waiting[-1]["id"])
                return str(waiting[-1]["code"])
            self._tick.wait(BETWEEN)
        raise AssertionError(f"no code came for {to}; the inbox has {self._messages()}")

    def link(self, to: str, path: str) -> str:
        """The newest address below `path` that was written to them, as soon as it arrives."""
        address = re.compile(rf"https?://\S+{re.escape(path)}[\w-]+")
        for _ in range(LOOKS):
            texts = [each["text"] for each in self._messages() if each["to"] == to]
            found = next(filter(None, map(address.search, texts)), None)
            if found:
                return found[0]
            self._tick.wait(BETWEEN)
        raise AssertionError(f"no link came for {to}; the inbox has {self._messages()}")

    def text(self, to: str, words: str) -> str:
        """The message to them that says this, as soon as it arrives."""
        for _ in range(LOOKS):
            for message in self._messages():
                if message["to"] == to and words in message["text"]:
                    return str(message["text"])
            self._tick.wait(BETWEEN)
        raise AssertionError(f"nothing says {words} to {to}; the inbox has {self._messages()}")

    def wait_for_notice(self, to: str, words: str) -> None:
        """Until a message for this address or number says so."""
        for _ in range(LOOKS):
            if any(each["to"] == to and words in each["text"] for each in self._messages()):
                return
            self._tick.wait(BETWEEN)
        raise AssertionError(f"nobody told {to}: {words}")

    def has_code(self, to: str) -> bool:
        return bool(self._unread(to))

    def wait_for(self, address: str) -> None:
        """Until a program that was just started answers there."""
        for _ in range(LOOKS):
            try:
                self._http.get(address, timeout=PATIENCE)
            except requests.ConnectionError:
                self._tick.wait(BETWEEN)
            else:
                return
        raise AssertionError(f"nothing answers at {address}")

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
        answer = self._http.get(f"{self.address}/messages.json", timeout=PATIENCE)
        return list(answer.json())

    def _outage(self, mode: str) -> None:
        answer = self._http.post(f"{self.address}/outage", json={"mode": mode}, timeout=PATIENCE)
        answer.raise_for_status()
