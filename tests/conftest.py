"""What most tests start from: the real application over a real database, on each engine, with a
clock that the test holds."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine

from idp import create_app
from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Base, Database
from tests import hurry
from tests.browser_client import Browser
from tests.engines import Cluster, PostgreSQLMissing, postgresql_cluster
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.https_site import Site, https_site
from tests.rested import rest

KEYS = {f"{name}_keys": f"k1:{new_secret()}" for name in ("sealing", "mac", "index")}


hurry.begin()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: one that began last would be waited for by nobody's work."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    hurry.keep_what_is_there()


class CompiledTemplates(BytecodeCache):
    """Templates are compiled once for all tests of this process."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.code


COMPILED_TEMPLATES = CompiledTemplates()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process."""
    try:
        with postgresql_cluster() as running:
            yield running
    except PostgreSQLMissing as missing:
        pytest.fail(f"{missing}; without it: make test ARGS='-m \"not postgresql\"'")


@pytest.fixture(scope="session")
def emptied(cluster: Cluster) -> Iterator[Callable[[], str]]:
    """The URL of one database with all tables, emptied: making one takes far longer."""
    url = cluster.create_database()
    _create_tables(url)
    # Foreign keys are not looked at, so that the order of the tables is of no matter.
    words = ["SET session_replication_role = replica"]
    words += [str(table.delete()) for table in Base.metadata.sorted_tables]
    # A test may end every connection that there is: each time, one that answers is taken.
    engine = create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)

    def empty() -> str:
        with engine.connect() as connection:
            connection.exec_driver_sql("; ".join(words))
        return url

    yield empty
    engine.dispose()


def _create_tables(url: str) -> None:
    database = Database(url, Settings(environment="demonstration", **KEYS).keyring)
    Base.metadata.create_all(database.engine)
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_on(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """The URL of an empty database with all tables, on the engine of this name; SQLite's is where
    settings whose `var` is the test's folder look for it anyway."""

    def url(engine: str) -> str:
        if engine == "postgresql":
            emptied: Callable[[], str] = request.getfixturevalue("emptied")
            return emptied()
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "idp.db")
        return f"sqlite:///{tmp_path / 'idp.db'}"

    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, database_on: Callable[[str], str]) -> str:
    """On each engine."""
    return database_on(request.param)


@cache
def _demonstration() -> Settings:
    """Read once: each time anew, its fields would be looked at for longer than many tests last."""
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        del os.environ[name]
    return Settings(
        environment="demonstration",
        argon2_memory_kib=8,
        argon2_time=1,
        log_level="error",
        **KEYS,
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The demonstration's, with Argon2id as cheap as it can be."""
    return _demonstration().model_copy(update={"database_url": database_url, "var": tmp_path})


@pytest.fixture
def clock() -> Iterator[HeldClock]:
    """Time stands still at 2026-11-22 14:32 in Paris, until the test moves it."""
    held = HeldClock()
    with held.drive():
        yield held


@pytest.fixture
def app(settings: Settings, clock: HeldClock) -> Iterator[Flask]:
    made = create_app(settings)
    made.jinja_env.bytecode_cache = COMPILED_TEMPLATES
    yield made
    rest(made.extensions["idp"].provider.database)


@pytest.fixture
def database(app: Flask) -> Database:
    return app.extensions["idp"].provider.database


@pytest.fixture
def factory(app: Flask, settings: Settings, database: Database) -> Factory:
    """Makes organisations, holders, accounts, clients; signing keys are there."""
    return Factory(settings, database)


@pytest.fixture
def browser(app: Flask, factory: Factory) -> Browser:
    """A browser: cookies, forms, redirects."""
    return Browser(app)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An application's own https site, on this machine."""
    with https_site(tmp_path / "site") as running:
        yield running
