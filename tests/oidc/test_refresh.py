"""Refresh tokens: one at a time, a copied one ends the family (RFC 6749, section 6; RFC 9700,
section 4.14; OpenID Connect Core 1.0, section 12)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from idp.directory import accounts, configuration, consents, sessions
from idp.models import AccountState, Client, Consent
from idp.oidc import family as families
from tests.factories import App, Person
from tests.held_clock import HeldClock
from tests.oidc.walk import OFFLINE, Walk

SCOPE = f"{OFFLINE} email ins_c"


def connected(walk: Walk, **metadata: Any) -> tuple[Person, App, dict[str, Any]]:
    """A person, a client that stays connected, and its tokens."""
    person, client = walk.factory.person(), walk.factory.client(**metadata)
    walk.sign_in(person)
    walk.agree(person, client)
    return person, client, walk.tokens(client, scope=SCOPE)


def answered(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def refused(answer: TestResponse, error: str = "invalid_grant") -> bool:
    return (answer.status_code, answer.json and answer.json["error"]) == (400, error)


def refreshed(walk: Walk, client: App, tokens: dict[str, Any], **values: str) -> dict[str, Any]:
    return answered(walk.refresh(client, tokens["refresh_token"], **values))


def change_consent(walk: Walk, *granted: str) -> None:
    with walk.database.writing() as session:
        session.scalars(select(Consent)).one().granted = list(granted)


# Rotation


def test_a_refresh_gives_a_new_refresh_token(walk: Walk) -> None:
    _, client, first = connected(walk)
    second = refreshed(walk, client, first)
    assert second["refresh_token"] != first["refresh_token"]
    assert walk.userinfo(second["access_token"]).status_code == 200
    assert refreshed(walk, client, second)


def test_a_public_client_rotates_like_any_other(walk: Walk) -> None:
    _, client, first = connected(walk, token_endpoint_auth_method="none")
    second = refreshed(walk, client, first)
    assert second["refresh_token"] != first["refresh_token"]


def test_a_retry_gets_the_same_token_again_and_writes_nothing(walk: Walk, clock: HeldClock) -> None:
    _, client, first = connected(walk)
    second = refreshed(walk, client, first)
    clock.advance(walk.settings.refresh_token_grace)
    before = walk.contents()
    again = refreshed(walk, client, first)
    assert again["refresh_token"] == second["refresh_token"]
    assert walk.contents() == before


def test_a_retry_that_comes_too_late_ends_the_family(walk: Walk, clock: HeldClock) -> None:
    _, client, first = connected(walk)
    second = refreshed(walk, client, first)
    clock.advance(walk.settings.refresh_token_grace + 1)
    assert refused(walk.refresh(client, first["refresh_token"]))
    assert refused(walk.refresh(client, second["refresh_token"]))
    assert walk.userinfo(second["access_token"]).status_code == 401


def test_an_older_token_ends_the_family_at_once(walk: Walk) -> None:
    _, client, first = connected(walk)
    third = refreshed(walk, client, refreshed(walk, client, first))
    assert refused(walk.refresh(client, first["refresh_token"]))
    assert refused(walk.refresh(client, third["refresh_token"]))
    assert walk.userinfo(third["access_token"]).status_code == 401
    assert walk.outcomes("token.refused") == ["refresh_token_reused"]


def test_a_token_of_the_future_ends_the_family(walk: Walk) -> None:
    """After a restored backup, what was rotated since is newer than what is known."""
    _, client, first = connected(walk)
    second = refreshed(walk, client, first)
    from idp.models import Grant

    with walk.database.writing() as session:
        session.execute(update(Grant).values(generation=0))
    assert refused(walk.refresh(client, second["refresh_token"]))
    assert refused(walk.refresh(client, first["refresh_token"]))


def test_of_two_at_the_same_time_both_get_the_same_token(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that looked before the other rotated, and rotates after."""
    _, client, first = connected(walk)
    second = refreshed(walk, client, first)
    read, looks = families.read, iter([0])

    def read_early(*arguments: Any) -> Any:
        family = read(*arguments)
        assert family is not None
        values = {"generation": 0, "rotated_at": None} if next(looks, None) == 0 else {}
        return replace(family, **values)

    monkeypatch.setattr(families, "read", read_early)
    assert refreshed(walk, client, first)["refresh_token"] == second["refresh_token"]


def test_each_refresh_is_in_the_trail(walk: Walk) -> None:
    _, client, first = connected(walk)
    refreshed(walk, client, first)
    assert walk.outcomes("token.refreshed") == ["success"]


# Time


def test_a_connection_lasts_thirty_days(walk: Walk, clock: HeldClock) -> None:
    _, client, tokens = connected(walk)
    clock.advance(30 * 86_400 - 1)
    tokens = refreshed(walk, client, tokens)
    clock.advance(1)
    assert refused(walk.refresh(client, tokens["refresh_token"]))


