"""What an authorization request has to be (RFC 6749, section 4.1.1; OpenID Connect Core 1.0,
section 3.1.2.1; RFC 7636, section 4.3), and to whom a refusal is said."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from idp.models import Interaction
from idp.oidc.http import FORM
from tests.browser_client import CHALLENGE, ISSUER, Browser, authorization_query
from tests.factories import API, CALLBACK, Factory
from tests.held_clock import HeldClock
from tests.oidc.walk import Walk

# RFC 6749, section 4.1.2.1
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")

UNREGISTERED = [
    "https://app.example/callback/",
    "https://app.example/callback?next=1",
    "https://app.example/callback#there",
    "https://app.example/%63allback",
    "https://app.example/other/../callback",
    "https://app.example:443/callback",
    "https://APP.example/callback",
    "https://app.example@evil.example/callback",
    "https://app.example.evil.example/callback",
    "https://app.example/callback ",
    "http://app.example/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    '"><script>alert(1)</script>',
    "https://app.éxample/callback",
]

# What is wrong → parameters, error.
REFUSALS: dict[str, tuple[dict[str, str | None], str]] = {
    "response mode": ({"response_mode": "fragment"}, "invalid_request"),
    "no response type": ({"response_type": None}, "invalid_request"),
    "implicit flow": ({"response_type": "token"}, "unsupported_response_type"),
    "hybrid flow": ({"response_type": "code id_token"}, "unsupported_response_type"),
    "a request object of nothing": ({"request": "e30.e30."}, "invalid_request_object"),
    "a request object of a stranger": (
        {"request_uri": "https://a.example"},
        "invalid_request_uri",
    ),
    "two request objects": ({"request": "a.b.c", "request_uri": "x"}, "invalid_request"),
    "registration": ({"registration": "{}"}, "registration_not_supported"),
    "no scope": ({"scope": None}, "invalid_scope"),
    "scope without openid": ({"scope": "email"}, "invalid_scope"),
    "a scope the client may not have": ({"scope": "openid ins"}, "invalid_scope"),
    "an unknown scope": ({"scope": "openid everything"}, "invalid_scope"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "neither challenge nor method": (
        {"code_challenge": None, "code_challenge_method": None},
        "invalid_request",
    ),
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "plain by default": ({"code_challenge_method": None}, "invalid_request"),
    "a padded challenge": ({"code_challenge": f"{CHALLENGE}="}, "invalid_request"),
    "a short challenge": ({"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
    "an unknown prompt": ({"prompt": "register"}, "invalid_request"),
    "none beside another prompt": ({"prompt": "none login"}, "invalid_request"),
    "create beside another prompt": ({"prompt": "create login"}, "invalid_request"),
    "create beside none": ({"prompt": "none create"}, "invalid_request"),
    "a negative age": ({"max_age": "-1"}, "invalid_request"),
    "an age in words": ({"max_age": "ten"}, "invalid_request"),
    "an age in other digits": ({"max_age": "१०"}, "invalid_request"),
    "an endless age": ({"max_age": "9" * 5000}, "invalid_request"),
    "claims that are no JSON": ({"claims": "{"}, "invalid_request"),
    "claims that are a list": ({"claims": "[]"}, "invalid_request"),
    "claims for a list": ({"claims": '{"userinfo":[]}'}, "invalid_request"),
    "a claim by a number": ({"claims": '{"userinfo":{"email":1}}'}, "invalid_request"),
    "claims as deep as the sea": ({"claims": '{"a":' * 1100 + "1" + "}" * 1100}, "invalid_request"),
    "a value in the deep": (
        {"claims": '{"id_token":{"email":{"value":' + "[" * 900 + "]" * 900 + "}}}"},
        "invalid_request",
    ),
    "levels by a word": (
        {"claims": '{"id_token":{"acr":{"essential":true,"values":"phr"}}}'},
        "invalid_request",
    ),
    "values by a word": ({"claims": '{"userinfo":{"email":{"values":"x"}}}'}, "invalid_request"),
    "values without an end": (
        {"claims": '{"userinfo":{"email":{"values":[' + "1," * 100 + "1]}}}"},
        "invalid_request",
    ),
    "persons by numbers": (
        {"claims": '{"userinfo":{"sub":{"values":["a",1]}}}'},
        "invalid_request",
    ),
    "a person by a number": ({"claims": '{"id_token":{"sub":{"value":1}}}'}, "invalid_request"),
    "a person with a NUL": (
        {"claims": '{"id_token":{"sub":{"value":"a\\u0000"}}}'},
        "invalid_request",
    ),
    "a hint of nothing": ({"id_token_hint": "nothing"}, "invalid_request"),
    "an unknown display": ({"display": "hologram"}, "invalid_request"),
}


@pytest.mark.parametrize("parameters", [{"client_id": None}, {"client_id": "nobody"}])
def test_without_a_client_the_refusal_is_shown(
    walk: Walk, parameters: dict[str, str | None]
) -> None:
    page = walk.authorize(walk.factory.client(), **parameters)
    assert (page.status, page.is_outside) == (400, False)
    assert page.headers["Content-Type"].startswith("text/html")


def test_nobody_is_redirected_to_an_address_that_is_not_registered(walk: Walk) -> None:
    client = walk.factory.client()
    for address in [None, *UNREGISTERED]:
        # A refusal by itself would be redirected: which one is no matter.
        page = walk.authorize(client, redirect_uri=address, response_type="token")
        assert (page.status, page.is_outside) == (400, False), address
        assert "<script>alert" not in page.text


def test_a_client_is_told_what_is_wrong_with_its_request(walk: Walk) -> None:
    client = walk.factory.client()
    for wrong, (parameters, error) in REFUSALS.items():
        page = walk.authorize(client, **parameters)
        assert page.address.partition("?")[0] == CALLBACK, wrong
        told = page.parameters
        description = told.pop("error_description")
        assert told == {"error": error, "state": "the-state", "iss": ISSUER}, wrong
        assert DESCRIPTION.fullmatch(description), description


def test_a_disabled_client_gets_nobody_sent(walk: Walk, clock: HeldClock) -> None:
    client = walk.ready()
    walk.code(client)
    walk.disable(client)
    clock.advance(1)
    page = walk.authorize(client)
    assert (page.status, page.is_outside) == (400, False)


def test_a_client_that_does_not_use_codes_gets_none(walk: Walk) -> None:
    page = walk.authorize(walk.factory.client(response_types=[]))
    assert page.parameters["error"] == "unauthorized_client"


def test_a_level_that_nobody_can_reach_is_said_at_once(walk: Walk) -> None:
    wanted = '{"id_token":{"acr":{"essential":true,"values":["urn:other"]}}}'
    page = walk.authorize(walk.factory.client(), claims=wanted)
    assert page.parameters["error"] == "unmet_authentication_requirements"


def test_scopes_of_two_apis_do_not_go_into_one_token(walk: Walk) -> None:
    walk.factory.resource()
    walk.factory.resource(f"{API}/2", scope="letters")
    client = walk.factory.client(scope="openid documents letters")
    page = walk.authorize(client, scope="openid documents letters")
    assert page.parameters["error"] == "invalid_scope"


def test_the_port_of_a_loopback_address_may_vary_and_nothing_else(walk: Walk) -> None:
    client = walk.ready(
        redirect_uris=["http://127.0.0.1/cb", "http://localhost:7000/cb", "http://[::1]:1/cb"]
    )
    for right in ("http://127.0.0.1/cb", "http://127.0.0.1:50123/cb", "http://[::1]:50123/cb"):
        assert walk.authorize(client, redirect_uri=right).address.startswith(f"{right}?")
    for wrong in (
        "http://localhost:7001/cb",
        "http://127.0.0.1:80/other",
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.2:80/cb",
        "http://127.0.0.1:٣٣٣/cb",
        "https://127.0.0.1:80/cb",
    ):
        assert walk.authorize(client, redirect_uri=wrong).status == 400, wrong


def test_a_registered_query_is_kept(walk: Walk) -> None:
    client = walk.ready(redirect_uris=["https://app.example/cb?tenant=a%20b"])
    page = walk.authorize(client)
    assert page.address.startswith("https://app.example/cb?tenant=a%20b&code=")


def test_the_state_comes_back_as_it_was(walk: Walk) -> None:
    state = 'é & = + % / # " <script> \u202f'
    page = walk.authorize(walk.ready(), state=state)
    assert page.parameters["state"] == state


def test_without_a_state_none_comes_back(walk: Walk) -> None:
    page = walk.authorize(walk.ready(), state=None)
    assert parse_qs(urlsplit(page.address).query).keys() == {"code", "iss"}


def test_every_right_answer_names_its_issuer(walk: Walk) -> None:
    assert walk.authorize(walk.ready()).parameters["iss"] == ISSUER


def test_an_operator_can_lift_the_challenge_for_a_client(walk: Walk) -> None:
    client = walk.ready(require_pkce=False)
    assert walk.code(client, code_challenge=None, code_challenge_method=None)


def test_a_client_without_the_duty_may_not_use_plain_either(walk: Walk) -> None:
    page = walk.authorize(walk.factory.client(require_pkce=False), code_challenge_method="plain")
    assert page.parameters["error"] == "invalid_request"


def test_a_parameter_without_a_value_is_one_that_is_not_there(walk: Walk) -> None:
    assert walk.code(walk.ready(), prompt="", max_age="", claims="", id_token_hint="")


def test_an_unknown_parameter_is_no_reason_to_refuse(walk: Walk) -> None:
    assert walk.code(walk.ready(), resource_owner="somebody")


def test_a_parameter_that_is_there_twice_is_refused_on_a_page(walk: Walk) -> None:
    query = authorization_query(walk.ready())
    page = walk.browser.get(f"/authorize?{query}&state=another")
    assert (page.status, page.is_outside) == (400, False)


def test_the_address_of_the_steps_says_nothing_of_the_request(walk: Walk) -> None:
    page = walk.authorize(walk.factory.client(), login_hint="somebody")
    assert re.fullmatch(r"/interaction/[\w-]{22}/password", page.path)
    assert "?" not in page.address


def test_a_form_from_another_site_is_answered_by_a_get(walk: Walk) -> None:
    client = walk.ready()
    answer = walk.app.test_client().post(
        "/authorize", data=authorization_query(client), base_url=ISSUER, content_type=FORM
    )
    assert answer.status_code == 303
    assert "code" in walk.browser.get(answer.headers["Location"]).parameters


def test_a_form_from_another_site_is_checked_like_an_address(walk: Walk) -> None:
    query = authorization_query(walk.factory.client(), scope="email")
    page = walk.browser.post("/authorize", data=query, content_type=FORM)
    assert page.parameters["error"] == "invalid_scope"


def test_the_address_of_a_form_adds_nothing_to_it(walk: Walk) -> None:
    query = authorization_query(walk.factory.client())
    page = walk.browser.post(f"/authorize?{query}", data="", content_type=FORM)
    assert (page.status, page.is_outside) == (400, False)


def test_what_a_form_began_belongs_to_the_browser_that_comes_first(
    walk: Walk, factory: Factory
) -> None:
    query = authorization_query(factory.client())
    answer = walk.app.test_client().post(
        "/authorize", data=query, base_url=ISSUER, content_type=FORM
    )
    where = answer.headers["Location"]
    assert walk.browser.get(where).path.endswith("/password")
    assert Browser(walk.app).get(where).status == 400


def test_a_question_is_answered_by_the_browser_that_was_asked(walk: Walk) -> None:
    page = walk.authorize(walk.factory.client())
    assert Browser(walk.app).get(page.address).status == 400


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_begin_nothing(walk: Walk, method: str) -> None:
    query = authorization_query(walk.ready())
    answer = walk.browser.client.open(f"/authorize?{query}", method=method, base_url=ISSUER)
    assert answer.status_code in {400, 405}
    with walk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Interaction)) == 0
