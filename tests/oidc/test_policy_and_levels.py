"""Who is asked what, and what is said where nobody may be asked (OpenID Connect Core 1.0,
sections 3.1.2.1, 3.1.2.6 and 5.5.1; RFC 9470)."""

from typing import Any

import orjson
import pytest

from idp.models import AccountState
from tests.factories import App, Person
from tests.held_clock import HeldClock
from tests.oidc.walk import MFA, PASSWORD, PHR, Walk


def acr(*values: str, essential: bool = True) -> str:
    """The `claims` parameter that asks for levels."""
    wanted = {"acr": {"essential": essential, "values": values}}
    return orjson.dumps({"id_token": wanted}).decode()


def appointments(walk: Walk, level: str = PASSWORD, **metadata: Any) -> tuple[Person, App]:
    """Somebody signed in, and a client that is content with the password."""
    return walk.agreed(level, minimum_acr=PASSWORD, **metadata)


# Who is asked for what


def test_who_is_not_signed_in_is_asked_for_the_password(walk: Walk) -> None:
    assert walk.authorize(walk.factory.client()).path.endswith("/password")


def test_who_is_signed_in_and_agreed_is_asked_nothing(walk: Walk) -> None:
    assert walk.code(walk.ready())


def test_the_clients_minimum_asks_for_the_code_alone(walk: Walk) -> None:
    _, client = walk.agreed(PASSWORD)
    page = walk.authorize(client)
    assert page.path.endswith("/code")
    page = walk.browser.give_code(walk.factory)
    assert "code" in page.parameters


def test_a_new_client_needs_consent_first(walk: Walk) -> None:
    walk.sign_in(walk.factory.person())
    assert walk.authorize(walk.factory.client()).path.endswith("/consent")


def test_a_client_that_asks_for_more_needs_consent_again(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client, "email")
    assert walk.code(client, scope="openid email")
    assert walk.authorize(client, scope="openid email ins_c").path.endswith("/consent")


def test_what_was_declined_is_not_asked_for_again(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client, "ins_c", declined=("email",))
    assert walk.tokens(client, scope="openid ins_c email")["scope"] == "openid ins_c"


def test_a_session_that_is_over_is_nobodys(walk: Walk) -> None:
    person, client = walk.agreed()
    walk.end_session(walk.sign_in(person))
    assert walk.silent(client) == "login_required"


def test_a_session_nobody_used_for_too_long_is_over(walk: Walk, clock: HeldClock) -> None:
    _, client = walk.agreed()
    clock.advance(walk.settings.session_idle - 1)
    assert walk.silent(client) == ""
    clock.advance(walk.settings.session_idle)
    assert walk.silent(client) == "login_required"


def test_a_session_is_over_in_the_end_however_much_it_is_used(walk: Walk, clock: HeldClock) -> None:
    _, client = walk.agreed()
    for _ in range(0, walk.settings.session_lifetime - 1200, 1200):
        clock.advance(1200)
        assert walk.silent(client) == ""
    clock.advance(1200)
    assert walk.silent(client) == "login_required"


def test_the_session_of_a_blocked_account_is_nobodys(walk: Walk) -> None:
    person, client = walk.agreed()
    walk.set_state(person, AccountState.BLOCKED)
    assert walk.silent(client) == "login_required"


# prompt


def test_silence_says_that_nobody_is_signed_in(walk: Walk) -> None:
    assert walk.silent(walk.factory.client()) == "login_required"


def test_silence_says_that_the_level_is_too_low(walk: Walk) -> None:
    _, client = walk.agreed(PASSWORD)
    assert walk.silent(client) == "interaction_required"


def test_silence_says_that_consent_is_missing(walk: Walk) -> None:
    walk.sign_in(walk.factory.person())
    assert walk.silent(walk.factory.client()) == "consent_required"


def test_silence_says_that_somebody_else_is_signed_in(walk: Walk) -> None:
    _, client = walk.agreed()
    hint = walk.tokens(client)["id_token"]
    other = walk.factory.person()
    walk.sign_in(other)
    walk.agree(other, client)
    assert walk.silent(client, id_token_hint=hint) == "login_required"


def test_silence_stores_nothing_and_shows_nothing(walk: Walk) -> None:
    client, before = walk.factory.client(), walk.contents()
    assert walk.silent(client) == "login_required"
    assert walk.contents() == before


@pytest.mark.parametrize("prompt", ["login", "select_account"])
def test_a_login_on_demand_asks_who_is_signed_in_already(walk: Walk, prompt: str) -> None:
    person, client = walk.agreed()
    assert walk.authorize(client, prompt=prompt).path.endswith("/password")
    walk.browser.give_password(person)
    page = walk.browser.give_code(walk.factory)
    assert "code" in page.parameters


def test_consent_on_demand_is_asked_again(walk: Walk) -> None:
    _, client = walk.agreed()
    assert walk.authorize(client, prompt="consent").path.endswith("/consent")
    assert "code" in walk.browser.submit(decision="accept").parameters


def test_login_and_consent_can_both_be_demanded(walk: Walk) -> None:
    person, client = walk.agreed()
    walk.authorize(client, prompt="login consent")
    walk.browser.give_password(person)
    assert walk.browser.give_code(walk.factory).path.endswith("/consent")


# max_age


def test_a_password_that_is_young_enough_is_not_asked_again(walk: Walk, clock: HeldClock) -> None:
    _, client = walk.agreed()
    clock.advance(600)
    assert walk.code(client, max_age="600")


