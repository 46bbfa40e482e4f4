"""Argon2id, in one place (RFC 9106; parameters of OWASP's password storage sheet by default).

It is computed in threads of its own, one for each core, that step back for all others: a password
check takes forty milliseconds, and whoever only asks for a token should not feel them.
"""

import os
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from idp.config import Settings

T = TypeVar("T")
NICENESS = 5  # about a third of another thread's share, as long as both want the core


def normalise(password: str) -> str:
    """NFKC, so that one password typed on two keyboards is one password (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


class Hasher:
    """Hashes and verifies under the settings' profile."""

    def __init__(self, settings: Settings) -> None:
        profile = (
            settings.argon2_time,
            settings.argon2_memory_kib,
            settings.argon2_parallelism,
        )
        self._argon2, self._nobody = _prepared(*profile)

    def hash(self, password: str) -> str:
        return _apart(lambda: self._argon2.hash(normalise(password)))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether they match. Without a hash the same work is done, for nobody."""
        try:
            _apart(lambda: self._argon2.verify(hashed or self._nobody, normalise(password)))
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
        return bool(hashed)

    def needs_rehash(self, hashed: str) -> bool:
        """Whether the profile has risen since."""
        return self._argon2.check_needs_rehash(hashed)


@lru_cache(maxsize=4)
def _prepared(time: int, memory: int, parallelism: int) -> tuple[PasswordHasher, str]:
    argon2 = PasswordHasher(time_cost=time, memory_cost=memory, parallelism=parallelism)
    return argon2, argon2.hash("nobody has this password")


def _apart(work: Callable[[], T]) -> T:
    """The result of `work`, done by a thread that steps back."""
    return _threads(os.getpid()).submit(work).result()


@lru_cache(maxsize=1)
def _threads(_process: int) -> ThreadPoolExecutor:
    """Of this process: a child that was forked begins without its parent's threads."""
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), "argon2", _step_back)


def _step_back() -> None:
    with suppress(OSError, AttributeError):  # only Linux knows the niceness of a thread
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
