"""What a load balancer asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete

from idp import create_app
from idp.config import Settings
from idp.db import Database
from idp.directory import configuration
from idp.models import SigningKey
from tests.factories import Factory
from tests.held_clock import HeldClock


def test_a_provider_with_database_and_keys_is_ready(app: Flask, factory: Factory) -> None:
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ready"
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_key_it_lives_and_is_not_ready(
    app: Flask, factory: Factory, database: Database, clock: HeldClock
) -> None:
    with database.writing() as session:
        session.execute(delete(SigningKey))
        configuration.bump(session)
    clock.advance(2)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["reason"] == "there is no signing key"
    assert app.test_client().get("/healthz").json == {"status": "ok"}


@pytest.fixture
def lost(settings: Settings, tmp_path: Path, app: Flask) -> Iterator[Flask]:
    """A provider that knows where its database was."""
    urls = {
        "sqlite": f"sqlite:///{tmp_path / 'gone' / 'idp.db'}",
        "postgresql": f"postgresql+psycopg://postgres@/idp?host={tmp_path}",
    }
    url = urls[settings.database_url.partition(":")[0].partition("+")[0]]
    made = create_app(settings.model_copy(update={"database_url": url}))
    yield made
    made.extensions["idp"].provider.database.dispose()


def test_with_its_database_gone_it_lives_and_is_not_ready(lost: Flask) -> None:
    answer = lost.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["reason"] == "the database does not answer"
    assert lost.test_client().get("/healthz").status_code == 200


def test_a_database_without_tables_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    made = create_app(settings.model_copy(update={"database_url": empty}))
    assert made.test_client().get("/readyz").status_code == 503
    made.extensions["idp"].provider.database.dispose()
