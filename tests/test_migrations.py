"""The migrations make what the models say."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Base, Database
from idp.models import ActivityCount, Grain, HolderName

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


def test_holders_of_before_the_name_index_are_found_after_it(
    empty: Database, alembic: Config
) -> None:
    command.upgrade(alembic, "0008")
    seal = empty.keyring.seal
    traits = {"birth_name": "LE GOFF", "used_name": None, "first_names": ["Jean-Noël"],
              "birth_date": "1961-02-17"}  # fmt: skip
    with empty.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organisation VALUES (1, 'Cpam', 'Bourges', '[]', 1)"
        )
        connection.execute(
            text("INSERT INTO holder (id, organisation_id, traits, nir, nir_index, address, "
                 "created_at) VALUES (7, 1, :traits, :nir, :nir, :nir, 1)"),
            {"traits": seal(orjson.dumps(traits), "holder.traits"), "nir": b"x"},
        )  # fmt: skip
    command.upgrade(alembic, "head")
    words = ("LE", "GOFF", "JEAN", "NOEL")
    with empty.reading() as session:
        rows = session.scalars(select(HolderName).order_by(HolderName.id)).all()
        assert [row.value for row in rows] == [f"{word} 1961-02-17" for word in words]
        index = empty.keyring.blind_index("holder_name.value", "NOEL 1961-02-17")
        assert rows[3].value_index == index


def test_what_was_counted_by_the_hour_is_there_by_the_day_and_the_month(
    empty: Database, alembic: Config
) -> None:
    """Of the night of 24 October 2026 in France, which is two hours before midnight in UTC."""
    command.upgrade(alembic, "0015")
    insert = "INSERT INTO activity_count VALUES (%d, 'token.issued', %d, 0, 'success', 2)"
    with empty.engine.begin() as connection:
        for number, hour in enumerate((21, 22, 23), start=1):
            at = 1_792_800_000 + hour * 3600
            connection.exec_driver_sql(insert % (number, at))
    command.upgrade(alembic, "head")
    with empty.reading() as session:
        days = select(ActivityCount).where(ActivityCount.grain == Grain.DAY)
        found = session.scalars(days.order_by(ActivityCount.begins)).all()
        assert [(one.begins, one.count) for one in found] == [
            (1_792_792_800, 2), (1_792_879_200, 4),
        ]  # fmt: skip
        month = session.scalars(
            select(ActivityCount).where(ActivityCount.grain == Grain.MONTH)
        ).one()
        assert (month.begins, month.count) == (1_790_805_600, 6)
        assert {one.grant_type for one in found} == {"authorization_code"}


def test_addresses_of_before_the_folded_index_are_found_after_it(
    empty: Database, alembic: Config
) -> None:
    command.upgrade(alembic, "0015")
    keyring, address = empty.keyring, "M.Martin@Example.fr"
    insert = text(
        "INSERT INTO channel (id, account_id, kind, value, value_index, created_at) "
        "VALUES (:id, :id, 'mail', :value, :index, 1)"
    )
    values = (address, address.lower())
    rows = [
        {
            "value": keyring.seal(orjson.dumps(value), "channel.value"),
            "index": keyring.blind_index("channel.value", value),
        }
        for value in values
    ]
    rows.append({"value": b"under a key of yesteryear", "index": b"its index"})
    with empty.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO account (id, login_identifier, state, locale, created_at) "
            "VALUES (1, '123456789012', 'active', 'fr', 1), (2, '2', 'active', 'fr', 1), "
            "(3, '3', 'active', 'fr', 1)"
        )
        for number, row in enumerate(rows, 1):
            connection.execute(insert, row | {"id": number})
    command.upgrade(alembic, "0019")
    with empty.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT value_index FROM channel ORDER BY id").all()
    folded = keyring.blind_index("channel.value", "m.martin@example.fr")
    # Of the two of one address neither is lost; what no key opens is left alone.
    assert [bytes(index) for (index,) in found] == [folded, folded, b"its index"]


def test_the_newest_migration_can_be_taken_back(empty: Database, alembic: Config) -> None:
    command.upgrade(alembic, "head")
    command.downgrade(alembic, "-2")
    command.upgrade(alembic, "head")
    assert differences(empty) == []
