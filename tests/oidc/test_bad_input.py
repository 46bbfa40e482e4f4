"""Bad input of every kind at every endpoint: 400 and an OAuth error or a page in words, nothing
lost, never 500, never a trace (the issue's « Bad input »; attacks.md, line 37)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from idp.oidc.http import FORM
from tests.browser_client import ISSUER, authorization_query
from tests.factories import CALLBACK, App
from tests.oidc.walk import OFFLINE, Walk

# Values as they are on the wire.
GARBAGE = (
    "%ff",
    "%C3",
    "%ED%A0%80",  # half of a surrogate pair
    "%00",
    "a%00b",
    "a%0D%0AX-Evil:%201",
    "%7F",
    "\xff\xfe",
    "%",
    "%zz",
    "a" * 9_000,
    "a" * 40_000,
    "%E2%80%AE",  # turns the direction of writing
    quote("𝕏 é \u202f"),
    "'%20OR%201=1%20--",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "..%2F..%2Fetc%2Fpasswd",
    "%7B%7B7*7%7D%7D",
    "null",
    "true",
    "-1",
    "1e999",
    "[]",
    "%7B%7D",
    "%5B%5B%5B%5B",
)

AUTHORIZE = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method", "response_mode", "prompt", "max_age", "acr_values", "claims",
    "id_token_hint", "login_hint", "ui_locales", "display", "request", "request_uri",
    "registration", "unknown", "",
)  # fmt: skip
TOKEN = (
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "client_id",
    "client_secret", "client_assertion", "unknown", "",
)  # fmt: skip
LOGOUT = (
    "id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint",
    "ui_locales", "decision", "unknown",
)  # fmt: skip
GET_ENDPOINTS = (
    "/authorize", "/userinfo", "/logout", "/jwks.json", "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
)  # fmt: skip
TRACES = ("Traceback", "sqlite3", "psycopg", "sqlalchemy", "Error:", "werkzeug")

fuzzed = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
raw = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: quote(text, safe="=&").encode()),
)


def spoilt(right: str, names: tuple[str, ...]) -> Iterator[str]:
    """A right request with each parameter in turn missing, there twice, or garbage."""
    pairs = [pair.split("=", 1) for pair in right.split("&")]
    for name in names:
        others = "&".join(f"{key}={value}" for key, value in pairs if key != name)
        yield others
        yield f"{others}&{name}"
        yield f"{others}&{name}=a&{name}=a"
        yield from (f"{others}&{name}={value}" for value in GARBAGE)


def get(walk: Walk, path: str, query: str, **options: Any) -> TestResponse:
    """With the query exactly as it is."""
    environ = {"QUERY_STRING": query}
    return walk.app.test_client().get(path, base_url=ISSUER, environ_overrides=environ, **options)


def post(walk: Walk, path: str, body: str | bytes, **options: Any) -> TestResponse:
    data = body.encode("latin-1") if isinstance(body, str) else body
    options = {"content_type": FORM} | options
    return walk.app.test_client().post(path, data=data, base_url=ISSUER, **options)


def answered_in_words(answer: TestResponse, request: object) -> bool:
    """Whether the request was refused. It is answered by JSON, a page, or a redirect to where
    it may go, without a trace of what is inside."""
    assert answer.status_code < 500, request
    assert not any(trace in answer.text for trace in TRACES), request
    assert "X-Evil" not in answer.headers
    if answer.status_code == 303:
        where = answer.headers["Location"]
        assert where.isascii(), request
        assert where.startswith((f"{CALLBACK}?", f"{ISSUER}/interaction/", "/logout")), request
        return "error=" in where
    kind = answer.headers["Content-Type"].partition(";")[0]
    assert kind in {"application/json", "text/html"}, request
    if answer.status_code >= 400 and kind == "application/json":
        assert answer.text.isascii(), request
    return answer.status_code >= 400


def unchanged(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> bool:
    """But for the trail, which tells of refusals too."""
    kept = before.keys() - {"audit_event"}
    return all(before[name] == after[name] for name in kept)


def basic(client: App) -> dict[str, Any]:
    return {"auth": (client.client_id, client.secret)}


def test_a_spoilt_authorization_request_is_answered_in_words(walk: Walk) -> None:
    client = walk.factory.client()
    before = walk.contents()
    accepted = 0
    for query in spoilt(authorization_query(client), AUTHORIZE):
        accepted += not answered_in_words(get(walk, "/authorize", query), query)
    after = walk.contents()
    assert len(after.pop("interaction")) == accepted
    assert unchanged(before, after | {"interaction": []})


def test_a_spoilt_authorization_form_is_answered_in_words(walk: Walk) -> None:
    client = walk.factory.client()
    for body in spoilt(authorization_query(client), AUTHORIZE):
        answered_in_words(post(walk, "/authorize", body), body)


def test_a_spoilt_refresh_is_answered_in_words_and_costs_nothing(walk: Walk) -> None:
    client = walk.ready()
    token = walk.tokens(client, scope=OFFLINE)["refresh_token"]
    right = f"grant_type=refresh_token&refresh_token={token}"
    before = walk.contents()
    for body in spoilt(right, ("grant_type", "refresh_token")):
        assert answered_in_words(post(walk, "/token", body, **basic(client)), body)
    for name in ("scope", "client_id", "client_secret", "grant_type"):
        for value in GARBAGE:
            body = f"{right}&{name}={value}"
            assert answered_in_words(post(walk, "/token", body, **basic(client)), body)
    assert walk.contents() == before
    assert walk.refresh(client, token).status_code == 200


def test_a_spoilt_redemption_is_answered_in_words(walk: Walk) -> None:
    client = walk.factory.client()
    before = walk.contents()
    right = f"grant_type=authorization_code&code=a&code_verifier=b&redirect_uri={quote(CALLBACK)}"
    for body in spoilt(right, TOKEN):
        assert answered_in_words(post(walk, "/token", body, **basic(client)), body)
    assert unchanged(before, walk.contents())


def test_a_spoilt_client_in_the_body_is_answered_in_words(walk: Walk) -> None:
    client = walk.factory.client(token_endpoint_auth_method="client_secret_post")
    right = f"grant_type=refresh_token&client_id={client.client_id}&client_secret=wrong"
    before = walk.contents()
    for body in spoilt(right, TOKEN):
        assert answered_in_words(post(walk, "/token", body), body)
    assert walk.contents() == before


def test_a_spoilt_userinfo_request_is_answered_in_words(walk: Walk) -> None:
    before = walk.contents()
    for body in spoilt("access_token=a", ("access_token", "unknown", "")):
        assert answered_in_words(post(walk, "/userinfo", body), body)
        assert answered_in_words(get(walk, "/userinfo", body), body)
    assert walk.contents() == before


def test_a_spoilt_logout_is_answered_in_words_and_signs_nobody_out(walk: Walk) -> None:
    client = walk.ready()
    before = walk.contents()
    right = f"client_id={client.client_id}&state=s"
    for query in spoilt(right, LOGOUT):
        environ = {"QUERY_STRING": query}
        answer = walk.browser.client.get("/logout", base_url=ISSUER, environ_overrides=environ)
        answered_in_words(answer, query)
        data = query.encode("latin-1")
        answer = walk.browser.client.post("/logout", data=data, base_url=ISSUER, content_type=FORM)
        answered_in_words(answer, query)
    assert walk.contents() == before


HEADERS = ("Authorization", "Cookie", "Content-Type", "Accept-Language", "User-Agent", "X-Any")
VALUES = (
    "", " ", ";", "=", ",", "é\xff", "a" * 9_000, "dmp-session", "dmp-session=", "dmp-session=é",
    'dmp-session="a; dmp-browser=b', "dmp-session=a; dmp-session=b", "dmp-browser=\x7f",
    "dmp-known=a.b.c", "dmp-form=eyJ9.x.y", "dmp-language=xx", "bad name=1; other",
    "Bearer", "Bearer ", "Bearer  a", "Bearer a b", "Bearer é", "Bearer a.b.c", "Bearer a.b.c.d.e",
    "Basic", "Basic é", "application/json; charset=\xff", "multipart/form-data",
    "multipart/form-data; boundary=" + "b" * 300, "fr;q=9, *;q=x,,-",
)  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_a_garbled_header_is_answered_in_words(walk: Walk, header: str) -> None:
    query = authorization_query(walk.factory.client())
    for value in VALUES:
        name = header.upper().replace("-", "_")
        environ = {name if name == "CONTENT_TYPE" else f"HTTP_{name}": value}
        for path in GET_ENDPOINTS:
            asked = {"QUERY_STRING": query if path == "/authorize" else ""}
            answer = walk.app.test_client(use_cookies=False).get(
                path, base_url=ISSUER, environ_overrides=environ | asked
            )
            answered_in_words(answer, (path, header, value))
        for path in ("/token", "/authorize", "/userinfo", "/logout"):
            answer = walk.app.test_client(use_cookies=False).post(
                path, data=b"a=b", base_url=ISSUER, environ_overrides=environ
            )
            answered_in_words(answer, (path, header, value))


def test_somebody_elses_broken_cookie_hides_none_of_ours(walk: Walk) -> None:
    client = walk.ready()
    ours = "; ".join(
        f"{cookie.key}={cookie.value}"
        for name in ("dmp-session", "dmp-browser")
        if (cookie := walk.browser.client.get_cookie(name)) is not None
    )
    for theirs in ('a="b', "a b=c", "=", ";;", "a=é\xff", "a[]=1", "dmp-sessio=x"):
        answer = walk.app.test_client(use_cookies=False).get(
            f"/authorize?{authorization_query(client)}",
            base_url=ISSUER,
            environ_overrides={"HTTP_COOKIE": f"{theirs}; {ours}"},
        )
        assert answer.headers["Location"].startswith(f"{CALLBACK}?code="), theirs


def test_a_body_that_is_too_long_is_said_on_a_page(walk: Walk) -> None:
    answer = post(walk, "/authorize", b"a" * 70_000)
    assert answer.status_code == 400
    assert answered_in_words(answer, "a long body")


def test_a_body_that_comes_in_pieces_is_read(walk: Walk) -> None:
    client = walk.factory.client()
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    answer = post(walk, "/token", b"grant_type=x", environ_overrides=environ, **basic(client))
    assert answer.json == {"error": "unsupported_grant_type"}


@fuzzed
@given(query=raw)
def test_any_query_is_answered_in_words(walk: Walk, query: bytes) -> None:
    for path in GET_ENDPOINTS:
        answered_in_words(get(walk, path, query.decode("latin-1")), (path, query))


@fuzzed
@given(body=raw)
def test_any_body_is_answered_in_words(walk: Walk, body: bytes) -> None:
    for path in ("/authorize", "/token", "/userinfo", "/logout"):
        answered_in_words(post(walk, path, body), (path, body))


@fuzzed
@given(value=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=200))
def test_any_credentials_are_answered_in_words(walk: Walk, value: str) -> None:
    for scheme in ("Basic ", "Bearer ", ""):
        environ = {"HTTP_AUTHORIZATION": scheme + value}
        answer = post(walk, "/token", b"grant_type=refresh_token", environ_overrides=environ)
        assert answered_in_words(answer, value)
        assert answered_in_words(get(walk, "/userinfo", "", headers=environ), value)


def test_a_database_that_is_away_is_said_with_a_reference(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = walk.ready()
    code = walk.code(client)
    driver = walk.database.engine.dialect.loaded_dbapi

    def away() -> Any:
        raise driver.OperationalError("away")

    walk.database.dispose()
    monkeypatch.setattr(walk.database.engine, "raw_connection", away)
    answer = walk.redeem(client, code)
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"] == "temporarily_unavailable"
    assert answer.headers["X-Request-Id"] in answer.json["error_description"]
