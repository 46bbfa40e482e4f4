"""Authentication levels: `acr` and `amr` values, and which one a request asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from idp.config import LEVELS

PASSWORD, MFA, PHR = LEVELS
WITHOUT_PASSKEY = (PASSWORD, MFA)

# The method of RFC 8176 that makes a passkey two factors: what one has, and what unlocked it.
USER_VERIFIED = "user"


@dataclass(frozen=True)
class Proofs:
    """When each factor was proved in a session, in seconds since the epoch. `code_channel` is where
    the code came from; `passkey_methods` what the passkey proved: `hwk` or `swk`, and `user`. There
    is a password or a passkey with user verification, or both."""

    password_at: int | None
    code_at: int | None = None
    code_channel: str | None = None
    passkey_at: int | None = None
    passkey_methods: str | None = None

    @property
    def user_verified(self) -> bool:
        return USER_VERIFIED in (self.passkey_methods or "").split()

    @property
    def second_factor_at(self) -> int | None:
        """When the youngest second factor was proved."""
        return max(filter(None, (self.code_at, self.passkey_at)), default=None)

    @property
    def acr(self) -> str:
        if self.user_verified:
            return PHR
        return MFA if self.second_factor_at is not None else PASSWORD

    @property
    def amr(self) -> list[str]:
        """What really happened (RFC 8176, section 2)."""
        methods = ["pwd"] if self.password_at is not None else []
        if self.code_at is not None:
            methods += ["otp", *(["sms"] if self.code_channel == "sms" else [])]
        methods += (self.passkey_methods or "").split()
        return methods if self.acr == PASSWORD else [*methods, "mfa"]

    @property
    def auth_time(self) -> int:
        """When the person last proved who they are: by the password, which a code only follows, or
        by a passkey that is both factors at once."""
        passkey_at = self.passkey_at if self.user_verified else None
        return max(filter(None, (self.password_at, passkey_at)))


def rank(level: str) -> int:
    return LEVELS.index(level)


def at_least(reached: str, needed: str) -> bool:
    return rank(reached) >= rank(needed)


def first_attainable(
    values: Sequence[str], aliases: dict[str, str], attainable: Sequence[str] = LEVELS
) -> str | None:
    """The client's first choice among those that can be reached; values are in its order of
    preference (OpenID Connect Core 1.0, section 3.1.2.1)."""
    return next(_attainable(values, aliases, attainable), None)


def lowest_attainable(values: Sequence[str], aliases: dict[str, str]) -> str | None:
    """The one that suffices, where nobody can be asked for a better one."""
    return min(_attainable(values, aliases, LEVELS), key=rank, default=None)


def _attainable(
    values: Sequence[str], aliases: dict[str, str], attainable: Sequence[str]
) -> Iterator[str]:
    named = (aliases.get(value, value) for value in values)
    return (level for level in named if level in attainable)


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
