"""Lines 1, 3, 10, 24 and 25."""

from typing import Any

import pytest
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import select

from idp import create_app
from idp.config import Settings
from idp.db import Database
from idp.models import Client
from tests.factories import CALLBACK
from tests.https_site import Site
from tests.oidc.registrant import Registrant, problem, register

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings, site: Site) -> Settings:
    """Anybody may register. The site on this machine is trusted, but it is private."""
    changes = {"registration": "open", "fetch_ca_file": str(site.authority)}
    return settings.model_copy(update=changes)


def stored(database: Database, registrant: Registrant) -> Client:
    with database.reading() as session:
        which = Client.client_id == registrant.document["client_id"]
        return session.scalars(select(Client).where(which)).one()


# 1. An address that only looks like the right one.


@pytest.mark.parametrize(
    "uri",
    [
        "https://ok.example@evil.example/",
        "http://localhost:80@evil.example/",
        "https://ok.example%2f@evil.example/",
        "https://evil.example\\@ok.example/",
        "https://*.ok.example/",
        "https://ok.example/callback#https://evil.example",
        "https://ok.example:99999/",
        "https://OK.example/",
        "https://ok.example /",
        "https://ök.example/",
        "//ok.example/",
        "ok.example/callback",
        "",
    ],
)
def test_line_01_a_registrant_registers_an_address_that_two_parsers_read_differently(
    app: Flask, uri: str
) -> None:
    """A naive one keeps whatever string it is given, and compares it later."""
    for application_type in ("web", "native"):
        answer = register(app, redirect_uris=[uri], application_type=application_type)
        assert problem(answer) == "invalid_redirect_uri"


def test_line_01_blank_does_not_mean_first_use(app: Flask) -> None:
    """A naive one takes the address of the first request for the registered one."""
    for uris in ([], [""], None):
        assert problem(register(app, redirect_uris=uris)) == "invalid_redirect_uri"


# 3. Script by address.


@pytest.mark.parametrize(
    "uri",
    ["javascript:alert(1)//x.y", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
     "blob:https://ok.example/1", "view-source:https://ok.example/", "about:blank"],
)  # fmt: skip
def test_line_03_a_scheme_that_runs_script(app: Flask, uri: str) -> None:
    """A naive one has a list of what is forbidden, and the list is short."""
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for application_type in ("web", "native"):
            changes: dict[str, Any] = {name: [uri], "application_type": application_type}
            assert register(app, **changes).status_code == 400
    for name in ("client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri"):
        assert problem(register(app, **{name: uri})) == "invalid_client_metadata"


# 10. Fetched addresses that reach inside.


def test_line_10_a_sector_inside(app: Flask, site: Site) -> None:
    """A naive one fetches whatever it is told, and tells by its answer what is there."""
    url = site.serve("/inside", [CALLBACK])
    answer = register(app, sector_identifier_uri=url)
    assert problem(answer) == "invalid_client_metadata"
    assert "its address is private" in (answer.json or {})["error_description"]
    assert site.visits == []


def test_line_10_a_sector_that_redirects_inside(site: Site, settings: Settings) -> None:
    """A naive one checks the first address, and follows to the second."""
    app = create_app(settings.model_copy(update={"fetch_private": "localhost"}))
    site.serve("/inside", [CALLBACK])
    url = site.serve("/public", status=302, headers={"Location": site.url("/inside")})
    assert problem(register(app, sector_identifier_uri=url)) == "invalid_client_metadata"
    assert site.paths() == ["/public"]


# 24. A token of client A that edits client B.


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_line_24_a_token_of_another_client(app: Flask, database: Database, method: str) -> None:
    """A naive one looks the token up, and then changes the client that the address names."""
    attacker, victim = Registrant.new(app), Registrant.new(app)
    token = attacker.document["registration_access_token"]
    document = {"client_id": victim.document["client_id"], "redirect_uris": [CALLBACK],
                "client_name": "Pris"}  # fmt: skip
    assert victim.manage(method, token, json=document).status_code == 401
    kept = stored(database, victim)
    assert (kept.client_name, kept.state) == ("Mon carnet", "enabled")


def test_line_24_the_body_names_another_client(app: Flask, database: Database) -> None:
    """A naive one checks the address, and then changes the client that the body names."""
    attacker, victim = Registrant.new(app), Registrant.new(app)
    answer = attacker.update(client_id=victim.document["client_id"], client_name="Pris")
    assert problem(answer) == "invalid_client_metadata"
    for registrant in (attacker, victim):
        assert stored(database, registrant).client_name == "Mon carnet"


# 25. An update that swaps the type or drops a setting.


def test_line_25_an_update_that_drops_the_keys_it_authenticates_with(
    app: Flask, database: Database
) -> None:
    """A naive one looks at the members that are there, and leaves a client without keys."""
    keys = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}
    registrant = Registrant.new(app, token_endpoint_auth_method="private_key_jwt", jwks=keys)
    assert problem(registrant.update(jwks=None)) == "invalid_client_metadata"
    assert stored(database, registrant).jwks == keys


def test_line_25_an_update_that_makes_a_client_public(app: Flask, database: Database) -> None:
    """A naive one takes the new method, and whoever has a code needs no secret any more."""
    registrant = Registrant.new(app)
    assert problem(registrant.update(token_endpoint_auth_method="none", client_secret=None)) == (
        "invalid_client_metadata"
    )
    assert stored(database, registrant).secret_hash is not None


@pytest.mark.parametrize(("before", "after"), [("web", "native"), ("native", None)])
def test_line_25_an_update_that_swaps_the_type(
    app: Flask, database: Database, before: str, after: str | None
) -> None:
    """A naive one takes the default for what is left out, and other rules hold from then on."""
    registrant = Registrant.new(app, application_type=before)
    assert problem(registrant.update(application_type=after)) == "invalid_client_metadata"
    assert stored(database, registrant).application_type == before


def test_line_25_an_update_keeps_nothing_of_the_document_before(
    app: Flask, database: Database
) -> None:
    """A naive one merges, and a setting that its owner took back stays."""
    registrant = Registrant.new(
        app, request_uris=["https://app.example/request"], default_max_age=60,
        frontchannel_logout_uri="https://app.example/out",
    )  # fmt: skip
    kept = {name: registrant.document[name] for name in ("client_id", "redirect_uris")}
    assert registrant.manage("PUT", json=kept).status_code == 200
    client = stored(database, registrant)
    assert (client.request_uris, client.default_max_age) == ([], None)
    assert client.frontchannel_logout_uri is None
    assert client.require_pkce
    assert client.minimum_acr == "urn:dmp:acr:mfa"
