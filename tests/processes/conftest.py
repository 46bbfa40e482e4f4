"""Providers in processes of their own, on each engine. Time is everybody's: it is not held."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from idp.config import Settings
from tests.engines import Cluster
from tests.processes.deployment import Deployment, served, settings_of

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def new_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Settings]:
    """Those of another provider, with an empty database of this engine."""

    def make(engine: str) -> Settings:
        folder: Path = tmp_path_factory.mktemp("provider")
        url = f"sqlite:///{folder / 'idp.db'}"
        if engine == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            url = cluster.create_database()
        return settings_of(url, folder)

    return make


@pytest.fixture(scope="session")
def providers(new_settings: Callable[[str], Settings]) -> Iterator[Callable[[str], Deployment]]:
    """One of each engine, started when it is first asked for."""
    running: dict[str, Deployment] = {}
    with ExitStack() as stack:

        def of(engine: str) -> Deployment:
            if engine not in running:
                running[engine] = stack.enter_context(served(new_settings(engine)))
            return running[engine]

        yield of


@pytest.fixture
def provider(providers: Callable[[str], Deployment], engine: str) -> Deployment:
    """Shared by all tests of an engine: each makes people and applications of its own."""
    return providers(engine)


@pytest.fixture
def own_provider(new_settings: Callable[[str], Settings], engine: str) -> Iterator[Deployment]:
    """Served for one test, which may end it."""
    with served(new_settings(engine)) as deployment:
        yield deployment
