"""Request objects by reference (RFC 9101; OpenID Connect Core 1.0, section 6.2)."""

import hashlib
from typing import Any

import pytest

from idp.config import Settings
from idp.crypto import b64encode
from idp.oidc import metadata
from tests.browser_client import Page
from tests.factories import App
from tests.held_clock import START
from tests.https_site import Site
from tests.oidc.assertions import KEYS
from tests.oidc.request_objects import TYPE, accepts, asker, beside, signed, unsigned
from tests.oidc.walk import Walk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REQUEST = f"application/{TYPE}"


@pytest.fixture
def settings(settings: Settings, site: Site) -> Settings:
    """The provider may fetch from this machine."""
    changes = {"fetch_ca_file": str(site.authority), "fetch_private": "localhost"}
    return settings.model_copy(update=changes)


def lies(site: Site, text: str, **page: Any) -> str:
    return site.serve("/r", content=text.encode(), **{"headers": {"Content-Type": REQUEST}} | page)


def refers(walk: Walk, client: App, uri: str) -> Page:
    return walk.authorize(client, **beside(client, request_uri=uri))


def test_an_object_lies_where_the_client_said_it_would(walk: Walk, site: Site) -> None:
    client = asker(walk, request_uris=[site.url("/r")])
    lies(site, signed(client))
    assert accepts(refers(walk, client, site.url("/r")))
    lies(site, signed(client, state="another", exp=None, iat=START - 10**6))
    assert refers(walk, client, site.url("/r")).parameters["state"] == "another"
    assert site.paths() == ["/r", "/r"]


@pytest.mark.parametrize("address", ["/r?x=1", "/r/", "/R", "/%72", "/other", "/r#" + "A" * 42])
def test_nothing_is_fetched_from_anywhere_else(walk: Walk, site: Site, address: str) -> None:
    client = asker(walk, request_uris=[site.url("/r")])
    lies(site, signed(client))
    page = walk.authorize(client, request_uri=site.url(address))
    assert page.parameters["error"] == "invalid_request_uri"
    assert set(site.paths()) <= {"/r"}  # a fragment is not part of what is asked for


def test_a_registered_fragment_may_be_anything(walk: Walk, site: Site) -> None:
    client = asker(walk, request_uris=[site.url("/r#one")])
    for state in ("first", "changed"):
        lies(site, signed(client, state=state))
        assert refers(walk, client, site.url("/r#one")).parameters["state"] == state


def test_an_added_fragment_is_the_hash_of_what_is_there(walk: Walk, site: Site) -> None:
    client = asker(walk, request_uris=[site.url("/r")])
    text = signed(client)
    right = f"{site.url('/r')}#{b64encode(hashlib.sha256(text.encode()).digest())}"
    lies(site, text)
    assert accepts(refers(walk, client, right))
    lies(site, signed(client, state="changed"))
    page = walk.authorize(client, request_uri=right)
    assert page.parameters["error"] == "invalid_request_uri"


def test_what_cannot_be_had_is_an_error_to_the_application(walk: Walk, site: Site) -> None:
    client = asker(walk, request_uris=[site.url("/r"), site.url("/gone")])
    assert walk.authorize(client, request_uri=site.url("/gone")).parameters["error"] == (
        "invalid_request_uri"
    )
    lies(site, signed(client), headers={"Content-Type": "text/html"})
    assert walk.authorize(client, request_uri=site.url("/r")).parameters["error"] == (
        "invalid_request_uri"
    )
    for text in ("no object", signed(client, state="x" * 8_193), signed(client) + "é"):
        lies(site, text)
        assert walk.authorize(client, request_uri=site.url("/r")).parameters["error"] == (
            "invalid_request_object"
        )


def test_an_unsigned_object_by_reference_needs_a_setting_that_is_off(
    walk: Walk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = asker(walk, request_uris=[site.url("/r")])
    lies(site, unsigned(client, iss=None, aud=None, exp=None))
    page = walk.authorize(client, request_uri=site.url("/r"))
    assert page.parameters["error"] == "request_uri_not_supported"
    allow(walk, monkeypatch)
    assert accepts(refers(walk, client, site.url("/r")))
    lies(site, unsigned(client) + "c2lnbmF0dXJl")
    page = walk.authorize(client, request_uri=site.url("/r"))
    assert page.parameters["error"] == "invalid_request_object"
    page = walk.authorize(client, request=unsigned(client))
    assert page.parameters["error"] == "request_not_supported"
    pinned = asker(walk, request_uris=[site.url("/r")], request_object_signing_alg="ES256")
    lies(site, unsigned(pinned))
    page = walk.authorize(pinned, request_uri=site.url("/r"))
    assert page.parameters["error"] == "request_uri_not_supported"


def test_the_key_may_be_where_the_client_said_it_would(walk: Walk, site: Site) -> None:
    key = KEYS["ES256"].as_dict(private=False) | {"kid": "mine"}
    keys = site.serve("/keys", {"keys": [key]})
    client = asker(walk, jwks=None, jwks_uri=keys, request_uris=[site.url("/r")])
    lies(site, signed(client, {"kid": "mine"}))
    assert accepts(refers(walk, client, site.url("/r")))
    page = walk.authorize(client, request=signed(client, {"kid": "unknown"}))
    assert page.parameters["error"] == "invalid_request_object"


def allow(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Settings = walk.settings.model_copy(update={"unsigned_request_uri": True})
    monkeypatch.setattr(walk.app.extensions["idp"].provider, "settings", settings)


def test_discovery_says_what_is_taken(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    provider, name = (
        walk.app.extensions["idp"].provider,
        "request_object_signing_alg_values_supported",
    )
    assert metadata.document(provider)[name] == ["ES256", "RS256", "PS256", "EdDSA"]
    allow(walk, monkeypatch)
    assert "none" in metadata.document(provider)[name]
