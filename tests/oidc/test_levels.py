"""Levels: which is asked for, which was reached, which is told."""

import pytest

from idp.oidc import levels
from idp.oidc.levels import MFA, PASSWORD, PHR, Proofs

ALIASES = {"eidas1": MFA}
PASSWORD_ONLY = Proofs(password_at=100)
BOTH = Proofs(password_at=100, code_at=200, code_channel="mail")
BY_SMS = Proofs(password_at=100, code_at=200, code_channel="sms")
BY_APPLICATION = Proofs(password_at=100, code_at=200, code_channel="totp")
WITH_KEY = Proofs(password_at=100, passkey_at=300, passkey_methods="hwk")
WITH_BOTH = Proofs(100, 200, "sms", passkey_at=300, passkey_methods="hwk user")
PASSKEY_ALONE = Proofs(None, passkey_at=300, passkey_methods="swk user")


@pytest.mark.parametrize(
    ("proofs", "acr", "amr"),
    [
        (PASSWORD_ONLY, PASSWORD, ["pwd"]),
        (BOTH, MFA, ["pwd", "otp", "mfa"]),
        (BY_SMS, MFA, ["pwd", "otp", "sms", "mfa"]),
        (BY_APPLICATION, MFA, ["pwd", "otp", "mfa"]),
        (WITH_KEY, MFA, ["pwd", "hwk", "mfa"]),
        (WITH_BOTH, PHR, ["pwd", "otp", "sms", "hwk", "user", "mfa"]),
        (PASSKEY_ALONE, PHR, ["swk", "user", "mfa"]),
    ],
)
def test_what_was_proved_is_what_is_told(proofs: Proofs, acr: str, amr: list[str]) -> None:
    assert (proofs.acr, proofs.amr) == (acr, amr)


def test_the_login_was_when_the_password_was_proved_or_a_passkey_that_is_both_factors() -> None:
    assert BOTH.auth_time == WITH_KEY.auth_time == 100
    assert WITH_BOTH.auth_time == PASSKEY_ALONE.auth_time == 300


def test_the_second_factor_is_as_fresh_as_the_youngest_one() -> None:
    assert PASSWORD_ONLY.second_factor_at is None
    assert (BOTH.second_factor_at, WITH_BOTH.second_factor_at) == (200, 300)


def test_who_has_no_passkey_gets_the_next_choice() -> None:
    assert levels.first_attainable([PHR, "eidas1"], ALIASES, levels.WITHOUT_PASSKEY) == MFA


def test_levels_are_in_order() -> None:
    assert levels.at_least(MFA, PASSWORD)
    assert levels.at_least(MFA, MFA)
    assert levels.at_least(PHR, MFA)
    assert not levels.at_least(PASSWORD, MFA)


@pytest.mark.parametrize(
    ("values", "first", "lowest"),
    [
        ([], None, None),
        (["urn:other"], None, None),
        ([PHR, "urn:other"], PHR, PHR),
        ([MFA, PASSWORD], MFA, PASSWORD),
        ([PHR, "eidas1"], PHR, MFA),
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
