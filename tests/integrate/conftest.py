"""One provider and one application for the tests of a file; each makes a person of its own."""

from collections.abc import Callable, Iterator

import pytest

from tests.factories import Person
from tests.integrate.application import Guide, free_origin
from tests.integrate.provider import Reachable
from tests.network_walk import Walk
from tests.processes.deployment import Deployment, served, settings_of

# An access token is in its last minute from the beginning: who renews it in time does so at once.
SETTINGS = {
    "workers": 1,
    "argon2_memory_kib": 8,
    "argon2_time": 1,
    "access_token_lifetime": 60,
}


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("provider")
    settings = settings_of(f"sqlite:///{folder / 'idp.db'}", folder, **SETTINGS)
    with served(settings, Reachable) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def server(provider: Deployment) -> Reachable:
    assert isinstance(provider.server, Reachable)
    return provider.server


@pytest.fixture(scope="session")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Guide]:
    """The page of that name in docs/integrate/."""
    return lambda name: Guide(name, tmp_path_factory.mktemp(name), free_origin())


@pytest.fixture
def person(provider: Deployment) -> Person:
    return provider.factory.person()


@pytest.fixture
def walk(application: Guide) -> Walk:
    """A browser in front of the application, which each file starts by its page."""
    return Walk(application.origin)