def test_a_connection_outlives_the_session(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    key = walk.sign_in(person)
    walk.agree(person, client)
    tokens = walk.tokens(client, scope=OFFLINE)
    with walk.database.writing() as session:
        sessions.end(session, key, actor="holder", reason="logout")
    assert refreshed(walk, client, tokens)


def test_without_a_connection_the_tokens_end_with_the_session(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    key = walk.sign_in(person)
    walk.agree(person, client)
    token = walk.tokens(client)["access_token"]
    with walk.database.writing() as session:
        sessions.end(session, key, actor="holder", reason="logout")
    assert walk.userinfo(token).status_code == 401


# Who


def test_a_refresh_token_is_of_use_to_its_client_alone(walk: Walk) -> None:
    _, client, tokens = connected(walk)
    assert refused(walk.refresh(walk.factory.client(), tokens["refresh_token"]))
    assert refreshed(walk, client, tokens)


def test_an_altered_token_is_nobodys_and_ends_nothing(walk: Walk) -> None:
    _, client, tokens = connected(walk)
    right = tokens["refresh_token"]
    for wrong in (right[:-1], right + "A", f"{right}=", right[::-1], "k1.", ".", "é", "k9" + right):
        assert refused(walk.refresh(client, wrong)), wrong
    assert refreshed(walk, client, tokens)


def test_an_access_token_refreshes_nothing(walk: Walk) -> None:
    _, client, tokens = connected(walk)
    assert refused(walk.refresh(client, tokens["access_token"]))


def test_a_blocked_account_is_refused(walk: Walk) -> None:
    person, client, tokens = connected(walk)
    walk.set_state(person, AccountState.BLOCKED)
    assert refused(walk.refresh(client, tokens["refresh_token"]))


def test_blocking_ends_the_family_for_good(walk: Walk) -> None:
    person, client, tokens = connected(walk)
    with walk.database.writing() as session:
        motive = accounts.Motive.HOLDER_REQUEST
        accounts.block(session, person.identifier, motive=motive, actor="operator")
    walk.set_state(person, AccountState.ACTIVE)
    assert refused(walk.refresh(client, tokens["refresh_token"]))


def test_a_disabled_client_is_refused(walk: Walk, clock: HeldClock) -> None:
    _, client, tokens = connected(walk)
    walk.disable(client)
    clock.advance(1)
    answer = walk.refresh(client, tokens["refresh_token"])
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


# What


def test_a_withdrawn_consent_is_the_end(walk: Walk) -> None:
    person, client, tokens = connected(walk)
    with walk.database.writing() as session:
        consent = session.scalars(select(Consent.id)).one()
        consents.withdraw(session, person.account_id, consent, actor="holder")
    walk.agree(person, client)
    assert refused(walk.refresh(client, tokens["refresh_token"]))


def test_a_scope_declined_since_is_not_given_again(walk: Walk) -> None:
    _, client, tokens = connected(walk)
    change_consent(walk, "offline_access", "ins_c")
    assert refreshed(walk, client, tokens)["scope"] == f"{OFFLINE} ins_c"


def test_whoever_declined_to_stay_connected_is_not(walk: Walk) -> None:
    _, client, tokens = connected(walk)
    change_consent(walk, "email", "ins_c")
    assert refused(walk.refresh(client, tokens["refresh_token"]))


def test_a_scope_the_client_lost_since_is_not_given_again(walk: Walk, clock: HeldClock) -> None:
    _, client, tokens = connected(walk)
    with walk.database.writing() as session:
        session.execute(update(Client).values(scope=f"{OFFLINE} email"))
        configuration.bump(session)
    clock.advance(1)
    assert refreshed(walk, client, tokens)["scope"] == f"{OFFLINE} email"


def test_a_narrower_scope_is_for_this_time_only(walk: Walk) -> None:
    _, client, tokens = connected(walk)
    narrow = refreshed(walk, client, tokens, scope="email openid")
    assert narrow["scope"] == "openid email"
    assert "ins_c" not in (walk.userinfo(narrow["access_token"]).json or {})
    assert refreshed(walk, client, narrow)["scope"] == SCOPE


@pytest.mark.parametrize("scope", ["openid phone", "email", " ", "openid openid\u00e9"])
def test_a_wider_scope_is_refused_and_costs_nothing(
    walk: Walk, clock: HeldClock, scope: str
) -> None:
    _, client, tokens = connected(walk)
    answer = walk.refresh(client, tokens["refresh_token"], scope=scope)
    assert refused(answer, "invalid_scope")
    clock.advance(walk.settings.refresh_token_grace + 1)
    assert refreshed(walk, client, tokens)


def test_no_refresh_token_is_stored(walk: Walk) -> None:
    _, _, tokens = connected(walk)
    assert tokens["refresh_token"] not in str(walk.contents())
