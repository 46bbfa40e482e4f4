"""Authentication levels: `acr` and `amr` values, and which one a request asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from idp.config import LEVELS

PASSWORD, MFA, PHR = LEVELS

# `phr` waits for the passkey.
ATTAINABLE = (PASSWORD, MFA)


@dataclass(frozen=True)
class Proofs:
    """When each factor was proved in a session, in seconds since the epoch."""

    password_at: int
    code_at: int | None = None
    code_channel: str | None = None

    @property
    def acr(self) -> str:
        return MFA if self.code_at is not None else PASSWORD

    @property
    def amr(self) -> list[str]:
        """What really happened (RFC 8176, section 2)."""
        if self.code_at is None:
            return ["pwd"]
        return ["pwd", "otp", *(["sms"] if self.code_channel == "sms" else []), "mfa"]

    @property
    def auth_time(self) -> int:
        """When the person last proved the first factor: the code can only be younger."""
        return self.password_at


def rank(level: str) -> int:
    return LEVELS.index(level)


def at_least(reached: str, needed: str) -> bool:
    return rank(reached) >= rank(needed)


def first_attainable(values: Sequence[str], aliases: dict[str, str]) -> str | None:
    """The client's first choice among those that can be reached; values are in its order of
    preference (OpenID Connect Core 1.0, section 3.1.2.1)."""
    return next(_attainable(values, aliases), None)


def lowest_attainable(values: Sequence[str], aliases: dict[str, str]) -> str | None:
    """The one that suffices, where nobody can be asked for a better one."""
    return min(_attainable(values, aliases), key=rank, default=None)


def _attainable(values: Sequence[str], aliases: dict[str, str]) -> Iterator[str]:
    named = (aliases.get(value, value) for value in values)
    return (level for level in named if level in ATTAINABLE)


def needed(minimum: str, wished: str | None) -> str:
    """The level a session has to have: never below the client's minimum."""
    return wished if wished is not None and at_least(wished, minimum) else minimum


def returned(proofs: Proofs, essential: Sequence[str], aliases: dict[str, str]) -> str:
    """The `acr` of the answer: what was reached, or, where the client insisted on a lower one,
    the highest of those it named."""
    named = [aliases.get(value, value) for value in essential]
    reached = proofs.acr
    if not named or reached in named:
        return reached
    below = [level for level in named if level in LEVELS and at_least(reached, level)]
    return max(below, key=rank, default=reached)
