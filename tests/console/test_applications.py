"""Applications in the console: registered by a form, changed, given secrets, refused, tried."""

import ast
import html
import json
import re
from typing import Any

import pytest
import yaml
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import select

from idp.db import Database
from idp.directory import clients
from idp.models import Client, ClientChange, Grant
from tests.browser_client import Browser, Page, authorization_query, redeem, token_request
from tests.console.conftest import SignIn, raw
from tests.factories import App, Factory
from tests.held_clock import HeldClock

DAY = 86_400
CALLBACK = "https://imagerie-sud.example/retour"
PUBLIC_JWKS = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}
FORM = 1  # on every page of the console the first form signs out


@pytest.fixture
def administrator(console: SignIn) -> Browser:
    return console("client_administrator")


def register(browser: Browser, **values: str) -> Page:
    browser.get("/admin/new-application")
    usual = {"client_name": "Imagerie Sud", "redirect_uris": CALLBACK, "kind": "site"}
    return browser.submit(FORM, **usual | values)


def shown(page: Page, name: str) -> str:
    found = re.search(rf'<code class="copied__value" id="{name}">([^<]+)<', page.text)
    assert found, page.text
    return found[1]


def new_app(page: Page) -> App:
    return App(0, shown(page, "client-id"), shown(page, "client-secret"), CALLBACK)


def row(database: Database, client_id: str) -> Client:
    with database.reading() as session:
        return clients.find(session, client_id)


def test_a_web_application_is_registered_with_what_is_usual_and_people_sign_in_to_it(
    app: Flask, administrator: Browser, factory: Factory
) -> None:
    made = new_app(register(administrator))
    holder = Browser(app)
    holder.sign_in(made, factory.person(), factory, scope="openid identite_pivot")
    tokens = redeem(app, made, holder.page.parameters["code"])
    assert tokens.status_code == 200
    assert "id_token" in tokens.json


def test_the_kind_decides_the_defaults(administrator: Browser, database: Database) -> None:
    site = row(database, shown(register(administrator), "client-id"))
    assert site.token_endpoint_auth_method == "client_secret_basic"
    assert (site.application_type, site.require_pkce) == ("web", True)
    mobile = row(
        database,
        shown(
            register(administrator, kind="mobile", redirect_uris="fr.exemple.app:/retour"),
            "client-id",
        ),
    )
    assert (mobile.token_endpoint_auth_method, mobile.application_type) == ("none", "native")
    assert mobile.secret_hash is None


def test_a_machine_gets_tokens_for_an_api_and_nothing_of_people(
    app: Flask, administrator: Browser, factory: Factory, database: Database
) -> None:
    factory.resource()
    page = register(administrator, kind="machine", **{"scope-documents": "asked"})
    made = new_app(page)
    client = row(database, made.client_id)
    assert (client.scope, client.redirect_uris, client.response_types) == ("documents", [], [])
    answer = token_request(app, made, {"grant_type": "client_credentials", "scope": "documents"})
    assert answer.status_code == 200


def test_an_application_may_bring_its_key_instead_of_having_a_secret(
    administrator: Browser, database: Database
) -> None:
    page = register(administrator, authentication="key", jwks=json.dumps(PUBLIC_JWKS))
    client = row(database, shown(page, "client-id"))
    assert client.token_endpoint_auth_method == "private_key_jwt"
    assert 'id="client-secret"' not in page.text


