"""Lines 8 and 9, and 20 where it is about request objects."""

from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp.oidc.client_assertion import TYPE
from tests.browser_client import ISSUER, Page, authorization_query
from tests.oidc import assertions, forgeries
from tests.oidc.assertions import KEYS
from tests.oidc.request_objects import asker, beside, claims, signed, unsigned
from tests.oidc.walk import Walk

FORM = "application/x-www-form-urlencoded"
SILENT = {"prompt": "none"}


def codes(walk: Walk, *pages: Page) -> int:
    given = sum("code" in page.parameters for page in pages)
    assert walk.outcomes("authorization.granted") == ["success"] * given
    return given


def test_line_08_a_signed_request_used_twice_through_prompt_none(walk: Walk) -> None:
    """A naive one spends it where a page is shown, and forgets the way without a page."""
    client = asker(walk)
    text = signed(client, jti="once", **SILENT)
    first = walk.authorize(client, request=text)
    second = walk.authorize(client, request=text)
    assert codes(walk, first, second) == 1
    assert second.parameters["error"] == "invalid_request_object"


def test_line_08_a_signed_request_that_was_refused_in_silence_is_spent(walk: Walk) -> None:
    """It is used up by the error too: else it is tried until somebody has signed in."""
    client = asker(walk)
    text = signed(client, jti="once", **SILENT)
    walk.browser.client.delete_cookie("dmp-session")
    assert walk.authorize(client, request=text).parameters["error"] == "login_required"
    person = walk.factory.person()
    walk.sign_in(person)
    walk.agree(person, client)
    page = walk.authorize(client, request=text)
    assert page.parameters["error"] == "invalid_request_object"


@pytest.mark.parametrize("signed_in", [True, False])
def test_line_08_a_posted_request_used_twice_through_prompt_none(
    walk: Walk, signed_in: bool
) -> None:
    """What came by POST from another site waits on the server: it is answered once."""
    client = walk.ready()
    if not signed_in:
        walk.browser.client.delete_cookie("dmp-session")
    query = authorization_query(client, **SILENT)
    posted: Any = walk.app.test_client().post("/authorize", data=query, content_type=FORM)
    first = walk.browser.get(posted.headers["Location"])
    second = walk.browser.get(posted.headers["Location"])
    assert first.is_outside
    assert codes(walk, first, second) == int(signed_in)
    assert not second.is_outside
    assert "C’est déjà fait" in second.text


ENVELOPES: dict[str, Any] = {
    "RSA-OAEP-256": RSAKey.generate_key(2048),
    "ECDH-ES": ECKey.generate_key("P-256"),
    "dir": OctKey.generate_key(256),
}


@pytest.mark.parametrize("alg", ENVELOPES)
def test_line_09_an_envelope_around_an_unsigned_request(walk: Walk, alg: str) -> None:
    """What everybody can encrypt for us proves nobody: a naive one opens the envelope and takes
    what is inside for signed."""
    client, header = asker(walk), {"alg": alg, "enc": "A256GCM", "cty": "JWT"}
    algorithms = [alg, "A256GCM"]
    for inside in (unsigned(client), signed(client)):
        text = jwe.encrypt_compact(header, inside.encode(), ENVELOPES[alg], algorithms)
        page = walk.authorize(client, request=text)
        assert page.parameters.get("error") == "invalid_request_object"
    assert codes(walk) == 0


def test_line_09_an_unsigned_request(walk: Walk) -> None:
    client = asker(walk)
    page = walk.authorize(client, **beside(client, request=unsigned(client)))
    assert (page.status, page.is_outside) == (400, False)
    assert codes(walk) == 0


def test_line_20_a_forged_request_object(walk: Walk) -> None:
    """Every forgery, the client's public key as a secret too: a naive one does what the header
    says."""
    client = asker(walk)
    public = KEYS["ES256"].as_pem(private=False)
    for name, text in forgeries.of(signed(client), public).items():
        page = walk.authorize(client, request=text)
        assert "code" not in page.parameters, name
        assert page.status in {200, 303, 400}, name
    assert codes(walk) == 0


def test_line_20_a_request_that_another_client_signed(walk: Walk) -> None:
    """A naive one takes the key that fits, whoever it belongs to."""
    thief = asker(walk, jwks={"keys": [KEYS["EdDSA"].as_dict(private=False)]})
    victim = asker(walk)
    text = signed(victim, alg="EdDSA")
    assert walk.authorize(victim, request=text).parameters["error"] == "invalid_request_object"
    for named in (thief.client_id, victim.client_id):
        bent = signed(victim, alg="EdDSA", iss=thief.client_id, client_id=named)
        for asking in (victim, thief):
            page = walk.authorize(asking, request=bent)
            assert "code" not in page.parameters or named == asking.client_id == thief.client_id


def test_line_20_an_assertion_is_no_request_and_a_request_no_assertion(walk: Walk) -> None:
    client = asker(
        walk,
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg="ES256",
    )
    asked = {name: value for name, value in claims(client).items() if name != "iss"}
    text = assertions.signed(client, **asked)
    page = walk.authorize(client, request=text)
    assert page.parameters["error"] == "invalid_request_object"
    answer = walk.app.test_client().post(
        "/introspect",
        base_url=ISSUER,
        data={
            "token": "x",
            "client_assertion_type": TYPE,
            "client_assertion": signed(client, jti="once"),
        },
    )
    assert (answer.json or {})["error"] == "invalid_client"
