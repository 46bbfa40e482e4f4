"""Dynamic registration (RFC 7591; OpenID Connect Registration 1.0): what a registrant is given,
and what it is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from idp import create_app
from idp.config import Settings
from idp.crypto import digest
from idp.db import Database
from idp.directory import initial_tokens
from idp.models import AuditEvent, Client, InitialAccessToken
from tests.browser_client import ISSUER
from tests.factories import CALLBACK
from tests.held_clock import START, HeldClock
from tests.https_site import Site
from tests.oidc.registrant import DOCUMENT, Registrant, problem, register
from tests.oidc.walk import Walk

EC_KEY = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}  # fmt: skip

# What the database has no part in.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings, site: Site) -> Settings:
    """Anybody may register, and the test's own site is fetched from."""
    changes = {"registration": "open", "fetch_ca_file": str(site.authority)}
    return settings.model_copy(update=changes | {"fetch_private": "localhost"})


def row(database: Database, client_id: str) -> Client:
    with database.reading() as session:
        return session.scalars(select(Client).where(Client.client_id == client_id)).one()


def test_a_registrant_is_told_all_that_is_registered(app: Flask, database: Database) -> None:
    answer = register(app)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    told = dict(answer.json or {})
    client_id, token = told["client_id"], told["registration_access_token"]
    secret = told["client_secret"]
    assert told == {
        "client_id": client_id,
        "client_id_issued_at": START,
        "client_secret": secret,
        "client_secret_expires_at": 0,
        "registration_access_token": token,
        "registration_client_uri": f"{ISSUER}/register?client_id={client_id}",
        "client_name": "Mon carnet",
        "redirect_uris": [CALLBACK],
        "application_type": "web",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "openid profile email phone address",
        "subject_type": "pairwise",
        "token_endpoint_auth_method": "client_secret_basic",
        "id_token_signed_response_alg": "RS256",
        "require_auth_time": False,
        "frontchannel_logout_session_required": False,
        "backchannel_logout_session_required": False,
    }
    kept = row(database, client_id)
    assert (kept.secret_hash, kept.registration_token_hash) == (digest(secret), digest(token))
    assert kept.registered_by == "registrant"


def test_a_registrant_signs_people_in(walk: Walk) -> None:
    registrant = Registrant.new(
        walk.app, grant_types=["authorization_code", "refresh_token"]
    ).client
    person = walk.factory.person()
    walk.sign_in(person)
    page = walk.authorize(registrant, scope="openid email")
    assert "Mon carnet" in page.text
    walk.browser.submit(decision="accept")
    tokens = walk.redeem(registrant, walk.browser.page.parameters["code"]).json or {}
    assert (walk.userinfo(tokens["access_token"]).json or {})["email"] == "m.martin@exemple.fr"


def test_registration_is_in_the_trail(app: Flask, database: Database) -> None:
    client_id = Registrant.new(app).document["client_id"]
    with database.reading() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.act, event.actor, event.address) == ("client.registered", "client", "203.0.113.7")
    assert event.client_id == row(database, client_id).id


def test_discovery_names_the_endpoint(app: Flask) -> None:
    document = app.test_client().get("/.well-known/openid-configuration").json or {}
    assert document["registration_endpoint"] == f"{ISSUER}/register"


def test_nobody_registers_where_it_is_off(settings: Settings) -> None:
    off = create_app(settings.model_copy(update={"registration": "off"}))
    assert register(off).status_code == 404
    document = off.test_client().get("/.well-known/openid-configuration").json or {}
    assert "registration_endpoint" not in document


def test_what_nobody_knows_is_ignored(app: Flask) -> None:
    """Also our own members, which are an operator's to say."""
    wishes: dict[str, Any] = {
        "client_id": "portail", "client_secret": "mine", "publisher": "la Cnam",
        "minimum_acr": "urn:dmp:acr:password", "default_acr": "urn:dmp:acr:password",
        "require_pkce": False, "sector_identifier": "portail.example", "optional_scope": "email",
        "resource": "https://api.example", "software_statement": "e30.e30.", "colour": "blue",
        "introspection_signed_response_alg": "ES256",
    }  # fmt: skip
    document = Registrant.new(app, **wishes).document
    assert document["client_id"] != "portail"
    assert wishes.keys() & document.keys() == {"client_id", "client_secret"}
    assert document["client_secret"] != "mine"


