"""Request objects by value (RFC 9101; OpenID Connect Core 1.0, section 6.1)."""

from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.browser_client import ISSUER, Page
from tests.factories import App
from tests.held_clock import START, HeldClock
from tests.oidc.assertions import KEYS
from tests.oidc.request_objects import TYPE, accepts, asker, beside, signed, unsigned
from tests.oidc.walk import Walk

REQUEST = f"application/{TYPE}"


def asks(walk: Walk, client: App, text: str, **more: str) -> Page:
    """By value, with nothing in the address but the object and what must be there."""
    return walk.authorize(client, **beside(client, request=text, **more))


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256", "PS256"])
def test_a_signed_object_says_everything(walk: Walk, alg: str) -> None:
    client = asker(walk, jwks={"keys": [KEYS[alg].as_dict(private=False)]})
    page = asks(walk, client, signed(client, alg=alg))
    assert accepts(page)
    assert walk.redeem(client, page.parameters["code"]).status_code == 200


@pytest.mark.parametrize(
    "header", [{"typ": None}, {"typ": "JWT"}, {"typ": "jwt"}, {"typ": REQUEST}, {"typ": TYPE}]
)
def test_the_type_may_be_the_one_or_none(walk: Walk, header: dict[str, Any]) -> None:
    client = asker(walk)
    assert accepts(asks(walk, client, signed(client, header)))


