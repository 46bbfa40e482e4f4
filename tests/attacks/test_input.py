"""Line 37. The larger part of it is tests/fuzz."""

import pytest

from tests.fuzz import message
from tests.fuzz.client import send
from tests.oidc.walk import Walk

FORM = "Content-Type: application/x-www-form-urlencoded"
MALFORMED = {
    "bytes that are no UTF-8": "POST /token\n{FORM}\n\ngrant_type=\xff\xfe&code=\xc3",
    "half a surrogate": "GET /authorize?client_id=%ED%A0%80",
    "NUL": "GET /authorize?client_id=a%00b&response_type=%00",
    "percent signs of nothing": "GET /authorize?%=%zz&client_id=%",
    "a parameter twice": "GET /authorize?client_id=a&client_id=b",
    "a body that lies about its length": "POST /token\n{FORM}\nContent-Length: 999999\n\na=b",
    "a length that is no number": "POST /token\n{FORM}\nContent-Length: -7\n\na=b",
    "a megabyte": "POST /introspect\n{FORM}\n\ntoken=" + "a" * 1_000_000,
    "JSON for a form": 'POST /token\nContent-Type: application/json\n\n{"grant_type": []}',
    "a form of many parts": "POST /token\nContent-Type: multipart/form-data; boundary=x\n\n--x",
    "Basic of nothing": "POST /token\n{FORM}\nAuthorization: Basic\n\ngrant_type=password",
    "Basic that is no base64": "POST /revoke\n{FORM}\nAuthorization: Basic %%%\n\ntoken=x",
    "Bearer of two": "GET /userinfo\nAuthorization: Bearer a b",
    "Bearer in another alphabet": "GET /userinfo\nAuthorization: Bearer \xff\xfe",
    "an array for a claim": "GET /authorize?client_id=app-1&claims=%5B%5B%5B%5D%5D%5D",
    "a tower of brackets": "GET /authorize?client_id=app-1&claims=" + "%5B" * 20_000,
    "a header of noise": "GET /sign-in\nAccept-Language: " + "a-b;q=9," * 2_000,
    "a cookie of noise": "GET /account\nCookie: =;=;;dmp-session=\xff; dmp-known=" + "x" * 9_000,
    "a handle that is none": "GET /interaction/%00%2e%2e/code",
    "a number that is none": "GET /account/applications/9" + "9" * 400 + "/withdraw",
    "a method of one's own": "BREW /token",
    "another host": "GET /sign-in\nHost: evil.example\nX-Forwarded-Host: evil.example",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_line_37_malformed_input_is_answered_and_never_with_500(walk: Walk, name: str) -> None:
    """A naive one lets the parser's exception through, with the trace and the path of a file."""
    before = walk.contents()
    text = MALFORMED[name].replace("{FORM}", FORM).encode("latin-1")
    answer = send(walk.app.wsgi_app, message.environ(text))
    assert 300 <= answer.status < 500
    for trace in (b"Traceback", b'File "', b"sqlite", b"psycopg", b"Error("):
        assert trace not in answer.body
    assert answer.header("X-Request-Id")
    assert "evil.example" not in answer.header("Location")
    after = walk.contents()
    if answer.status >= 400:
        assert before == after
