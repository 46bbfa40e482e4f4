"""A database of before keys could rotate is brought on, and back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from idp.config import Settings
from idp.crypto import key_label
from idp.db import Database

ROOT = Path(__file__).parents[2]
INDEX = bytes(range(32))
KEY = {
    "id": 1, "kid": "first", "alg": "ES256", "state": "active", "private_jwk": b"sealed",
    "public_jwk": "{}", "created_at": 7,
}  # fmt: skip
ORGANISATION = {"id": 1, "name": "Cnam", "city": "Bourges", "address": "[]", "created_at": 7}
HOLDER = {
    "id": 1, "organisation_id": 1, "traits": b"sealed", "nir": b"sealed", "nir_index": INDEX,
    "address": b"sealed", "created_at": 7,
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(
    request: pytest.FixtureRequest,
    settings_with: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Database]:
    """No tables yet; Alembic is told of it by the environment."""
    settings = settings_with()
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").create_database()
        settings = settings_with(database_url=url)
    for name in ("environment", "var", "database_url"):
        monkeypatch.setenv(f"IDP_{name.upper()}", str(getattr(settings, name)))
    for name in ("sealing_keys", "mac_keys", "index_keys"):
        monkeypatch.setenv(f"IDP_{name.upper()}", getattr(settings, name).get_secret_value())
    database = Database(settings.effective_database_url, settings.keyring)
    yield database
    database.dispose()


@pytest.fixture
def alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


def insert(database: Database, table: str, row: dict[str, Any]) -> None:
    with database.writing() as session:
        session.execute(sa.insert(sa.table(table, *map(sa.column, row))), row)


def read(database: Database, query: str) -> Any:
    with database.reading() as session:
        return session.execute(sa.text(query)).one()


def test_an_older_database_can_rotate_its_keys_afterwards(empty: Database, alembic: Config) -> None:
    command.upgrade(alembic, "0001")
    insert(empty, "signing_key", KEY)
    insert(empty, "organisation", ORGANISATION)
    insert(empty, "holder", HOLDER)

    command.upgrade(alembic, "0002")
    assert tuple(read(empty, "SELECT activated_at, retired_at FROM signing_key")) == (7, None)
    assert bytes(read(empty, "SELECT nir_index FROM holder")[0]) == key_label("k1") + INDEX

    command.downgrade(alembic, "0001")
    assert bytes(read(empty, "SELECT nir_index FROM holder")[0]) == INDEX
    assert read(empty, "SELECT kid FROM signing_key")[0] == "first"
