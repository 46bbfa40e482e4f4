"""Levels: which is asked for, which was reached, which is told."""

import pytest

from idp.oidc import levels
from idp.oidc.levels import MFA, PASSWORD, PHR, Proofs

ALIASES = {"eidas1": MFA}
PASSWORD_ONLY = Proofs(password_at=100)
BOTH = Proofs(password_at=100, code_at=200, code_channel="mail")
BY_SMS = Proofs(password_at=100, code_at=200, code_channel="sms")


@pytest.mark.parametrize(
    ("proofs", "acr", "amr"),
    [
        (PASSWORD_ONLY, PASSWORD, ["pwd"]),
        (BOTH, MFA, ["pwd", "otp", "mfa"]),
        (BY_SMS, MFA, ["pwd", "otp", "sms", "mfa"]),
    ],
)
def test_what_was_proved_is_what_is_told(proofs: Proofs, acr: str, amr: list[str]) -> None:
    assert (proofs.acr, proofs.amr) == (acr, amr)


def test_the_login_was_when_the_password_was_proved() -> None:
    assert BOTH.auth_time == 100


def test_levels_are_in_order() -> None:
    assert levels.at_least(MFA, PASSWORD)
    assert levels.at_least(MFA, MFA)
    assert not levels.at_least(PASSWORD, MFA)


@pytest.mark.parametrize(
    ("values", "first", "lowest"),
    [
        ([], None, None),
        ([PHR, "urn:other"], None, None),
        ([MFA, PASSWORD], MFA, PASSWORD),
        ([PHR, "eidas1"], MFA, MFA),
        ([PASSWORD, "eidas1"], PASSWORD, PASSWORD),
    ],
)
def test_of_several_levels_one_is_chosen(
    values: list[str], first: str | None, lowest: str | None
) -> None:
    assert levels.first_attainable(values, ALIASES) == first
    assert levels.lowest_attainable(values, ALIASES) == lowest


@pytest.mark.parametrize(
    ("minimum", "wished", "needed"),
    [
        (MFA, None, MFA),
        (MFA, PASSWORD, MFA),
        (PASSWORD, MFA, MFA),
        (PASSWORD, None, PASSWORD),
    ],
)
def test_a_wish_raises_the_minimum_and_never_lowers_it(
    minimum: str, wished: str | None, needed: str
) -> None:
    assert levels.needed(minimum, wished) == needed


@pytest.mark.parametrize(
    ("proofs", "essential", "told"),
    [
        (BOTH, [], MFA),
        (BOTH, [MFA], MFA),
        (BOTH, ["eidas1"], MFA),
        (BOTH, [PASSWORD], PASSWORD),
        (BOTH, [PHR, PASSWORD], PASSWORD),
        (PASSWORD_ONLY, [PASSWORD, MFA], PASSWORD),
    ],
)
def test_the_level_told_is_reached_and_one_of_the_essential_ones(
    proofs: Proofs, essential: list[str], told: str
) -> None:
    assert levels.returned(proofs, essential, ALIASES) == told
