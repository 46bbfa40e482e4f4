"""Argon2id, in one place (RFC 9106; parameters of OWASP's password storage sheet by default)."""

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from idp.config import Settings


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
        return self._argon2.hash(normalise(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether they match. Without a hash the same work is done, for nobody."""
        try:
            self._argon2.verify(hashed or self._nobody, normalise(password))
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
