"""Waking the worker: quickly when it can, and never at its caller's cost."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from idp.config import Settings
from idp.messages import wake


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, settings_with: Callable[..., Settings]) -> Settings:
    if request.param == "sqlite":
        return settings_with()
    return settings_with(database_url=request.getfixturevalue("cluster").create_database())


def test_a_wake_makes_the_worker_deliver(store: Settings) -> None:
    delivered: list[str] = []
    queue = wake.listen(store, lambda: delivered.append("now"))

    wake.wake(store)
    queue.execute(queue.dequeue())

    assert delivered == ["now"]


def test_wakes_do_not_pile_up_while_no_worker_runs(store: Settings) -> None:
    for _ in range(wake.ENOUGH + 5):
        wake.wake(store)

    assert wake.listen(store, list).pending_count() == wake.ENOUGH


@pytest.mark.parametrize(
    "overrides",
    [{"var": Path("/nowhere")}, {"database_url": "postgresql+psycopg://nobody@/no?host=/nowhere"}],
)
def test_a_store_that_is_down_does_not_disturb_the_caller(
    overrides: dict[str, object], settings_with: Callable[..., Settings]
) -> None:
    wake.wake(settings_with(**overrides))


def test_a_task_that_we_did_not_sign_is_not_read(settings_with: Callable[..., Settings]) -> None:
    settings = settings_with()
    queue = wake.listen(settings, list)
    queue.storage.enqueue(pickle.dumps("anything"))

    with pytest.raises(ValueError, match=r"Signature|Separator"):
        queue.dequeue()
