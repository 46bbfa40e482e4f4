"""A throw-away PostgreSQL cluster, for the tests that must also hold on PostgreSQL.

It listens on a Unix socket in a directory of its own and on no TCP port, so that clusters of
parallel test workers, or of parallel checkouts, cannot meet.
"""

import itertools
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

# Nothing of it outlives the tests: durability would only slow them down.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
}


class PostgreSQLMissing(RuntimeError):
    """No PostgreSQL server is installed, or nobody unprivileged could run it."""


class ClusterFailed(RuntimeError):
    """The cluster was not made, did not start or did not end; the message has its log."""


@dataclass(frozen=True)
class Cluster:
    """A running server. `socket_directory` is what a client gives as its host."""

    socket_directory: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def create_database(self, template: str = "template1") -> str:
        """The URL of a new database of this cluster, a copy of the database `template`.

        Nobody may be connected to the template while it is copied.
        """
        name = f"test_{next(self.numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        with psycopg.connect(
            host=str(self.socket_directory), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket_directory}"


@contextmanager
def postgresql_cluster() -> Iterator[Cluster]:
    """Start a cluster, and end it without a trace.

    Raises PostgreSQLMissing when there is no server, ClusterFailed when it does not start.
    """
    programs = find_programs()
    owner = unprivileged_user()
    # A socket's path is at most 107 bytes: not under pytest's long directories.
    directory = Path(tempfile.mkdtemp(prefix="idp-pg-", dir="/tmp"))
    try:
        if owner:
            os.chown(directory, owner.pw_uid, owner.pw_gid)
        data = directory / "data"
        initialise(programs, data, owner)
        settings = SETTINGS | {"unix_socket_directories": str(directory)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = directory / "log"
        control = [str(programs / "pg_ctl"), "--pgdata", str(data), "--wait", "--silent"]
        run([*control, "--log", str(log), "--options", options, "start"], owner, log=log)
        try:
            yield Cluster(directory)
        finally:
            run([*control, "--mode", "immediate", "stop"], owner)
    finally:
        shutil.rmtree(directory)


def find_programs() -> Path:
    """The directory of `initdb` and `pg_ctl`: the newest that Debian has, or the PATH's."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(versions, key=lambda initdb: float(initdb.parts[-3]))
    on_path = shutil.which("initdb")
    if on_path:
        found.insert(0, Path(on_path).resolve())
    if not found:
        raise PostgreSQLMissing("no PostgreSQL server here: apt-get install postgresql")
    return found[-1].parent


def unprivileged_user() -> pwd.struct_passwd | None:
    """Who runs the server: ourselves (None), unless we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgreSQLMissing("root cannot run PostgreSQL, and there is no user postgres or nobody")


def initialise(programs: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    """Make an empty cluster: UTF-8, sorted by code point. Its directory keeps strangers out."""
    command = [str(programs / "initdb"), "--pgdata", str(data), "--username", "postgres"]
    run([*command, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"], owner)


def run(command: list[str], owner: pwd.struct_passwd | None, log: Path | None = None) -> None:
    """Run to the end as `owner`; a failure carries what was said, and the server's log."""
    # Not a pipe: the server inherits it, and reading to its end would wait for the server's end.
    with tempfile.TemporaryFile("w+") as said:
        outcome = subprocess.run(
            command,
            stdout=said,
            stderr=said,
            cwd="/",
            check=False,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if outcome.returncode == 0:
            return
        said.seek(0)
        details = said.read() + (log.read_text() if log and log.exists() else "")
    raise ClusterFailed(f"{shlex.join(command)}: {details}")
