"""Clients and keys in memory: seen to be old within a second, by every thread."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.db import Database
from idp.oidc.registry import Registry
from tests.browser_client import ISSUER
from tests.factories import Factory
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk


@pytest.fixture
def registry(database: Database, factory: Factory) -> Registry:
    """With signing keys there."""
    return Registry(database, ISSUER)


def test_a_client_is_found_by_its_name_and_by_its_key(registry: Registry, factory: Factory) -> None:
    client = factory.client()
    by_name, by_key = registry.client(client.client_id), registry.client_by_pk(client.pk)
    assert by_name is not None
    assert by_name == by_key


def test_an_unknown_client_is_none(registry: Registry) -> None:
    assert registry.client_by_pk(1) is None
    for client_id in ("nobody", "", "a" * 300, "a\0b", "é\u202e"):
        assert registry.client(client_id) is None


def test_a_change_is_seen_after_a_second_and_not_looked_for_before(
    walk: Walk, registry: Registry, clock: HeldClock
) -> None:
    client = walk.factory.client()
    assert registry.enabled_client(client.client_id)
    walk.disable(client)
    clock.advance(0.999)
    assert registry.enabled_client(client.client_id)
    clock.advance(0.001)
    assert registry.enabled_client(client.client_id) is None
    assert registry.client(client.client_id) is not None


def test_a_clock_that_is_set_back_hides_no_change(
    walk: Walk, registry: Registry, clock: HeldClock
) -> None:
    client = walk.factory.client()
    assert registry.enabled_client(client.client_id)
    walk.disable(client)
    clock.advance(-3600)
    assert registry.enabled_client(client.client_id) is None


def test_what_was_read_before_a_change_is_not_kept_after_it(
    walk: Walk, registry: Registry, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread has read the row, another one sees the change, the first one keeps the row."""
    client = walk.factory.client()
    registry.algorithms()  # the first look
    from idp.oidc import registered_client as module

    make = module.of

    def disabled_meanwhile(row: object) -> object:
        monkeypatch.undo()
        made = make(row)
        walk.disable(client)
        clock.advance(1)
        registry.algorithms()  # the other thread
        return made

    monkeypatch.setattr(module, "of", disabled_meanwhile)
    assert registry.enabled_client(client.client_id)
    assert registry.enabled_client(client.client_id) is None


@pytest.fixture
def many_switches() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("many_switches")
def test_threads_do_not_disturb_each_other(
    walk: Walk, registry: Registry, clock: HeldClock
) -> None:
    clients = [walk.factory.client() for _ in range(8)]

    def look(turn: int) -> bool:
        if turn % 10 == 0:
            clock.advance(1)
        client = clients[turn % len(clients)]
        by_key, by_name = registry.client_by_pk(client.pk), registry.client(client.client_id)
        return by_key is not None and by_key == by_name and "ES256" in registry.algorithms()

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(look, range(200)))