def test_a_setting_takes_objects_of_the_type_only(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = walk.settings.model_copy(update={"request_object_typ_required": True})
    monkeypatch.setattr(walk.app.extensions["idp"].provider, "settings", strict)
    client = asker(walk)
    assert not accepts(asks(walk, client, signed(client, {"typ": "JWT"})))
    assert not accepts(asks(walk, client, signed(client, {"typ": None})))
    assert accepts(asks(walk, client, signed(client)))


def test_what_stands_beside_the_object_is_not_used(walk: Walk) -> None:
    """Not even where the object says nothing (RFC 9101, section 6.3)."""
    client = asker(walk)
    page = walk.authorize(client, request=signed(client, state=None), state="beside")
    assert "state" not in page.parameters
    assert "code" in page.parameters
    page = walk.authorize(client, request=signed(client, code_challenge=None))
    assert page.parameters["error"] == "invalid_request"
    page = asks(walk, client, signed(client, prompt="login"), prompt="none")
    assert page.path.endswith("/password")


def test_the_address_in_the_object_is_the_one(walk: Walk) -> None:
    other = "https://app.example/other"
    client = asker(walk, redirect_uris=["https://app.example/callback", other])
    page = walk.authorize(client, request=signed(client, redirect_uri=other))
    assert page.address.startswith(f"{other}?code=")
    page = walk.authorize(
        client, request=signed(client), redirect_uri="https://evil.example/callback"
    )
    assert accepts(page)
    page = walk.authorize(client, request=signed(client, redirect_uri="https://evil.example/x"))
    assert (page.status, page.is_outside) == (400, False)


def test_every_kind_of_parameter_has_its_place_in_the_object(walk: Walk) -> None:
    walk.factory.resource()
    client = asker(walk, scope="openid documents email")
    text = signed(
        client,
        scope="openid documents email",
        resource=["https://api.example"],
        claims={"id_token": {"email": {"essential": True}}},
        max_age=300,
        response_mode="form_post",
        favourite_colour={"is": ["ignored"]},
    )
    page = asks(walk, client, text)
    tokens = walk.redeem(client, page.parameters["code"]).json or {}
    assert walk.id_claims(tokens)["email"] == "m.martin@exemple.fr"
    assert walk.decoded(tokens["access_token"]).claims["aud"][0] == "https://api.example"


def test_the_steps_know_what_the_object_says(walk: Walk) -> None:
    client = asker(walk)
    walk.browser.client.delete_cookie("dmp-session")
    asks(walk, client, signed(client, login_hint="1234 5678 9043"))
    page = walk.browser.sign_in(client, walk.factory.person(), walk.factory)
    assert "code" in page.parameters


REFUSED: dict[str, dict[str, Any]] = {
    "no issuer": {"iss": None},
    "another issuer": {"iss": "app-99"},
    "a list of issuers": {"iss": ["app-1"]},
    "no audience": {"aud": None},
    "another audience": {"aud": "https://evil.example"},
    "an audience like ours": {"aud": f"{ISSUER}/token"},
    "over": {"exp": START - 61},
    "without an end in sight": {"exp": START + 86_400},
    "an end in words": {"exp": "soon"},
    "an end by truth": {"exp": True},
    "not yet": {"nbf": START + 120},
    "from the future": {"iat": START + 120},
    "no client": {"client_id": None},
    "another client": {"client_id": "app-99"},
    "another response type": {"response_type": "token"},
    "an object inside": {"request": "a.b.c"},
    "an address of another one inside": {"request_uri": "https://app.example/r"},
    "a parameter that is a number": {"state": 7},
    "an age by truth": {"max_age": True},
    "a number of an API": {"resource": [7]},
    "a control character": {"state": "a\u0000b"},
    "claims in the deep": {"claims": {"a": None}},
    "a name without an end": {"jti": "once", "exp": None},
    "a name that is a number": {"jti": 7},
    "an assertion": {"sub": "the-client"},
}


def bent(client: App, changes: dict[str, Any]) -> str:
    if changes.get("sub"):
        changes = {"sub": client.client_id}
    if "claims" in changes:
        deep: Any = None
        for _ in range(300):
            deep = [deep]
        changes = {"claims": deep}
    return signed(client, **changes)


def test_an_object_that_is_not_strictly_right_is_refused(walk: Walk) -> None:
    client = asker(walk)
    for wrong, changes in REFUSED.items():
        page = walk.authorize(client, request=bent(client, changes))
        assert page.parameters.get("error") in {"invalid_request_object", "invalid_request"}, wrong
        assert page.parameters["state"] == "the-state"
        assert page.parameters["iss"] == ISSUER


def test_an_audience_may_be_one_of_several(walk: Walk) -> None:
    client = asker(walk)
    assert accepts(asks(walk, client, signed(client, aud=["https://other.example", ISSUER])))


def test_a_refusal_is_told_the_way_that_the_address_asks_for(walk: Walk) -> None:
    client = asker(walk)
    page = walk.authorize(client, request="a.b.c", response_mode="form_post")
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.parameters["error"] == "invalid_request_object"


def test_an_object_that_is_refused_tells_nobody_where_to_go(walk: Walk) -> None:
    """Its redirect_uri is not believed, and the address names none, or a wrong one."""
    client = asker(walk)
    for address in (None, "https://evil.example/callback"):
        page = walk.authorize(client, request=signed(client, aud="x"), redirect_uri=address)
        assert (page.status, page.is_outside) == (400, False)
        assert "invalid_request_object" in page.text


@pytest.mark.parametrize(
    "metadata",
    [
        {"request_object_signing_alg": "RS256"},
        {"jwks": None},
        {"jwks": {"keys": [KEYS["RS256"].as_dict(private=False)]}},
        {"jwks": {"keys": [KEYS["ES256"].as_dict(private=False) | {"use": "enc"}]}},
    ],
)
def test_algorithm_and_key_are_those_of_the_registration(
    walk: Walk, metadata: dict[str, Any]
) -> None:
    client = asker(walk, **metadata)
    page = walk.authorize(client, request=signed(client))
    assert page.parameters["error"] == "invalid_request_object"


def test_a_secret_signs_no_request(walk: Walk) -> None:
    secret = "a-secret-that-is-kept-for-assertions"
    client = asker(walk, client_secret=secret, token_endpoint_auth_method="client_secret_jwt")
    text = signed(client, alg="HS256", key=OctKey.import_key(secret))
    assert walk.authorize(client, request=text).parameters["error"] == "invalid_request_object"


def test_an_object_with_a_name_is_good_once(walk: Walk, clock: HeldClock) -> None:
    client = asker(walk)
    text = signed(client, jti="once")
    assert accepts(asks(walk, client, text))
    page = walk.authorize(client, request=text)
    assert page.parameters["error"] == "invalid_request_object"
    other = asker(walk)
    assert accepts(asks(walk, other, signed(other, jti="once")))


def test_an_object_without_a_name_may_be_sent_again(walk: Walk) -> None:
    """A reload is no attack; what comes of it is bound to the browser, as ever."""
    client = asker(walk)
    text = signed(client)
    assert accepts(asks(walk, client, text))
    assert accepts(asks(walk, client, text))


def test_a_posted_object_is_opened_before_the_cookie_arrives(walk: Walk) -> None:
    client = asker(walk)
    values = {"client_id": client.client_id, "request": signed(client, jti="posted")}
    posted = walk.app.test_client().post("/authorize", data=values, base_url=ISSUER)
    assert accepts(walk.browser.get(posted.headers["Location"]))


def test_an_unsigned_object_is_refused(walk: Walk) -> None:
    client = asker(walk)
    page = walk.authorize(client, request=unsigned(client))
    assert page.parameters["error"] == "request_not_supported"
