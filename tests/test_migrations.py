"""The migrations make what the models say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Base, Database

ROOT = Path(__file__).parents[1]
KEYS = {f"{name}_keys": f"k1:{new_secret()}" for name in ("sealing", "mac", "index")}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """No tables yet; Alembic is told of it by the environment."""
    url = f"sqlite:///{tmp_path / 'idp.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").create_database()
    values = {"environment": "demonstration", "var": str(tmp_path), "database_url": url} | KEYS
    for name, value in values.items():
        monkeypatch.setenv(f"IDP_{name.upper()}", value)
    database = Database(url, Settings().keyring)
    yield database
    database.dispose()


@pytest.fixture
def alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        return list(compare_metadata(context, Base.metadata))


def test_every_migration_together_makes_the_models_tables(empty: Database, alembic: Config) -> None:
    command.upgrade(alembic, "head")
    assert differences(empty) == []


def test_the_newest_migration_can_be_taken_back(empty: Database, alembic: Config) -> None:
    command.upgrade(alembic, "head")
    command.downgrade(alembic, "-1")
    command.upgrade(alembic, "head")
    assert differences(empty) == []
