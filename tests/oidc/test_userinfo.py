"""The UserInfo endpoint (OpenID Connect Core 1.0, section 5.3; RFC 6750)."""

from typing import Any

import orjson
import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from idp.directory import configuration
from idp.models import AccountState, Client, Consent
from idp.oidc.http import FORM
from idp.oidc.jws import Signer
from tests.browser_client import ISSUER
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk

BARE = f'Bearer realm="{ISSUER}"'
SCOPE = "openid identite_pivot ins_c email phone"


def token(walk: Walk, scope: str = "openid", **parameters: str) -> str:
    return str(walk.tokens(walk.ready(), scope=scope, **parameters)["access_token"])


def ask(
    walk: Walk, method: str = "GET", address: str = "/userinfo", **options: Any
) -> TestResponse:
    return walk.app.test_client().open(address, method=method, base_url=ISSUER, **options)


def told(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def refused(answer: TestResponse, status: int = 401, error: str = "invalid_token") -> bool:
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith(f'{BARE}, error="{error}", error_description="')
    assert answer.json is not None
    return (answer.status_code, answer.json["error"]) == (status, error)


# How to ask


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_token_can_be_in_the_header(walk: Walk, method: str) -> None:
    header = {"Authorization": f"Bearer {token(walk)}"}
    assert told(ask(walk, method, headers=header)).keys() == {"sub"}


def test_the_scheme_has_no_case(walk: Walk) -> None:
    assert told(ask(walk, headers={"Authorization": f"bEARER {token(walk)}"}))


def test_the_token_can_be_in_the_form(walk: Walk) -> None:
    assert told(ask(walk, "POST", data={"access_token": token(walk)}))


def test_the_token_may_not_be_in_the_address(walk: Walk) -> None:
    answer = ask(walk, address=f"/userinfo?access_token={token(walk)}")
    assert refused(answer, 400, "invalid_request")


def test_the_token_may_not_be_in_two_places(walk: Walk) -> None:
    text = token(walk)
    header = {"Authorization": f"Bearer {text}"}
    answer = ask(walk, "POST", data={"access_token": text}, headers=header)
    assert refused(answer, 400, "invalid_request")


def test_a_form_of_another_kind_is_not_looked_into(walk: Walk) -> None:
    answer = ask(walk, "POST", json={"access_token": token(walk)})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, BARE)


def test_a_form_that_cannot_be_read_is_refused(walk: Walk) -> None:
    answer = ask(walk, "POST", data="access_token=%ff", content_type=FORM)
    assert refused(answer, 400, "invalid_request")


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "DPoP abc"])
def test_who_shows_no_token_is_told_nothing_but_how(walk: Walk, header: str | None) -> None:
    answer = ask(walk, headers={"Authorization": header} if header is not None else {})
    assert (answer.status_code, answer.json) == (401, {})
    assert answer.headers["WWW-Authenticate"] == BARE


