"""What an input has changed in the database, column by column: triggers tell."""

import sqlite3

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


class Changes:
    """Watches a SQLite database that others write into. A change is "table.column", or "+table"
    and "-table" for rows that came and went."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        tables = [name for (name,) in connection.execute(TABLES).fetchall()]
        connection.execute("CREATE TABLE change (what TEXT PRIMARY KEY)")
        for table in tables:
            self._watch(table)
        self._version = self._data_version()

    def _watch(self, table: str) -> None:
        note = "INSERT OR IGNORE INTO change VALUES"
        run = self._connection.execute
        run(f"CREATE TRIGGER in_{table} AFTER INSERT ON {table} BEGIN {note} ('+{table}'); END")
        run(f"CREATE TRIGGER out_{table} AFTER DELETE ON {table} BEGIN {note} ('-{table}'); END")
        for _, column, *_ in run(f"PRAGMA table_info({table})").fetchall():
            run(
                f"CREATE TRIGGER at_{table}_{column} AFTER UPDATE ON {table}"
                f" WHEN old.{column} IS NOT new.{column}"
                f" BEGIN {note} ('{table}.{column}'); END"
            )

    def _data_version(self) -> int:
        """Another number whenever another connection has committed something."""
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version

    def since(self) -> frozenset[str]:
        """What has changed since it was last asked."""
        version = self._data_version()
        if version == self._version:
            return frozenset()
        self._version = version
        changed = frozenset(what for (what,) in self._connection.execute("SELECT what FROM change"))
        self._connection.execute("DELETE FROM change")
        return changed

    def forget(self) -> None:
        """What was changed by putting everything back."""
        self._version = self._data_version()
