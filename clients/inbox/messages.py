"""What has arrived, and where it is kept."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from clients.clock import Clock
from clients.database import Database

Kind = Literal["mail", "sms"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('mail', 'sms')),
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  headers TEXT NOT NULL,
  received_at REAL NOT NULL
);
"""

# Six digits, or three and three; never a piece of a longer number such as a login identifier.
# Alone, and no part of an address.
CODE = re.compile(r"(?<![\w-])(?<!\d\s)(\d{3})\s?(\d{3})(?!\s?\d)(?![\w-])")


@dataclass(frozen=True)
class Message:
    """`received_at` in Unix seconds; `headers` only of mail."""

    id: int
    kind: Kind
    to: str
    subject: str
    text: str
    headers: dict[str, str]
    received_at: float

    @property
    def code(self) -> str | None:
        """The one-time code in the text, six digits."""
        found = CODE.search(self.text)
        return found[1] + found[2] if found else None

    def as_json(self) -> dict[str, object]:
        received_at = datetime.fromtimestamp(self.received_at, UTC).isoformat(
            timespec="milliseconds"
        )
        return {**asdict(self), "received_at": received_at, "code": self.code}


class Messages:
    """The messages table, newest first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, kind: Kind, to: str, subject: str, text: str, headers: dict[str, str] | None = None
    ) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO messages (kind, recipient, subject, text, headers, received_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (kind, to, subject, text, json.dumps(headers or {}), self._clock()),
            )

    def all(self) -> list[Message]:
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM messages ORDER BY id DESC").fetchall()
        return [
            Message(number, kind, to, subject, text, json.loads(headers), received_at)
            for number, kind, to, subject, text, headers, received_at in rows
        ]

    def clear(self) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM messages")
