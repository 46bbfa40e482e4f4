"""`claims` with values, beside scopes (OpenID Connect Core 1.0, section 5.5)."""

from typing import Any

import orjson
import pytest

from idp.oidc import people
from tests.oidc.walk import Walk

MAIL = "m.martin@exemple.fr"


def asking(**members: dict[str, Any]) -> str:
    return orjson.dumps(members).decode()


def told(walk: Walk, claims: str, scope: str = "openid") -> tuple[dict[str, Any], dict[str, Any]]:
    """What the ID token and userinfo say to somebody who agreed to everything."""
    person, client = walk.factory.person(), walk.factory.client(scope="openid email phone")
    walk.sign_in(person)
    walk.agree(person, client, "openid", "email", "claim:email", "claim:email_verified")
    tokens = walk.tokens(client, claims=claims, scope=scope)
    userinfo = walk.userinfo(tokens["access_token"]).json
    return walk.id_claims(tokens), dict(userinfo or {})


@pytest.mark.parametrize(
    ("options", "given"),
    [
        (None, True),
        ({"essential": True}, True),
        ({"value": MAIL}, True),
        ({"values": ["somebody@else.example", MAIL]}, True),
        ({"essential": True, "value": "somebody@else.example"}, False),
        ({"values": ["somebody@else.example"]}, False),
        ({"values": []}, False),
        ({"value": None}, False),
        ({"value": [MAIL]}, False),
    ],
)
def test_a_claim_for_which_another_value_is_wanted_is_simply_not_given(
    walk: Walk, options: dict[str, Any] | None, given: bool
) -> None:
    id_token, userinfo = told(walk, asking(id_token={"email": options}, userinfo={"email": None}))
    assert (id_token.get("email") == MAIL) is given
    assert userinfo["email"] == MAIL  # there it was asked for without a value


def test_true_is_not_one(walk: Walk) -> None:
    claims = asking(id_token={"email_verified": {"value": 1}})
    assert "email_verified" not in told(walk, claims)[0]
    claims = asking(id_token={"email_verified": {"value": True}})
    assert told(walk, claims)[0]["email_verified"] is True


def test_what_a_scope_gives_is_given_besides(walk: Walk) -> None:
    """ "in addition to any Claims that are being requested using scope values" (section 5.5)."""
    claims = asking(userinfo={"email": {"value": "somebody@else.example"}})
    assert told(walk, claims, "openid email")[1]["email"] == MAIL
    assert "email" not in told(walk, claims)[1]


def test_whether_a_value_is_the_right_one_is_not_told_before_the_person_agreed(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an application would guess, in silence, until it is asked to wait for a consent."""
    person, client = walk.factory.person(), walk.factory.client(scope="openid email")
    walk.sign_in(person)
    walk.agree(person, client, "openid")
    monkeypatch.setattr(people, "read", None)
    for value in (MAIL, "somebody@else.example"):
        claims = asking(userinfo={"email": {"essential": True, "value": value}})
        assert walk.silent(client, claims=claims) == "consent_required"


def test_one_of_several_persons_may_answer(walk: Walk) -> None:
    client = walk.ready()
    sub = walk.id_claims(walk.tokens(client))["sub"]
    for member in ("id_token", "userinfo"):
        assert walk.silent(client, claims=asking(**{member: {"sub": {"values": ["x", sub]}}})) == ""
        claims = asking(**{member: {"sub": {"essential": True, "values": ["x", "y"]}}})
        assert walk.silent(client, claims=claims) == "login_required"
    both = asking(id_token={"sub": {"value": sub}}, userinfo={"sub": {"value": "x"}})
    assert walk.silent(client, claims=both) == "login_required"


def test_claims_that_nobody_knows_are_ignored(walk: Walk) -> None:
    claims = asking(id_token={"favourite_colour": {"essential": True}, "email#fr": None}, other={})
    assert "favourite_colour" not in told(walk, claims)[0]


def test_hints_about_language_and_display_cost_nothing(walk: Walk) -> None:
    client = walk.ready()
    for display in ("page", "popup", "touch", "wap"):
        assert walk.code(client, display=display, claims_locales="fr-CA se", ui_locales="se")
