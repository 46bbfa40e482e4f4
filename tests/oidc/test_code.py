"""An authorization code: once, soon, by whom it was made for (RFC 6749, section 4.1; RFC 7636;
RFC 9700, section 4.5)."""

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from idp.directory import configuration, consents
from idp.models import AccountState, Client, Consent
from tests.browser_client import VERIFIER, token_request
from tests.factories import CALLBACK
from tests.held_clock import HeldClock
from tests.oidc.walk import OFFLINE, Walk


def refused(answer: TestResponse, error: str = "invalid_grant") -> bool:
    return (answer.status_code, answer.json and answer.json["error"]) == (400, error)


def test_a_code_is_used_only_once(walk: Walk) -> None:
    client = walk.ready()
    code = walk.code(client)
    assert walk.redeem(client, code).status_code == 200
    assert refused(walk.redeem(client, code))


def test_a_second_use_ends_what_the_first_one_gave(walk: Walk) -> None:
    client = walk.ready()
    code = walk.code(client, scope=OFFLINE)
    tokens = walk.redeem(client, code).json
    assert tokens is not None
    assert walk.userinfo(tokens["access_token"]).status_code == 200
    walk.redeem(client, code)
    assert walk.userinfo(tokens["access_token"]).status_code == 401
    assert refused(walk.refresh(client, tokens["refresh_token"]))


def test_a_second_use_is_in_the_trail(walk: Walk) -> None:
    client = walk.ready()
    code = walk.code(client)
    walk.redeem(client, code)
    walk.redeem(client, code)
    assert walk.outcomes("token.issued") == ["success"]
    assert walk.outcomes("token.refused") == ["code_used_or_unknown"]


def test_a_code_lives_sixty_seconds(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    early, late = walk.code(client), walk.code(client)
    clock.advance(59)
    assert walk.redeem(client, early).status_code == 200
    clock.advance(1)
    assert refused(walk.redeem(client, late))


def test_a_code_is_of_use_to_its_client_alone(walk: Walk) -> None:
    client, other = walk.ready(), walk.factory.client()
    code = walk.code(client)
    assert refused(walk.redeem(other, code))
    assert walk.outcomes("token.refused") == ["code_of_another_client"]


def test_a_code_that_another_client_tried_is_used_up(walk: Walk) -> None:
    client, other = walk.ready(), walk.factory.client()
    code = walk.code(client)
    walk.redeem(other, code)
    assert refused(walk.redeem(client, code))


@pytest.mark.parametrize("address", [None, "", "https://app.example/other", f"{CALLBACK}/"])
def test_a_code_goes_with_its_redirect_uri(walk: Walk, address: str | None) -> None:
    client = walk.ready()
    data = {"grant_type": "authorization_code", "code": walk.code(client)}
    if address is not None:
        data["redirect_uri"] = address
    answer = token_request(walk.app, client, data | {"code_verifier": VERIFIER})
    assert refused(answer)


def test_a_challenge_wants_its_verifier(walk: Walk) -> None:
    client = walk.ready()
    for verifier in ("", "w" * 43, "v" * 42, "v" * 44, "v" * 129, "é" * 43, "v" * 42 + " "):
        assert refused(walk.redeem(client, walk.code(client), code_verifier=verifier)), verifier


def test_a_verifier_wants_its_challenge(walk: Walk) -> None:
    client = walk.ready(require_pkce=False)
    code = walk.code(client, code_challenge=None, code_challenge_method=None)
    assert refused(walk.redeem(client, code))


def test_neither_challenge_nor_verifier_is_right_where_an_operator_says_so(walk: Walk) -> None:
    client = walk.ready(require_pkce=False)
    code = walk.code(client, code_challenge=None, code_challenge_method=None)
    assert walk.redeem(client, code, code_verifier="").status_code == 200


def test_a_wrong_verifier_uses_the_code_up(walk: Walk) -> None:
    client = walk.ready()
    code = walk.code(client)
    walk.redeem(client, code, code_verifier="w" * 43)
    assert refused(walk.redeem(client, code))


def test_a_code_of_nobody_is_refused(walk: Walk) -> None:
    client = walk.factory.client()
    for code in ("x", "a" * 43, "é", "../..", "' OR 1=1 --"):
        assert refused(walk.redeem(client, code)), code


def test_a_code_is_of_no_use_once_the_account_is_blocked(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client)
    code = walk.code(client)
    walk.set_state(person, AccountState.BLOCKED)
    assert refused(walk.redeem(client, code))


def test_a_code_is_of_no_use_once_consent_is_withdrawn(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client)
    code = walk.code(client)
    with walk.database.writing() as session:
        consent = session.scalars(select(Consent.id)).one()
        consents.withdraw(session, person.account_id, consent, actor="holder")
    assert refused(walk.redeem(client, code))


def test_a_code_is_of_no_use_once_consent_is_gone(walk: Walk) -> None:
    """Also when the withdrawal came between the question and the grant."""
    client = walk.ready()
    code = walk.code(client)
    with walk.database.writing() as session:
        session.delete(session.scalars(select(Consent)).one())
    assert refused(walk.redeem(client, code))


def test_a_scope_the_client_lost_meanwhile_is_not_given(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready(scope="openid email ins_c")
    code = walk.code(client, scope="openid email ins_c")
    with walk.database.writing() as session:
        session.execute(update(Client).values(scope="openid email"))
        configuration.bump(session)
    clock.advance(1)
    answer = walk.redeem(client, code).json
    assert answer is not None
    assert answer["scope"] == "openid email"


def test_no_code_is_stored_in_clear(walk: Walk) -> None:
    code = walk.code(walk.ready())
    assert code not in str(walk.contents())


def test_a_refresh_token_is_given_for_offline_access_alone(walk: Walk) -> None:
    client = walk.ready()
    assert "refresh_token" not in walk.tokens(client)
    assert "refresh_token" in walk.tokens(client, scope=OFFLINE)


def test_a_client_without_the_grant_gets_no_refresh_token(walk: Walk) -> None:
    client = walk.ready(grant_types=["authorization_code"])
    assert "refresh_token" not in walk.tokens(client, scope=OFFLINE)
