"""Lines 1 to 4."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from idp.models import Interaction
from tests.browser_client import ISSUER
from tests.factories import App
from tests.oidc.request_objects import asker, beside, signed
from tests.oidc.walk import Walk

ALIKE = [
    "https://ok@evil.example/callback",
    "https://app.example@evil.example/callback",
    "https://app.example:443@evil.example/callback",
    "https://app.example%40evil.example/callback",
    "https://app.example%2f@evil.example/callback",
    "https://app.example\\@evil.example/callback",
    "https://app.example/callback#@evil.example",
    "https://app.example/callback#",
    "https://app.example/%63allback",
    "https://app.example/x/../callback",
    "https://app.example/callback/../../evil",
    "https://app.example/callback*",
    "https://appXexample/callback",  # a dot is no wildcard
    "https://app.example/callback?",
    "https://app.example:443/callback",
    "https://APP.example/callback",
    "https://app.example/callback\t",
    " https://app.example/callback",
    "https://app.example/callback https://evil.example/",
    "//app.example/callback",
    "http://app.example/callback",
]
LOOPBACK = "http://127.0.0.1/callback"
NOT_LOOPBACK = [
    "http://localhost:80@evil.example/callback",
    "http://127.0.0.1:80@evil.example/callback",
    "http://127.0.0.1:80evil.example/callback",
    "http://127.0.0.1:/callback",
    "http://127.0.0.1.evil.example/callback",
    "http://127.0.0.2:5000/callback",
    "http://localhost:5000/callback",
    "http://[::1]:5000/callback",
    "http://127.0.0.1:5000/other",
    "https://127.0.0.1:5000/callback",
]
SCRIPTS = [
    "javascript:alert(1)",
    "javascript://app.example/%0aalert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    '"><script>alert(1)</script>',
]
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
POSTED = {"response_mode": "form_post"}


def shown(walk: Walk, client: App, **parameters: str | None) -> str:
    """The page with which somebody is left here; nobody is sent anywhere."""
    page = walk.authorize(client, **parameters)
    assert (page.status, page.is_outside) == (400, False), parameters
    assert all(ours(action) for action, _ in page.forms())
    assert "Location" not in page.headers
    return page.text


def ours(action: str) -> bool:
    return action.startswith("/") and not action.startswith("//")


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_line_01_an_address_that_looks_like_the_registered_one(walk: Walk, mode: str) -> None:
    """A naive one compares prefixes, patterns, hosts, or what a URL parser makes of it."""
    client = walk.ready()
    for address in ALIKE:
        shown(walk, client, redirect_uri=address, response_mode=mode)
    assert walk.outcomes("authorization.granted") == []


def test_line_01_the_same_in_a_signed_request(walk: Walk) -> None:
    """A naive one looks at the address of the query, and uses the one of the object."""
    client = asker(walk)
    for address in ALIKE:
        text = signed(client, redirect_uri=address)
        page = walk.authorize(client, request=text)
        assert not page.address.startswith(("https://evil", "//")), address
        assert "code" not in page.parameters
    assert walk.outcomes("authorization.granted") == []


def test_line_01_of_a_loopback_address_the_port_alone_varies(walk: Walk) -> None:
    client = walk.ready(redirect_uris=[LOOPBACK], token_endpoint_auth_method="none")
    assert walk.code(client, redirect_uri="http://127.0.0.1:5000/callback")
    for address in NOT_LOOPBACK:
        shown(walk, client, redirect_uri=address)


def test_line_01_blank_is_not_whatever_comes_first(walk: Walk) -> None:
    """A naive one takes the only registered address, or keeps the first one that is used."""
    nowhere = walk.ready(redirect_uris=[])
    for address in (None, "", "https://app.example/callback"):
        shown(walk, nowhere, redirect_uri=address)
        if not address:
            shown(walk, walk.ready(), redirect_uri=address)


@pytest.mark.parametrize(
    "wrong",
    [
        {"response_type": "token"},
        {"response_type": None},
        {"scope": "everything"},
        {"prompt": "none", "max_age": "x"},
        {"response_mode": "fragment"},
        {"request": "a.b.c"},
        {"request_uri": "https://evil.example/r"},
        {"claims": "["},
    ],
)
def test_line_02_no_error_goes_to_an_address_that_is_not_proved(
    walk: Walk, wrong: dict[str, str | None]
) -> None:
    """A naive one finds a mistake in the rest first, and redirects it (an open redirector)."""
    client = walk.ready()
    for address in ("https://evil.example/callback", None):
        shown(walk, client, redirect_uri=address, **wrong)
        shown(walk, client, redirect_uri=address, response_mode="form_post")
    shown(walk, client, client_id="nobody", **wrong)
    # With the address proved, the client is told.
    page = walk.authorize(client, **wrong)
    assert page.address.startswith("https://app.example/callback?error=")


def test_line_02_a_parameter_sent_twice_is_shown_and_not_redirected(walk: Walk) -> None:
    """Which of the two is meant, nobody knows: also of the address, also of the state."""
    client = walk.ready()
    walk.authorize(client)
    for name in ("redirect_uri", "client_id", "state", "response_mode", "request"):
        page = walk.browser.get(
            f"/authorize?client_id={client.client_id}&redirect_uri={client.redirect_uri}"
            f"&response_type=code&{name}=a&{name}=b"
        )
        assert (page.status, page.is_outside) == (400, False), name


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_line_03_an_address_that_is_a_script(walk: Walk, mode: str) -> None:
    """Also when an operator let one in: a form is posted to the web alone."""
    for address in SCRIPTS:
        text = shown(walk, walk.ready(), redirect_uri=address, response_mode=mode)
        assert "<script>alert" not in text
    let_in = walk.ready(redirect_uris=SCRIPTS[:1])
    page = walk.authorize(let_in, redirect_uri=SCRIPTS[0], **POSTED)
    assert page.forms() == []


def test_line_03_words_of_the_request_on_a_page_of_ours(walk: Walk) -> None:
    """The error's words, the hint, the state in the form that posts it: a naive one writes them
    as they come."""
    client = walk.ready()
    pages = [
        shown(walk, client, client_id=HOSTILE),
        shown(walk, client, redirect_uri=HOSTILE),
        walk.browser.get(f"/authorize?{HOSTILE}=1&{HOSTILE}=2").text,
        walk.authorize(client, prompt="login", login_hint=HOSTILE, ui_locales=HOSTILE).text,
        walk.authorize(client, state=HOSTILE, **POSTED).text,
        walk.authorize(client, state=HOSTILE, scope=HOSTILE, **POSTED).text,
        walk.authorize(client, state=HOSTILE, response_type=HOSTILE, **POSTED).text,
    ]
    for text in pages:
        assert "<script>alert" not in text
        assert "<img" not in text
    assert unescape(pages[4]).count(HOSTILE) == 1  # and yet the state arrives as it was


def test_line_03_the_page_that_posts_runs_no_script_but_its_own(walk: Walk) -> None:
    """A naive one submits by an attribute, and opens its policy for that."""
    page = walk.authorize(walk.ready(), **POSTED)
    assert not re.search(r"\son[a-z]+=|javascript:|<style|\sstyle=", page.text)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "form-action https://app.example;" in policy


def test_line_04_the_request_cannot_be_changed_on_the_way_through_the_steps(walk: Walk) -> None:
    """Parameters stay on the server: what a form or an address adds is not read. A naive one
    carries them through the pages, or starts the session anew with what comes."""
    client, person = walk.factory.client(), walk.factory.person()
    other = "https://app.example/other"
    walk.change(client, redirect_uris=[client.redirect_uri, other])
    walk.authorize(client)
    changed = {
        "state": "changed", "redirect_uri": other, "scope": "openid email", "prompt": "none",
        "response_mode": "form_post", "client_id": "app-9", "nonce": "changed",
    }  # fmt: skip
    walk.browser.page.address += "?" + "&".join(
        f"{name}={value}" for name, value in changed.items()
    )
    walk.browser.submit(identifier=person.identifier, password=person.password, **changed)
    walk.browser.submit(code=walk.factory.last_code(), **changed)
    assert "m.martin" not in walk.browser.page.text
    page = walk.browser.submit(decision="accept", **changed)
    assert page.address.startswith("https://app.example/callback?code=")
    assert page.parameters.keys() == {"code", "state", "iss"}
    assert (page.parameters["state"], page.parameters["iss"]) == ("the-state", ISSUER)
    tokens = walk.browser.tokens(client).json or {}
    assert (tokens["scope"], walk.id_claims(tokens)["nonce"]) == ("openid", "the-nonce")


def test_line_04_what_is_kept_is_sealed(walk: Walk) -> None:
    """A naive one signs it and gives it to the browser, or keeps it for everybody to read."""
    client = asker(walk)
    walk.authorize(client, **beside(client, request=signed(client, prompt="login")))
    with walk.database.reading() as session:
        kept = session.connection().exec_driver_sql("SELECT request FROM interaction").scalar_one()
        assert session.scalars(select(Interaction)).one().request["state"] == "the-state"
    assert b"the-state" not in bytes(kept)