def test_other_methods_are_refused(walk: Walk) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = ask(walk, method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


def test_what_is_told_is_kept_by_no_cache(walk: Walk) -> None:
    assert walk.userinfo(token(walk)).headers["Cache-Control"] == "no-store"


def test_asking_writes_nothing(walk: Walk) -> None:
    text = token(walk, SCOPE)
    before = walk.contents()
    told(walk.userinfo(text))
    assert walk.contents() == before


# What is told


def test_the_scopes_say_what_is_told(walk: Walk) -> None:
    answer = told(walk.userinfo(token(walk, SCOPE)))
    assert answer.pop("sub")
    assert answer.pop("ins_c").isdecimal()
    assert answer == {
        "given_name": "MARIE CHRISTINE",
        "family_name": "MARTIN",
        "birthdate": "1977-01-31",
        "gender": "female",
        "birthplace": "18033",
        "birthcountry": answer["birthcountry"],
        "email": "m.martin@exemple.fr",
        "email_verified": True,
    }


def test_what_the_token_was_not_given_for_is_not_told(walk: Walk) -> None:
    assert told(walk.userinfo(token(walk, "openid email"))).keys() == {
        "sub",
        "email",
        "email_verified",
    }


def test_a_single_claim_can_be_asked_for(walk: Walk) -> None:
    claims = orjson.dumps({"userinfo": {"birthdate": None}}).decode()
    answer = told(walk.userinfo(token(walk, "openid identite_pivot", claims=claims)))
    assert answer["birthdate"] == "1977-01-31"


def test_a_claim_for_the_id_token_is_not_told_here(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client, "openid", "claim:email")
    claims = orjson.dumps({"id_token": {"email": None}}).decode()
    tokens = walk.tokens(client, claims=claims)
    assert walk.id_claims(tokens)["email"]
    assert told(walk.userinfo(tokens["access_token"])).keys() == {"sub"}


def test_what_was_declined_since_is_not_told(walk: Walk) -> None:
    text = token(walk, "openid email ins_c")
    with walk.database.writing() as session:
        session.scalars(select(Consent)).one().granted = ["ins_c"]
    assert told(walk.userinfo(text)).keys() == {"sub", "ins_c"}


def test_what_the_client_may_no_longer_have_is_not_told(walk: Walk) -> None:
    text = token(walk, "openid email ins_c")
    with walk.database.writing() as session:
        session.execute(update(Client).values(scope="openid ins_c"))
        configuration.bump(session)
    assert told(walk.userinfo(text)).keys() == {"sub", "ins_c"}


# Which tokens


def test_an_expired_token_is_refused(walk: Walk, clock: HeldClock) -> None:
    text = token(walk)
    clock.advance(299)
    assert told(walk.userinfo(text))
    clock.advance(1)
    assert refused(walk.userinfo(text))


def test_an_altered_token_is_refused(walk: Walk) -> None:
    right = token(walk)
    flipped = ("B" if right[20] == "A" else "A").join((right[:20], right[21:]))
    for wrong in (flipped, right[:-1], f"{right}A", f"{right}=", right[::-1], "a", "a.b", "a.b.c"):
        assert refused(walk.userinfo(wrong)), wrong


def test_an_altered_jwt_is_refused(walk: Walk) -> None:
    walk.factory.resource()
    client = walk.ready(scope="openid documents")
    right = str(walk.tokens(client, scope="openid documents")["access_token"])
    header, payload, signature = right.split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0"
    for wrong in (
        f"{header}.{payload}.",
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{header}.{payload[:-4]}AAAA.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
    ):
        assert refused(walk.userinfo(wrong)), wrong
    assert told(walk.userinfo(right))


def test_an_id_token_is_no_access_token(walk: Walk) -> None:
    assert refused(walk.userinfo(walk.tokens(walk.ready())["id_token"]))


def test_a_refresh_token_is_no_access_token(walk: Walk) -> None:
    tokens = walk.tokens(walk.ready(), scope="openid offline_access")
    assert refused(walk.userinfo(tokens["refresh_token"]))


def test_a_token_that_somebody_else_signed_is_refused(walk: Walk, stranger: Signer) -> None:
    walk.factory.resource()
    client = walk.ready(scope="openid documents")
    right = walk.tokens(client, scope="openid documents")["access_token"]
    claims = dict(walk.decoded(right).claims)
    assert refused(walk.userinfo(stranger.sign(claims, "at+jwt")))


def test_a_token_that_is_not_for_userinfo_is_refused(walk: Walk) -> None:
    walk.factory.resource()
    client = walk.ready(scope="openid documents")
    right = walk.tokens(client, scope="openid documents")["access_token"]
    signer = walk.app.extensions["idp"].provider.registry.signer("ES256")
    claims = dict(walk.decoded(right).claims)
    for other in ({"aud": ["https://api.example"]}, {"iss": "https://evil.example"}):
        assert refused(walk.userinfo(signer.sign(claims | other, "at+jwt")))
    for typ in ("JWT", "logout+jwt", ""):
        assert refused(walk.userinfo(signer.sign(claims, typ))), typ


def test_the_tokens_of_a_blocked_account_are_refused(walk: Walk) -> None:
    person, client = walk.factory.person(), walk.factory.client()
    walk.sign_in(person)
    walk.agree(person, client)
    text = walk.tokens(client)["access_token"]
    walk.set_state(person, AccountState.BLOCKED)
    assert refused(walk.userinfo(text))


def test_the_tokens_of_a_disabled_client_are_refused(walk: Walk) -> None:
    client = walk.ready()
    text = walk.tokens(client)["access_token"]
    walk.disable(client)
    assert refused(walk.userinfo(text))


def test_the_tokens_of_a_withdrawn_consent_are_refused(walk: Walk) -> None:
    text = token(walk)
    with walk.database.writing() as session:
        session.delete(session.scalars(select(Consent)).one())
    assert refused(walk.userinfo(text))


# Signed


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_userinfo_is_signed_for_who_is_registered_for_it(walk: Walk, alg: str) -> None:
    client = walk.ready(userinfo_signed_response_alg=alg)
    tokens = walk.tokens(client, scope="openid email")
    answer = walk.userinfo(tokens["access_token"])
    assert answer.headers["Content-Type"] == "application/jwt"
    assert answer.headers["Cache-Control"] == "no-store"
    decoded = walk.decoded(answer.text, alg)
    assert (decoded.header["alg"], decoded.claims["iss"]) == (alg, ISSUER)
    assert decoded.claims["aud"] == client.client_id
    assert decoded.claims["sub"] == walk.id_claims(tokens)["sub"]
    assert decoded.claims["email"] == "m.martin@exemple.fr"


def test_signed_userinfo_is_no_token(walk: Walk) -> None:
    client = walk.ready(userinfo_signed_response_alg="ES256")
    answer = walk.userinfo(walk.tokens(client)["access_token"]).text
    assert refused(walk.userinfo(answer))
    assert walk.silent(client, id_token_hint=answer) == "invalid_request"