def test_a_password_that_is_too_old_is_asked_again(walk: Walk, clock: HeldClock) -> None:
    person, client = walk.agreed()
    clock.advance(601)
    assert walk.silent(client, max_age="600") == "login_required"
    assert walk.authorize(client, max_age="600").path.endswith("/password")
    walk.browser.give_password(person)
    page = walk.browser.give_code(walk.factory)
    tokens = walk.redeem(client, page.parameters["code"]).json
    assert tokens is not None
    assert walk.id_claims(tokens)["auth_time"] == int(clock.now)


def test_an_age_of_zero_always_asks(walk: Walk) -> None:
    person, client = walk.agreed()
    assert walk.silent(client, max_age="0") == "login_required"
    walk.authorize(client, max_age="0")
    walk.browser.give_password(person)
    assert "code" in walk.browser.give_code(walk.factory).parameters


def test_a_clients_default_age_holds_where_it_asks_for_none(walk: Walk, clock: HeldClock) -> None:
    _, client = walk.agreed(default_max_age=60)
    clock.advance(61)
    assert walk.silent(client) == "login_required"
    assert walk.silent(client, max_age="3600") == ""


# Levels


def test_step_up_asks_for_the_code_alone(walk: Walk) -> None:
    _, client = appointments(walk)
    assert walk.id_claims(walk.tokens(client))["acr"] == PASSWORD
    assert walk.authorize(client, acr_values=MFA).path.endswith("/code")
    page = walk.browser.give_code(walk.factory)
    tokens = walk.redeem(client, page.parameters["code"]).json
    assert tokens is not None
    told = walk.id_claims(tokens)
    assert (told["acr"], told["amr"]) == (MFA, ["pwd", "otp", "mfa"])


def test_a_higher_level_than_asked_for_is_told_as_it_is(walk: Walk) -> None:
    _, client = appointments(walk, MFA)
    assert walk.id_claims(walk.tokens(client, acr_values=PASSWORD))["acr"] == MFA


def test_a_wish_that_cannot_be_met_is_no_reason_to_refuse(walk: Walk) -> None:
    _, client = appointments(walk)
    assert walk.id_claims(walk.tokens(client, acr_values=f"{PHR} urn:other"))["acr"] == PASSWORD


def test_the_first_wish_that_can_be_met_is_tried(walk: Walk) -> None:
    _, client = appointments(walk)
    assert walk.authorize(client, acr_values=f"{PHR} {MFA} {PASSWORD}").path.endswith("/code")


def test_a_wish_below_the_clients_minimum_does_not_lower_it(walk: Walk) -> None:
    _, client = walk.agreed(PASSWORD)
    assert walk.authorize(client, acr_values=PASSWORD).path.endswith("/code")


def test_in_silence_a_wish_gets_what_was_reached(walk: Walk) -> None:
    _, client = appointments(walk)
    assert walk.silent(client, acr_values=MFA) == ""


def test_a_clients_default_levels_are_tried(walk: Walk) -> None:
    _, client = appointments(walk, default_acr_values=[MFA])
    assert walk.authorize(client).path.endswith("/code")


def test_a_level_among_the_claims_is_a_wish_like_any_other(walk: Walk) -> None:
    _, client = appointments(walk)
    assert walk.authorize(client, claims=acr(MFA, essential=False)).path.endswith("/code")
    assert walk.code(client, claims=acr(PHR, essential=False))


def test_an_alias_is_understood_and_never_asserted(walk: Walk) -> None:
    _, client = appointments(walk)
    walk.authorize(client, acr_values="eidas1")
    assert walk.browser.page.path.endswith("/code")
    page = walk.browser.give_code(walk.factory)
    tokens = walk.redeem(client, page.parameters["code"]).json
    assert tokens is not None
    assert walk.id_claims(tokens)["acr"] == MFA


def test_an_essential_level_is_asked_for(walk: Walk) -> None:
    _, client = appointments(walk)
    assert walk.authorize(client, claims=acr(MFA)).path.endswith("/code")
    assert walk.silent(client, claims=acr(MFA)) == "interaction_required"


def test_an_essential_level_that_nobody_reaches_is_refused(walk: Walk) -> None:
    _, client = walk.agreed()
    page = walk.authorize(client, claims=acr("urn:other"))
    assert page.parameters["error"] == "unmet_authentication_requirements"


def test_the_highest_level_asks_for_a_passkey_whoever_has_none(walk: Walk) -> None:
    _, client = walk.agreed()
    assert walk.authorize(client, claims=acr(PHR)).path.endswith("/passkey")
    assert walk.silent(client, claims=acr(PHR)) == "interaction_required"
    assert walk.silent(client, claims=acr(PHR, MFA)) == ""
    assert walk.code(client, claims=acr(PHR, MFA))


def test_in_silence_any_of_the_essential_levels_will_do(walk: Walk) -> None:
    _, client = appointments(walk)
    assert walk.silent(client, claims=acr(MFA, PASSWORD)) == ""


def test_the_level_told_is_one_of_the_essential_ones(walk: Walk) -> None:
    _, client = appointments(walk, MFA)
    assert walk.id_claims(walk.tokens(client, claims=acr(PASSWORD)))["acr"] == PASSWORD


def test_a_code_by_text_message_is_told_as_such(walk: Walk) -> None:
    person, client = walk.factory.person(mobile="+33612345678"), walk.factory.client()
    walk.sign_in(person, channel="sms")
    walk.agree(person, client)
    assert walk.id_claims(walk.tokens(client))["amr"] == ["pwd", "otp", "sms", "mfa"]
