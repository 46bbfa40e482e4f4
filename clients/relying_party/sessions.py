"""Sessions kept on the server: the cookie holds a random identifier, SQLite holds the values."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from sqlite3 import Connection
from typing import Any

from flask import Flask, Request, Response, session
from flask.sessions import SessionInterface, SessionMixin

from clients.clock import Clock
from clients.database import Database
from clients.relying_party.logout_token import Ended

LIFETIME = 8 * 3600  # seconds; no longer than the provider's own session

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS session_values (
  session_id TEXT NOT NULL REFERENCES sessions ON UPDATE CASCADE ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (session_id, name)
);
CREATE INDEX IF NOT EXISTS named ON session_values (value) WHERE name IN ('sid', 'sub');
CREATE TABLE IF NOT EXISTS logout_tokens (jti TEXT PRIMARY KEY, forgotten_at REAL NOT NULL);
"""


class SessionStore:
    """The two tables behind every session of one application."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self) -> str:
        """The identifier of a new session; what has expired goes at the same time."""
        identifier, now = secrets.token_urlsafe(32), self._clock()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))
            connection.execute("INSERT INTO sessions VALUES (?, ?)", (identifier, now + LIFETIME))
        return identifier

    def values(self, identifier: str) -> dict[str, Any] | None:
        """Everything that the session holds, or None when there is no such session any more."""
        with self._database.transaction() as connection:
            alive = connection.execute(
                "SELECT 1 FROM sessions WHERE id = ? AND expires_at > ?",
                (identifier, self._clock()),
            ).fetchone()
            rows = connection.execute(
                "SELECT name, value FROM session_values WHERE session_id = ?", (identifier,)
            ).fetchall()
        return {row["name"]: json.loads(row["value"]) for row in rows} if alive else None

    def write(self, identifier: str, name: str, value: Any) -> None:
        """Nothing is written to a session that another tab has ended meanwhile."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO session_values SELECT id, ?, ? FROM sessions WHERE id = ?",
                (name, json.dumps(value), identifier),
            )

    def erase(self, identifier: str, name: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM session_values WHERE session_id = ? AND name = ?", (identifier, name)
            )

    def rename(self, identifier: str) -> str:
        """The same session under a new identifier."""
        fresh = secrets.token_urlsafe(32)
        with self._database.transaction() as connection:
            connection.execute("UPDATE sessions SET id = ? WHERE id = ?", (fresh, identifier))
        return fresh

    def end(self, identifier: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE id = ?", (identifier,))

    def end_told(self, ended: Ended) -> bool:
        """End what a logout token says has ended; False when that very token came before."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM logout_tokens WHERE forgotten_at <= ?", (self._clock(),)
            )
            kept = connection.execute(
                "INSERT OR IGNORE INTO logout_tokens VALUES (?, ?)", (ended.jti, ended.forgotten_at)
            )
            if kept.rowcount == 0:
                return False
            name, value = ("sid", ended.sid) if ended.sid is not None else ("sub", ended.sub)
            _end_named(connection, name, value)
        return True

    def end_named(self, sid: str) -> None:
        """End the session that the provider knows by this name."""
        with self._database.transaction() as connection:
            _end_named(connection, "sid", sid)


def _end_named(connection: Connection, name: str, value: str | None) -> None:
    connection.execute(
        "DELETE FROM sessions WHERE id IN "
        "(SELECT session_id FROM session_values WHERE name = ? AND value = ?)",
        (name, json.dumps(value)),
    )


class StoredSession(SessionMixin):
    """One browser's values. Each one set or removed is stored at once and alone, so that two tabs
    never overwrite each other. To change something inside a value, set the value again."""

    def __init__(self, store: SessionStore, identifier: str | None) -> None:
        self._store = store
        self._claimed = identifier
        self._loaded: dict[str, Any] | None = None
        self.identifier: str | None = None
        self.cookie_changed = False

    @property
    def _values(self) -> dict[str, Any]:
        """Read at the first use: style sheets need no session."""
        if self._loaded is None:
            stored = self._store.values(self._claimed) if self._claimed else None
            # An identifier that we did not give, or that is over, is never taken up.
            self.identifier = self._claimed if stored is not None else None
            self._loaded = stored or {}
        return self._loaded

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        values = self._values
        if self.identifier is None:
            self.identifier, self.cookie_changed = self._store.create(), True
        self._store.write(self.identifier, name, value)
        values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._values[name]
        if self.identifier:
            self._store.erase(self.identifier, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def renew(self) -> None:
        """A new identifier, so that one known from before signing in opens nothing after."""
        if self._values and self.identifier:
            self.identifier, self.cookie_changed = self._store.rename(self.identifier), True

    def end(self) -> None:
        if self._values and self.identifier:
            self._store.end(self.identifier)
        self.identifier, self._loaded, self.cookie_changed = None, {}, True

    def reread(self) -> None:
        """See what another request of the same browser has stored since this one began."""
        self._claimed, self._loaded = self.identifier, None


class StoredSessions(SessionInterface):
    """Ties the sessions to a cookie: HttpOnly, Lax, gone with the browser."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store

    def open_session(self, app: Flask, request: Request) -> StoredSession:
        return StoredSession(self._store, request.cookies.get(self.get_cookie_name(app)))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """The cookie is sent only when it changes: a late answer to an older request must not
        bring back, or take away, what a newer one has set."""
        name = self.get_cookie_name(app)
        if not isinstance(session, StoredSession) or not session.cookie_changed:
            return
        if session.identifier:
            response.set_cookie(name, session.identifier, httponly=True, samesite="Lax", path="/")
        else:
            response.delete_cookie(name, httponly=True, samesite="Lax", path="/")


def current() -> StoredSession:
    """The session of the request being served."""
    if not isinstance(session, StoredSession):
        raise TypeError("the application does not keep its sessions on the server")
    return session
