"""Providers in processes of their own, on each engine. Time is everybody's: it is not held."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.config import Settings
from idp.crypto import new_secret
from tests.engines import Cluster
from tests.processes.deployment import Deployment

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
KEYS = {f"{name}_keys": f"k1:{new_secret()}" for name in ("sealing", "mac", "index")}


@pytest.fixture(scope="session", params=ENGINES)
def new_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Settings]:
    """Those of another provider, with an empty database."""

    def make() -> Settings:
        folder: Path = tmp_path_factory.mktemp("provider")
        url = f"sqlite:///{folder / 'idp.db'}"
        if request.param == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            url = cluster.create_database()
        return Settings(
            environment="demonstration",
            database_url=url,
            var=folder,
            workers=2,
            threads=4,
            code_resend_after=0,
            log_level="error",
            **KEYS,
        )

    return make


@pytest.fixture(scope="session")
def provider(new_settings: Callable[[], Settings]) -> Iterator[Deployment]:
    """Served for all tests of an engine: each makes people and applications of its own."""
    yield from _served(new_settings())


@pytest.fixture
def own_provider(new_settings: Callable[[], Settings]) -> Iterator[Deployment]:
    """Served for one test, which may end it."""
    yield from _served(new_settings())


def _served(settings: Settings) -> Iterator[Deployment]:
    deployment = Deployment.of(settings)
    try:
        deployment.server.start()
        yield deployment
    finally:
        deployment.end()
