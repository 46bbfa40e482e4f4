"""A clock, settings with a cheap password hash, and databases of the two kinds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from idp import clock, config, crypto
from idp.config import Settings
from idp.db import Base, Database
from tests.directory import people

START = 1_795_000_000  # 18 November 2026
KEYS = {f"{name}_keys": f"k1:{crypto.new_secret()}" for name in ("sealing", "mac", "index")}
CHEAP = {"argon2_memory_kib": 8, "argon2_time": 1}


class Hands:
    """The hands of the clock."""

    def __init__(self, now: float) -> None:
        self.now = now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def hands() -> Iterator[Hands]:
    held = Hands(START)
    with clock.driven_by(lambda: held.now):
        yield held


@pytest.fixture
def settings_with(tmp_path: Path) -> Callable[..., Settings]:
    def load(**overrides: Any) -> Settings:
        fixed = {"environment": "demonstration", "var": tmp_path}
        return config.load(**fixed | KEYS | CHEAP | overrides)

    return load


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with()


@pytest.fixture
def database(settings: Settings, hands: Hands) -> Iterator[Database]:
    yield from _with_tables(settings)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shared_settings(
    request: pytest.FixtureRequest, settings_with: Callable[..., Settings]
) -> Settings:
    """Settings of a database that several processes open, of either kind."""
    if request.param == "sqlite":
        return settings_with()
    return settings_with(database_url=request.getfixturevalue("cluster").create_database())


@pytest.fixture
def shared_database(shared_settings: Settings) -> Iterator[Database]:
    yield from _with_tables(shared_settings)


@pytest.fixture
def cnam(database: Database) -> None:
    people.cnam(database)


def _with_tables(settings: Settings) -> Iterator[Database]:
    database = Database(settings.effective_database_url, settings.keyring)
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()