def test_null_is_as_if_it_were_not_there(app: Flask) -> None:
    answer = app.test_client().post("/register", json=DOCUMENT | {"jwks_uri": None, "scope": None})
    assert answer.status_code == 201
    assert "jwks_uri" not in (answer.json or {})


@ON_SQLITE
@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": None},
        {"redirect_uris": []},
        {"redirect_uris": "https://app.example/"},
        {"redirect_uris": ["https://app.example/#fragment"]},
        {"redirect_uris": ["https://user@app.example/"]},
        {"redirect_uris": ["http://app.example/"]},
        {"redirect_uris": ["http://127.0.0.1/"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["data:text/html,x"]},
        {"redirect_uris": ["fr.example.app:/callback"]},
        {"redirect_uris": ["https://*.example/"]},
        {"redirect_uris": ["fr.example.app://host/"], "application_type": "native"},
        {"redirect_uris": ["http://app.example/"], "application_type": "native"},
        {"redirect_uris": ["app:/callback"], "application_type": "native"},
    ],
)
def test_an_address_that_nobody_should_be_sent_to_is_refused(
    app: Flask, changes: dict[str, Any]
) -> None:
    assert problem(register(app, **changes)) == "invalid_redirect_uri"


@ON_SQLITE
@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "openid ins"},
        {"scope": "openid ins_c"},
        {"scope": "openid documents"},
        {"subject_type": "public"},
        {"grant_types": ["client_credentials"], "response_types": [], "redirect_uris": None},
        {"grant_types": ["implicit"], "response_types": ["id_token"]},
        {"response_types": ["code id_token"]},
        {"grant_types": ["refresh_token"]},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": "tls_client_auth"},
        {"token_endpoint_auth_method": ["none"]},
        {"jwks": {"keys": [EC_KEY]}, "jwks_uri": "https://app.example/keys"},
        {"jwks": {"keys": [EC_KEY | {"d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}]}},
        {"jwks_uri": "http://app.example/keys"},
        {"logo_uri": "javascript:alert(1)"},
        {"client_uri": "https://user@app.example/"},
        {"client_name": "a\nb"},
        {"client_name": "é" * 201},
        {"id_token_signed_response_alg": "none"},
        {"request_object_signing_alg": "none"},
        {"id_token_encrypted_response_alg": "RSA1_5", "jwks_uri": "https://app.example/k"},
        {"default_acr_values": ["urn:dmp:acr:password"]},
        {"frontchannel_logout_uri": "https://elsewhere.example/out"},
        {"contacts": "me"},
        {"default_max_age": "3600"},
    ],
)
def test_what_a_registrant_may_not_have_is_refused(app: Flask, changes: dict[str, Any]) -> None:
    assert problem(register(app, **changes)) == "invalid_client_metadata"


@ON_SQLITE
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b"[" * 60_000])
def test_what_is_no_document_is_refused(app: Flask, body: bytes) -> None:
    answer = app.test_client().post("/register", data=body, content_type="application/json")
    assert problem(answer) == "invalid_client_metadata"


def test_a_form_is_no_document(app: Flask) -> None:
    assert problem(app.test_client().post("/register", data=DOCUMENT)) == "invalid_client_metadata"


def test_what_is_refused_is_nowhere(app: Flask, database: Database) -> None:
    register(app, scope="openid ins")
    with database.reading() as session:
        assert session.scalars(select(Client)).all() == []


@ON_SQLITE
@pytest.mark.parametrize(
    "redirect_uri", ["fr.example.app:/callback", "http://127.0.0.1/callback", "http://[::1]/"]
)
def test_a_native_application_is_a_sector_of_its_own(
    app: Flask, database: Database, redirect_uri: str
) -> None:
    """Two that answer on somebody's own machine are not one application."""
    for _ in range(2):
        document = Registrant.new(
            app, application_type="native", token_endpoint_auth_method="none",
            redirect_uris=[redirect_uri], client_name=None,
        ).document  # fmt: skip
        assert row(database, document["client_id"]).sector_identifier == document["client_id"]
        assert "client_secret" not in document
        assert "client_secret_expires_at" not in document


def test_who_has_several_hosts_is_a_sector_of_its_own_or_names_one(
    app: Flask, database: Database
) -> None:
    hosts = ["https://one.example/callback", "https://two.example/callback"]
    document = Registrant.new(app, redirect_uris=hosts).document
    assert row(database, document["client_id"]).sector_identifier == document["client_id"]
    answer = register(app, redirect_uris=hosts, subject_type="pairwise")
    assert answer.status_code == 400
    assert "sector_identifier" in (answer.json or {})["error_description"]


