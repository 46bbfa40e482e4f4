"""How the token endpoint is spoken to (RFC 6749, sections 2.3, 3.2 and 5)."""

import base64
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp import create_app
from idp.config import Settings
from idp.db import Database
from idp.oidc.http import FORM
from tests.browser_client import ISSUER, VERIFIER
from tests.factories import CALLBACK, App, Factory
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk

CHALLENGE = f'Basic realm="{ISSUER}", charset="UTF-8"'


def code_request(code: str, **values: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    } | values


def post(walk: Walk, data: Any, **options: Any) -> TestResponse:
    return walk.app.test_client().post("/token", data=data, base_url=ISSUER, **options)


def with_header(walk: Walk, value: str, **values: str) -> TestResponse:
    return post(walk, code_request("a-code", **values), headers={"Authorization": value})


def basic(text: bytes) -> str:
    return f"Basic {base64.b64encode(text).decode()}"


def pair(client: App) -> tuple[str, str]:
    return client.client_id, client.secret or ""


def refused(answer: TestResponse, status: int, error: str) -> None:
    assert (answer.status_code, answer.json and answer.json["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers.get("WWW-Authenticate") == (CHALLENGE if status == 401 else None)


# A right answer


def test_a_right_answer_is_kept_by_no_cache(walk: Walk) -> None:
    client = walk.ready()
    answer = walk.redeem(client, walk.code(client))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"


def test_a_right_answer_says_what_was_given(walk: Walk) -> None:
    client = walk.ready()
    tokens = walk.tokens(client, scope="openid email")
    assert tokens.keys() == {"token_type", "access_token", "expires_in", "scope", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 300)
    assert tokens["scope"] == "openid email"


# Client authentication


def test_a_client_can_authenticate_in_the_body(walk: Walk) -> None:
    client = walk.ready(token_endpoint_auth_method="client_secret_post")
    client_id, secret = pair(client)
    data = code_request(walk.code(client), client_id=client_id, client_secret=secret)
    assert post(walk, data).status_code == 200


def test_a_public_client_says_its_name(walk: Walk) -> None:
    client = walk.ready(token_endpoint_auth_method="none")
    data = code_request(walk.code(client), client_id=client.client_id)
    assert post(walk, data).status_code == 200


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
def test_a_client_registered_for_another_method_may_not_use_basic(walk: Walk, method: str) -> None:
    client = walk.ready(token_endpoint_auth_method=method)
    auth = (client.client_id, client.secret or "x")
    refused(post(walk, code_request(walk.code(client)), auth=auth), 401, "invalid_client")


def test_a_client_registered_for_basic_may_not_use_the_body(walk: Walk) -> None:
    client_id, secret = pair(walk.factory.client())
    data = code_request("a-code", client_id=client_id, client_secret=secret)
    refused(post(walk, data), 401, "invalid_client")


def test_a_client_with_a_secret_may_not_go_without(walk: Walk) -> None:
    client = walk.ready()
    data = code_request(walk.code(client), client_id=client.client_id)
    refused(post(walk, data), 401, "invalid_client")


def test_a_public_client_may_not_say_a_secret(walk: Walk) -> None:
    client = walk.ready(token_endpoint_auth_method="none")
    data = code_request(walk.code(client), client_id=client.client_id, client_secret="x")
    refused(post(walk, data), 401, "invalid_client")


def test_a_wrong_secret_does_not_make_a_client_public(walk: Walk) -> None:
    client = walk.ready(token_endpoint_auth_method="none")
    data = code_request(walk.code(client), client_id=client.client_id)
    answer = post(walk, data, auth=(client.client_id, "wrong"))
    refused(answer, 401, "invalid_client")


def test_nobody_is_told_whether_a_client_exists(walk: Walk) -> None:
    client_id, _ = pair(walk.factory.client())
    wrong = post(walk, code_request("a-code"), auth=(client_id, "wrong"))
    unknown = post(walk, code_request("a-code"), auth=("nobody", "wrong"))
    assert (wrong.status_code, wrong.json) == (unknown.status_code, unknown.json)
    refused(unknown, 401, "invalid_client")


def test_a_request_without_any_client_is_refused(walk: Walk) -> None:
    refused(post(walk, code_request("a-code")), 401, "invalid_client")


def test_a_disabled_client_is_refused_within_a_second(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    code = walk.code(client)
    walk.disable(client)
    clock.advance(1)
    refused(walk.redeem(client, code), 401, "invalid_client")


def test_two_authentications_at_once_are_refused(walk: Walk) -> None:
    client_id, secret = pair(walk.factory.client())
    data = code_request("a-code", client_id=client_id, client_secret=secret)
    refused(post(walk, data, auth=(client_id, secret)), 400, "invalid_request")


def test_a_name_in_the_body_must_be_the_one_of_the_header(walk: Walk) -> None:
    one, other = walk.factory.client(), walk.factory.client()
    data = code_request("a-code", client_id=other.client_id)
    refused(post(walk, data, auth=pair(one)), 400, "invalid_request")


def test_the_name_of_the_header_may_be_in_the_body_too(walk: Walk) -> None:
    client = walk.ready()
    data = code_request(walk.code(client), client_id=client.client_id)
    assert post(walk, data, auth=pair(client)).status_code == 200


def test_an_unreadable_header_authenticates_nobody(walk: Walk) -> None:
    client_id, secret = pair(walk.factory.client())
    for header in (
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic é",
        "Basic YQ",
        basic(b"no-colon"),
        basic(b"\xff\xfe:\xff"),
        basic(b"%ff:%ff"),
        basic(f"{client_id}:".encode()),
        basic(f":{secret}".encode()),
        basic("é:mot de passe à accents ✓".encode()),
        basic(f"{client_id}:é".encode()),
        basic(f"{client_id}:\0".encode()),
        basic(b"a" * 300 + b":b"),
        f"Bearer {secret}",
        "Negotiate abc",
        secret,
    ):
        answer = with_header(walk, header)
        assert answer.status_code == 401, header
        refused(answer, 401, "invalid_client")


def test_the_header_is_form_encoded_inside(walk: Walk) -> None:
    client = walk.ready()
    client_id, secret = pair(client)
    escaped = "".join(f"%{byte:02X}" for byte in client_id.encode())
    header = basic(f"{escaped}:{secret}".encode())
    answer = post(walk, code_request(walk.code(client)), headers={"Authorization": header})
    assert answer.status_code == 200


def test_a_secret_that_is_not_ascii_is_only_wrong(walk: Walk) -> None:
    client = walk.factory.client(token_endpoint_auth_method="client_secret_post")
    data = code_request("a-code", client_id=client.client_id, client_secret="mot de passe à ✓")
    refused(post(walk, data), 401, "invalid_client")


# The request


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(walk: Walk, method: str) -> None:
    answer = walk.app.test_client().open("/token", method=method, base_url=ISSUER)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_parameters_in_the_address_are_refused(walk: Walk) -> None:
    client = walk.ready()
    data = code_request(walk.code(client))
    answer = walk.app.test_client().post(
        "/token?grant_type=authorization_code", data=data, auth=pair(client), base_url=ISSUER
    )
    refused(answer, 400, "invalid_request")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
def test_another_kind_of_body_is_refused(walk: Walk, kind: str) -> None:
    client = walk.factory.client()
    answer = post(walk, "grant_type=authorization_code", content_type=kind, auth=pair(client))
    refused(answer, 400, "invalid_request")


def test_the_kind_of_body_may_name_its_charset(walk: Walk) -> None:
    client = walk.factory.client()
    answer = post(
        walk, "grant_type=x", content_type=f"{FORM.upper()}; charset=UTF-8", auth=pair(client)
    )
    refused(answer, 400, "unsupported_grant_type")


def test_a_request_that_cannot_be_read_is_refused(walk: Walk) -> None:
    client = walk.factory.client()
    right = b"grant_type=refresh_token&refresh_token=x"
    for body in (
        b"",
        b"grant_type=",
        right + b"&grant_type=refresh_token",
        right + b"&scope=%ff",
        right + b"&scope=\xff",
        right + b"&scope=%00",
        right + b"&scope=a%0ab",
        right + b"&scope=" + b"a" * 9000,
        right + b"&a" * 200,
        b"grant_type=refresh_token",
        b"grant_type=authorization_code",
    ):
        answer = post(walk, body, content_type=FORM, auth=pair(client))
        assert answer.status_code == 400, body
        refused(answer, 400, "invalid_request")


def test_a_body_that_is_too_long_is_refused(walk: Walk) -> None:
    answer = post(walk, b"a" * 70_000, content_type=FORM)
    refused(answer, 400, "invalid_request")


def test_an_endless_length_is_no_reason_to_fail(walk: Walk) -> None:
    for length in ("9" * 5000, "-1", "1e3", "٣"):
        environ = {"CONTENT_LENGTH": length}
        answer = post(walk, b"a=b", content_type=FORM, environ_overrides=environ)
        refused(answer, 400, "invalid_request")


def test_an_unknown_grant_is_not_quoted(walk: Walk) -> None:
    client = walk.factory.client()
    for grant in ("password", "device_code", "implicit", 'é"\\✓'):
        answer = post(walk, {"grant_type": grant}, auth=pair(client))
        refused(answer, 400, "unsupported_grant_type")
        assert answer.json == {"error": "unsupported_grant_type"}


def test_a_client_may_not_use_a_grant_it_is_not_registered_for(walk: Walk) -> None:
    client = walk.factory.client(grant_types=["authorization_code"])
    refused(walk.refresh(client, "a-token"), 400, "unauthorized_client")


def test_garbage_writes_nothing_and_waits_for_nobody(walk: Walk) -> None:
    before = walk.contents()
    with walk.database.writing() as session:
        session.connection()  # and writes for a long time
        for data in ({"grant_type": "x"}, code_request("a-code"), {"grant_type": "refresh_token"}):
            assert post(walk, data).status_code in {400, 401}
    assert walk.contents() == before


def test_the_issuer_may_be_any_loopback_address(settings: Settings, factory: Factory) -> None:
    """Authlib itself believes in http on localhost alone."""
    moved = create_app(settings.model_copy(update={"issuer": "http://127.0.0.1:8000"}))
    answer = moved.test_client().post(
        "/token", data={"grant_type": "refresh_token"}, base_url="http://127.0.0.1:8000"
    )
    database: Database = moved.extensions["idp"].provider.database
    database.dispose()
    assert answer.json is not None
    assert answer.json["error"] == "invalid_client"
