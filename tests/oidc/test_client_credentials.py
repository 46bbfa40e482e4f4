"""Tokens for machines (RFC 6749, section 4.4): for one API, and never about a person."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from idp.audit import counts
from idp.models import ActivityCount, Grain
from idp.oidc import machine_tokens
from tests.factories import API, App
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk

OTHER_API = "https://other.example"


@pytest.fixture
def machine(walk: Walk) -> App:
    """Registered for two APIs, of one scope each."""
    walk.factory.resource()
    walk.factory.resource(OTHER_API, "stock", sector_identifier="stock.example")
    return walk.factory.machine(scope="documents stock")


def refused(answer: TestResponse, error: str, status: int = 400) -> bool:
    return (answer.status_code, (answer.json or {})["error"]) == (status, error)


def test_a_machine_gets_a_token_that_its_api_can_verify(walk: Walk, machine: App) -> None:
    answer = walk.machine_token(machine, scope="documents")
    assert answer.status_code == 200
    tokens = answer.json or {}
    assert tokens.keys() == {"token_type", "access_token", "expires_in", "scope"}
    decoded = walk.decoded(tokens["access_token"])
    assert decoded.header["typ"] == "at+jwt"
    claims = decoded.claims
    assert (claims["sub"], claims["client_id"]) == (machine.client_id, machine.client_id)
    assert (claims["aud"], claims["scope"]) == ([API], "documents")
    assert claims.keys() == {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"}


def test_the_api_can_be_named_in_place_of_scopes(walk: Walk, machine: App) -> None:
    answer = walk.machine_token(machine, resource=OTHER_API)
    assert (answer.json or {})["scope"] == "stock"


def test_a_machine_that_names_no_api_is_asked_to(walk: Walk, machine: App) -> None:
    assert refused(walk.machine_token(machine), "invalid_target")


def test_a_token_is_never_for_two_apis(walk: Walk, machine: App) -> None:
    assert refused(walk.machine_token(machine, scope="documents stock"), "invalid_target")
    assert refused(
        walk.machine_token(machine, scope="documents stock", resource=API), "invalid_scope"
    )


def test_an_api_that_nobody_knows_is_refused(walk: Walk, machine: App) -> None:
    answer = walk.machine_token(machine, resource="https://unknown.example")
    assert refused(answer, "invalid_target")


def test_what_a_machine_is_not_registered_for_is_refused(walk: Walk) -> None:
    walk.factory.resource()
    stranger = walk.factory.machine(scope="")
    assert refused(walk.machine_token(stranger, scope="documents"), "invalid_scope")


@pytest.mark.parametrize("scope", ["openid", "ins_c", "openid documents", "offline_access"])
def test_what_tells_of_a_person_is_for_no_machine(walk: Walk, scope: str) -> None:
    walk.factory.resource()
    both = walk.factory.client(
        grant_types=["authorization_code", "client_credentials"],
        scope="openid ins_c offline_access documents",
    )
    answer = walk.machine_token(both, scope=scope)
    assert refused(answer, "invalid_scope") or refused(answer, "invalid_target")


def test_an_application_that_is_not_registered_for_it_gets_none(walk: Walk) -> None:
    walk.factory.resource()
    client = walk.factory.client(scope="openid documents")
    assert refused(walk.machine_token(client, scope="documents"), "unauthorized_client")


def test_a_public_client_gets_none(walk: Walk) -> None:
    walk.factory.resource()
    client = walk.factory.machine(scope="documents", token_endpoint_auth_method="none")
    assert refused(walk.machine_token(client, scope="documents"), "invalid_client", 401)


def test_a_wrong_secret_gets_none(walk: Walk, machine: App) -> None:
    machine.secret = "another"
    assert refused(walk.machine_token(machine, scope="documents"), "invalid_client", 401)


def test_a_disabled_machine_gets_none(walk: Walk, machine: App, clock: HeldClock) -> None:
    walk.disable(machine)
    clock.advance(2)
    assert refused(walk.machine_token(machine, scope="documents"), "invalid_client", 401)


def test_a_machine_has_no_userinfo(walk: Walk, machine: App) -> None:
    token = (walk.machine_token(machine, scope="documents").json or {})["access_token"]
    answer = walk.userinfo(token)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_an_api_that_asks_us_gets_tokens_that_tell_nothing(walk: Walk) -> None:
    walk.factory.resource(access_token_format="opaque")
    machine = walk.factory.machine(scope="documents")
    token = (walk.machine_token(machine, scope="documents").json or {})["access_token"]
    assert "." not in token
    told = walk.tells(walk.factory.api(), token)
    assert (told["active"], told["sub"], told["aud"]) == (True, machine.client_id, [API])


def test_tokens_are_counted_together_and_each_once(
    walk: Walk, machine: App, clock: HeldClock
) -> None:
    def counted() -> dict[str, int]:
        with walk.database.reading() as session:
            rows = session.scalars(
                select(ActivityCount).where(ActivityCount.client_id == machine.pk)
            )
            return {f"{row.grain} {row.grant_type}": row.count for row in rows}

    once = {f"{grain} client_credentials": 1 for grain in Grain}
    for _ in range(3):
        assert walk.machine_token(machine, scope="documents").status_code == 200
    assert counted() == once
    clock.advance(machine_tokens.EVERY)
    assert walk.machine_token(machine).status_code == 400
    assert counted() == dict.fromkeys(once, 3)


def test_a_busy_database_has_them_counted_later(
    walk: Walk, machine: App, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("", None, Exception("busy"))

    with monkeypatch.context() as patched:
        patched.setattr(counts, "increase", busy)
        assert walk.machine_token(machine, scope="documents").status_code == 200
    clock.advance(machine_tokens.EVERY)
    assert walk.machine_token(machine, scope="documents").status_code == 200
    with walk.database.reading() as session:
        of_machine = select(ActivityCount.count).where(ActivityCount.client_id == machine.pk)
        assert session.scalars(of_machine).all() == [2] * len(Grain)