def test_pkce_and_the_second_level_are_asked_of_every_registrant(walk: Walk) -> None:
    client = Registrant.new(walk.app).client
    assert walk.silent(client, code_challenge=None, code_challenge_method=None) == "invalid_request"
    assert row(walk.database, client.client_id).minimum_acr == "urn:dmp:acr:mfa"


def test_a_setting_lifts_pkce_for_who_keeps_a_secret(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"registrants_without_pkce": True}))
    database = app.extensions["idp"].provider.database
    for method, kept in (("client_secret_basic", False), ("none", True)):
        client_id = Registrant.new(app, token_endpoint_auth_method=method).document["client_id"]
        assert row(database, client_id).require_pkce is kept


def test_a_setting_lowers_the_level_of_registrants(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"registrants_by_password": True}))
    client_id = Registrant.new(app).document["client_id"]
    made = row(app.extensions["idp"].provider.database, client_id)
    assert made.minimum_acr == "urn:dmp:acr:password"


# The sector's document.


def test_the_sectors_document_is_fetched_and_has_every_redirect_uri(
    app: Flask, database: Database, site: Site, clock: HeldClock
) -> None:
    uris = [CALLBACK, "https://other.example/callback"]
    wish = {"redirect_uris": uris, "sector_identifier_uri": site.serve("/sector", uris)}
    document = Registrant.new(app, **wish).document
    assert row(database, document["client_id"]).sector_identifier == "localhost"
    for number, wrong in enumerate((uris[:1], {}, "x", [1, *uris], uris[0])):
        wish["sector_identifier_uri"] = site.serve(f"/wrong/{number}", wrong)
        assert problem(register(app, **wish)) == "invalid_client_metadata"
    wish["sector_identifier_uri"] = site.url("/nothing")
    answer = register(app, **wish)
    assert problem(answer) == "invalid_client_metadata"
    assert "cannot be fetched" in (answer.json or {})["error_description"]


# Initial access tokens.


@pytest.fixture
def by_token(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings.model_copy(update={"registration": "token"}))
    yield app
    app.extensions["idp"].provider.database.dispose()


def made(database: Database, uses: int | None = None, days: int = 7) -> str:
    with database.writing() as session:
        return initial_tokens.make(session, "Test", days=days, uses=uses, actor="operator").token


def test_who_has_an_initial_access_token_registers(by_token: Flask, database: Database) -> None:
    token = made(database)
    for _ in range(2):
        assert register(by_token, token).status_code == 201
    with database.reading() as session:
        kept = session.scalars(select(InitialAccessToken)).one()
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "client.registered").limit(1)
        ).one()
    assert kept.token_hash == digest(token)
    assert event.detail == {"initial_token": str(kept.id)}


def test_without_a_good_one_nobody_registers_and_nothing_is_fetched(
    by_token: Flask, database: Database, site: Site, clock: HeldClock
) -> None:
    expired, sector = made(database, days=1), site.serve("/sector", [CALLBACK])
    clock.advance(86_400)
    answers = [
        register(by_token, token, sector_identifier_uri=sector)
        for token in (None, "", "x", expired, "é")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {
        f'Bearer realm="{ISSUER}", error="invalid_token"'
    }
    assert site.visits == []


def test_a_token_is_good_for_its_number_of_uses(by_token: Flask, database: Database) -> None:
    token = made(database, uses=2)
    assert problem(register(by_token, token, scope="ins")) == "invalid_client_metadata"
    assert [register(by_token, token).status_code for _ in range(3)] == [201, 201, 401]


def test_of_two_that_use_the_last_one_at_once_one_wins(by_token: Flask, database: Database) -> None:
    token = made(database, uses=1)
    with database.reading() as session:
        assert initial_tokens.is_good(session, token)
    with database.writing() as session:
        assert initial_tokens.use(session, token) is not None
        assert initial_tokens.use(session, token) is None


# How many.


def test_an_address_registers_so_many_an_hour(settings: Settings, clock: HeldClock) -> None:
    app = create_app(settings.model_copy(update={"registrations_per_address": 2}))
    assert [register(app, scope=scope).status_code for scope in ("openid", "ins")] == [201, 400]
    answer = register(app)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert register(app, address="203.0.113.8").status_code == 201
    clock.advance(3600)
    assert register(app).status_code == 201
