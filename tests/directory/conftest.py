"""A clock, settings with a cheap password hash, and databases of the two kinds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from idp import clock, config, crypto
from idp.config import Settings
from idp.db import Database
from tests.directory import people
from tests.rested import rest

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
def settings(settings_with: Callable[..., Settings], database_on: Callable[[str], str]) -> Settings:
    return settings_with(database_url=database_on("sqlite"))


@pytest.fixture
def database(settings: Settings, hands: Hands) -> Iterator[Database]:
    yield from _opened(settings)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shared_settings(
    request: pytest.FixtureRequest,
    settings_with: Callable[..., Settings],
    database_on: Callable[[str], str],
) -> Settings:
    """Settings of a database that several processes open, of either kind."""
    return settings_with(database_url=database_on(request.param))


@pytest.fixture
def shared_database(shared_settings: Settings) -> Iterator[Database]:
    yield from _opened(shared_settings)


@pytest.fixture
def cnam(database: Database) -> None:
    people.cnam(database)


def _opened(settings: Settings) -> Iterator[Database]:
    database = Database(settings.effective_database_url, settings.keyring)
    yield database
    rest(database)
