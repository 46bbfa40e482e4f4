"""What an input has changed in the database, column by column: triggers tell. And it is taken
back, table by table: a whole file put in place of another is a new schema, which every connection
would have to read again."""

import sqlite3

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


class Changes:
    """Watches a SQLite database that others write into. A change is "table.column", or "+table"
    and "-table" for rows that came and went."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables = [name for (name,) in connection.execute(TABLES).fetchall()]
        connection.execute("ATTACH ':memory:' AS start")
        connection.execute("CREATE TABLE change (what TEXT PRIMARY KEY)")
        for table in self._tables:
            connection.execute(f"CREATE TABLE start.{table} AS SELECT * FROM main.{table}")  # noqa: S608
            self._watch(table)
        self._touched: set[str] = set()
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
        self._touched |= {what.lstrip("+-").partition(".")[0] for what in changed}
        return changed

    def take_back(self) -> None:
        """Every row of every table is again what it was at the start."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        for table in self._touched:
            run(f"DELETE FROM main.{table}")  # noqa: S608 - the tables are ours
            run(f"INSERT INTO main.{table} SELECT * FROM start.{table}")  # noqa: S608
        run("DELETE FROM change")
        run("COMMIT")
        self._touched.clear()
        self._version = self._data_version()