def test_who_registered_it_is_whose_organisation_administers_it(
    administrator: Browser, database: Database, factory: Factory
) -> None:
    client = row(database, shown(register(administrator), "client-id"))
    with database.reading() as session:
        assert client.organisation_id == factory.organisation(session)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"redirect_uris": "http://imagerie-sud.example/retour"}, "HTTPS attendu."),
        ({"redirect_uris": "https://x@evil.example/"}, "Pas de nom d’utilisateur"),
        ({"redirect_uris": "https://a.example/#x"}, "Pas de # dans l’adresse."),
        ({"redirect_uris": ""}, "Il en faut au moins une."),
        ({"redirect_uris": "https://a.example/ https://b.example/"}, "n’ont pas toutes le même"),
        ({"client_name": ""}, "Il en faut un."),
        ({"authentication": "key"}, "Donnez sa clé publique"),
        ({"authentication": "key", "jwks": "[["}, "Ce n’est pas un ensemble de clés JWK."),
        ({"minimum_acr": "urn:dmp:acr:password", "scope-ins": "asked"}, "Trop bas"),
        ({"scope-nothing": "asked"}, "there is no scope"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_registered(
    administrator: Browser, database: Database, values: dict[str, str], said: str
) -> None:
    page = register(administrator, **values)
    assert page.status == 400
    assert said in page.text
    with database.reading() as session:
        assert clients.list_all(session) == []


def test_a_form_that_is_sent_twice_registers_once(
    administrator: Browser, database: Database
) -> None:
    administrator.get("/admin/new-application")
    values = {"client_name": "Imagerie Sud", "redirect_uris": CALLBACK}
    _, present = administrator.forms()[FORM]
    for _ in range(2):
        administrator.post("/admin/new-application", data=present | values)
    assert "déjà enregistrée" in administrator.page.text
    with database.reading() as session:
        assert len(clients.list_all(session)) == 1


def test_addresses_are_judged_while_they_are_typed(administrator: Browser) -> None:
    administrator.get("/admin")
    token = administrator.forms()[0][1]["csrf_token"]
    answer = administrator.client.post(
        "/admin/addresses",
        data={"addresses": f"{CALLBACK}\nhttp://a.example/\njavascript:alert(1)", "kind": "site"},
        headers={"X-CSRFToken": token},
    )
    assert [each["ok"] for each in answer.json["addresses"]] == [True, False, False]


def test_a_change_is_in_the_history_with_old_value_new_value_and_who(
    administrator: Browser, database: Database
) -> None:
    client_id = shown(register(administrator), "client-id")
    administrator.get(f"/admin/applications/{client_id}/edit")
    page = administrator.submit(FORM, client_name="Imagerie du Sud")
    assert "C’est enregistré" in page.text
    assert "<del>Imagerie Sud</del> → <ins>Imagerie du Sud</ins>" in page.text
    assert "Modifiée</strong>" in page.text
    assert page.text.count("Camille Durand") > 1
    with database.reading() as session:
        kept = session.scalars(select(ClientChange).order_by(ClientChange.id)).all()
    assert [change.act for change in kept] == ["client.registered", "client.updated"]
    assert kept[1].changes == {"client_name": ["Imagerie Sud", "Imagerie du Sud"]}


def test_what_the_form_does_not_show_stays(
    administrator: Browser, factory: Factory, database: Database
) -> None:
    with database.reading() as session:
        organisation_id = factory.organisation(session)
    more: dict[str, Any] = {
        "token_endpoint_auth_method": "client_secret_post",
        "backchannel_logout_uri": "https://app.example/logout",
        "default_max_age": 600,
        "jwks": PUBLIC_JWKS,
        "require_pkce": False,
        "sector_identifier": "app.example",
    }
    app = factory.client(organisation_id=organisation_id, **more)
    administrator.get(f"/admin/applications/{app.client_id}/edit")
    page = administrator.submit(FORM, client_name="Autre nom")
    assert "C’est enregistré" in page.text
    client = row(database, app.client_id)
    assert client.client_name == "Autre nom"
    assert {name: getattr(client, name) for name in more} == more
    assert client.scope.split() == sorted(client.scope.split(), key=client.scope.split().index)
    assert set(client.scope.split()) == set(app.metadata["scope"].split())
    assert client.optional_scope == "email phone"


def rotate(browser: Browser, client_id: str, seconds: int) -> str:
    browser.get(f"/admin/applications/{client_id}/secret")
    return shown(browser.submit(FORM, overlap=str(seconds)), "client-secret")


def authenticates(app: Flask, made: App, secret: str) -> bool:
    """Whether the secret is good: a code that there is none of is another error than a secret."""
    tried = App(0, made.client_id, secret, CALLBACK)
    return bool(redeem(app, tried, "no-code").json["error"] == "invalid_grant")


def test_a_new_secret_holds_beside_the_old_one_for_the_time_that_was_chosen(
    app: Flask, administrator: Browser, clock: HeldClock
) -> None:
    made = new_app(register(administrator))
    assert made.secret
    new = rotate(administrator, made.client_id, DAY)
    assert authenticates(app, made, new)
    assert authenticates(app, made, made.secret)
    clock.advance(DAY)
    assert authenticates(app, made, new)
    assert not authenticates(app, made, made.secret)


def test_a_second_new_secret_ends_the_first_of_all(app: Flask, administrator: Browser) -> None:
    made = new_app(register(administrator))
    assert made.secret
    rotate(administrator, made.client_id, DAY)
    rotate(administrator, made.client_id, DAY)
    assert not authenticates(app, made, made.secret)


def test_a_new_secret_may_end_the_old_one_at_once(app: Flask, administrator: Browser) -> None:
    made = new_app(register(administrator))
    assert made.secret
    rotate(administrator, made.client_id, 0)
    assert not authenticates(app, made, made.secret)


def test_the_form_of_a_new_secret_sent_twice_replaces_once(administrator: Browser) -> None:
    client_id = shown(register(administrator), "client-id")
    administrator.get(f"/admin/applications/{client_id}/secret")
    _, present = administrator.forms()[FORM]
    address = f"/admin/applications/{client_id}/secret"
    administrator.post(address, data=present | {"overlap": "0"})
    administrator.post(address, data=present | {"overlap": "0"})
    assert "Le secret a déjà été remplacé." in administrator.page.text


def test_no_secret_is_kept_in_history_or_trail(administrator: Browser, database: Database) -> None:
    made = new_app(register(administrator))
    new = rotate(administrator, made.client_id, DAY)
    with database.engine.connect() as connection:
        for table in ("client_change", "audit_event", "client"):
            written = str(connection.execute(raw(table)).all())
            assert made.secret is not None
            assert made.secret not in written
            assert new not in written


def test_a_disabled_application_is_refused_until_it_is_enabled(
    app: Flask, administrator: Browser
) -> None:
    made = new_app(register(administrator))
    address = f"/admin/applications/{made.client_id}"
    administrator.get(f"{address}/disable")
    assert "Désactivée" in administrator.submit(FORM).text
    holder = Browser(app)
    assert holder.get(f"/authorize?{authorization_query(made)}").status == 400
    administrator.get(address)
    assert "est de nouveau active" in administrator.submit(FORM).text
    assert holder.get(f"/authorize?{authorization_query(made)}").path.endswith("/password")


def test_the_list_is_searched_and_cut_into_pages(console: SignIn, factory: Factory) -> None:
    for number in range(27):
        factory.client(client_name=f"Portail {number:02}")
    factory.client(client_name="Rendez-vous", publisher="la Cnam")
    browser = console("auditor")
    page = browser.get("/admin/applications")
    assert "28 applications" in page.text
    assert "Portail 24" in page.text
    assert "Rendez-vous" not in page.text
    assert "Rendez-vous" in browser.get("/admin/applications?page=2").text
    page = browser.get("/admin/applications?q=rendez")
    assert "1 application" in page.text
    assert "Portail 01" not in page.text
    assert "Aucune application" in browser.get("/admin/applications?q=100%25").text
    assert browser.get("/admin/applications?page=x&q=" + "a" * 5000).status == 200


def test_where_nothing_is_registered_the_page_says_what_to_do(administrator: Browser) -> None:
    page = administrator.get("/admin/applications")
    assert "Aucune application n’est enregistrée" in page.text
    assert "Enregistrez la première" in page.text


def test_a_connection_that_is_tried_ends_with_what_the_application_would_have_learnt(
    app: Flask, administrator: Browser, factory: Factory, database: Database
) -> None:
    made = new_app(register(administrator))
    administrator.get(f"/admin/applications/{made.client_id}/try")
    administrator.submit(FORM, redirect_uri=CALLBACK)
    administrator.give_password(factory.person())
    administrator.give_code(factory)
    page = administrator.submit(decision="accept")
    assert "L’essai a abouti" in page.text
    assert "MARTIN" in page.text
    assert "urn:dmp:acr:mfa" in page.text
    assert not page.is_outside
    with database.reading() as session:
        assert session.scalars(select(Grant.id)).all() == []


def test_a_connection_that_is_tried_and_declined_ends_here_too(
    administrator: Browser, factory: Factory
) -> None:
    made = new_app(register(administrator))
    administrator.get(f"/admin/applications/{made.client_id}/try")
    administrator.submit(FORM, redirect_uri=CALLBACK)
    administrator.give_password(factory.person())
    administrator.give_code(factory)
    page = administrator.submit(decision="refuse")
    assert "access_denied" in page.text
    assert not page.is_outside


def test_a_trial_to_an_address_that_is_not_registered_is_refused(administrator: Browser) -> None:
    made = new_app(register(administrator))
    administrator.get(f"/admin/applications/{made.client_id}/try")
    page = administrator.submit(FORM, redirect_uri="https://evil.example/")
    assert page.status == 400
    assert "La demande serait refusée" in page.text


def test_an_operators_account_tries_nothing(administrator: Browser, factory: Factory) -> None:
    made = new_app(register(administrator))
    administrator.get(f"/admin/applications/{made.client_id}/try")
    administrator.submit(FORM, redirect_uri=CALLBACK)
    page = administrator.give_password(factory.operator("owner"))
    assert "Ce compte est celui d’un opérateur" in page.text


@pytest.mark.parametrize("values", [{}, {"kind": "mobile"}, {"authentication": "key"}])
def test_the_configurations_can_be_read_by_what_they_are_for(
    administrator: Browser, values: dict[str, str]
) -> None:
    key = {"jwks": json.dumps(PUBLIC_JWKS)} if "authentication" in values else {}
    client_id = shown(register(administrator, **values | key), "client-id")
    files = configurations(administrator.get(f"/admin/applications/{client_id}/configuration"))
    registration = yaml.safe_load(files["spring"])["spring"]["security"]["oauth2"]["client"]
    assert registration["registration"]["dmp"]["client-id"] == client_id
    assert registration["registration"]["dmp"]["redirect-uri"] == CALLBACK
    assert registration["provider"]["dmp"]["issuer-uri"] == "http://localhost:8000"
    assert {CALLBACK, client_id} <= constants(files["authlib"])
    for name in ("openid-client", "mod_auth_openidc"):
        assert client_id in files[name]
        assert CALLBACK in files[name]
    asking = [text for text in files.values() if "DMP_CLIENT_SECRET" in text]
    assert bool(asking) == (values == {})


def configurations(page: Page) -> dict[str, str]:
    found = re.findall(r'<code id="([\w-]+)">(.*?)</code></pre>', page.text, re.DOTALL)
    return {name: html.unescape(text) for name, text in found}


def constants(source: str) -> set[str]:
    nodes = ast.walk(ast.parse(source))
    return {str(node.value) for node in nodes if isinstance(node, ast.Constant)}


def test_the_console_speaks_english(administrator: Browser) -> None:
    page = administrator.get("/admin/new-application?lang=en")
    assert "Register an application" in page.text
    assert "What kind is it?" in page.text


def test_an_auditor_reads_and_is_offered_nothing_to_change(
    console: SignIn, factory: Factory
) -> None:
    app = factory.client()
    page = console("auditor").get(f"/admin/applications/{app.client_id}")
    assert "Copier la configuration" in page.text
    assert "Nouveau secret" not in page.text
    assert "Désactiver" not in page.text


def test_an_application_of_another_organisation_can_be_read_and_says_whose_it_is(
    console: SignIn, factory: Factory
) -> None:
    app = factory.client()
    page = console("client_administrator").get(f"/admin/applications/{app.client_id}")
    assert "Elle est administrée par les propriétaires" in page.text
