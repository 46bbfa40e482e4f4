"""Whom an application expects: `id_token_hint`, and `sub` among the claims (OpenID Connect
Core 1.0, sections 3.1.2.1 and 3.1.2.2)."""

import orjson

from idp.oidc.jws import Signer
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk


def subject(sub: str) -> str:
    return orjson.dumps({"id_token": {"sub": {"value": sub}}}).decode()


def test_a_hint_of_the_person_signed_in_asks_nothing(walk: Walk) -> None:
    client = walk.ready()
    hint = walk.tokens(client)["id_token"]
    assert walk.code(client, id_token_hint=hint)


def test_an_expired_hint_is_still_a_hint(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    hint = walk.tokens(client)["id_token"]
    clock.advance(walk.settings.id_token_lifetime + 1)
    assert walk.code(client, id_token_hint=hint)


def test_whoever_signs_in_instead_of_the_person_hinted_at_is_not_let_through(
    walk: Walk,
) -> None:
    client = walk.ready()
    hint = walk.tokens(client)["id_token"]
    other = walk.factory.person()
    walk.sign_in(other)
    walk.agree(other, client)
    assert walk.authorize(client, id_token_hint=hint).path.endswith("/password")
    page = walk.browser.give_password(other)
    assert page.parameters["error"] == "login_required"


def test_a_hint_for_another_client_is_refused(walk: Walk) -> None:
    hint = walk.tokens(walk.ready())["id_token"]
    page = walk.authorize(walk.factory.client(), id_token_hint=hint)
    assert page.parameters["error"] == "invalid_request"


def test_an_access_token_is_no_hint(walk: Walk) -> None:
    walk.factory.resource()
    client = walk.ready(scope="openid documents")
    token = walk.tokens(client, scope="openid documents")["access_token"]
    page = walk.authorize(client, id_token_hint=token)
    assert page.parameters["error"] == "invalid_request"


def test_a_hint_that_somebody_else_signed_is_refused(walk: Walk, stranger: Signer) -> None:
    client = walk.ready()
    claims = walk.id_claims(walk.tokens(client))
    page = walk.authorize(client, id_token_hint=stranger.sign(claims, "JWT"))
    assert page.parameters["error"] == "invalid_request"


def test_a_person_named_among_the_claims_must_answer(walk: Walk) -> None:
    client = walk.ready()
    sub = walk.id_claims(walk.tokens(client))["sub"]
    assert walk.silent(client, claims=subject(sub)) == ""
    assert walk.silent(client, claims=subject("somebody-else")) == "login_required"


def test_two_persons_cannot_both_answer(walk: Walk) -> None:
    person, client = walk.agreed()
    first = walk.tokens(client)["id_token"]
    other = walk.factory.person()
    walk.sign_in(other)
    walk.agree(other, client)
    second = walk.id_claims(walk.tokens(client))["sub"]
    assert walk.silent(client, id_token_hint=first, claims=subject(second)) == "login_required"
    walk.sign_in(person)
    assert walk.silent(client, id_token_hint=first, claims=subject(second)) == "login_required"
