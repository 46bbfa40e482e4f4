"""Argon2id beside everything else that a process does."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from idp.config import Settings
from idp.factors import hashing
from idp.factors.hashing import Hasher
from tests.conftest import KEYS


@pytest.fixture
def hasher() -> Hasher:
    profile = {"argon2_memory_kib": 8, "argon2_time": 1}
    return Hasher(Settings(environment="demonstration", **profile, **KEYS))


def test_a_password_is_checked_by_a_thread_that_steps_back(hasher: Hasher) -> None:
    assert hasher.verify(hasher.hash("six pommes vertes"), "six pommes vertes")
    niceness = hashing._apart(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    mine = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert niceness >= max(mine, hashing.NICENESS)


def test_what_goes_wrong_there_is_told_here() -> None:
    with pytest.raises(ZeroDivisionError):
        hashing._apart(lambda: 1 / 0)


def test_as_many_as_there_are_cores_are_checked_at_once(hasher: Hasher) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(hasher.hash, ["secret"] * 40))
    threads = [each for each in threading.enumerate() if each.name.startswith("argon2")]
    assert 1 <= len(threads) <= len(os.sched_getaffinity(0))


def test_a_wrong_password_and_no_hash_are_refused(hasher: Hasher) -> None:
    assert not hasher.verify(hasher.hash("one"), "other")
    assert not hasher.verify(None, "nobody has this password")
    assert not hasher.verify("$argon2id$broken", "one")
