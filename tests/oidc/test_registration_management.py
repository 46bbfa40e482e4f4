"""Managing what was registered (RFC 7592): read, replaced as a whole, removed."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from idp.config import Settings
from idp.db import Database
from idp.directory import clients
from idp.models import AuditEvent, Client, Grant
from tests.browser_client import ISSUER
from tests.factories import CALLBACK
from tests.oidc.registrant import DOCUMENT, Registrant, problem
from tests.oidc.walk import OFFLINE, Walk

STAYS = ["authorization_code", "refresh_token"]

# What the database has no part in.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"registration": "open"})


@pytest.fixture
def registrant(app: Flask) -> Registrant:
    return Registrant.new(app)


def stored(database: Database, registrant: Registrant) -> Client:
    with database.reading() as session:
        which = Client.client_id == registrant.document["client_id"]
        return session.scalars(select(Client).where(which)).one()


def test_a_registration_is_read_with_its_token(registrant: Registrant) -> None:
    answer = registrant.manage("GET")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    told = dict(registrant.document)
    del told["client_secret"]  # told once, and kept as a hash
    assert answer.json == told


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_every_wrong_token_gets_the_same_answer(
    app: Flask, database: Database, registrant: Registrant, method: str
) -> None:
    """Whether the client exists, is another's or is disabled."""
    right = registrant.document["registration_access_token"]
    other = Registrant.new(app).document["registration_access_token"]
    answers = [registrant.manage(method, token, json=DOCUMENT) for token in ("", "x", other, "é")]
    bearer = {"Authorization": f"Bearer {right}"}
    for query in ("", "?client_id=nobody", "?client_id=%FF", "?client_id=a&client_id=a"):
        options: dict[str, Any] = {"method": method, "headers": bearer, "json": DOCUMENT}
        answers.append(app.test_client().open(f"/register{query}", **options))
    with database.writing() as session:
        clients.disable(session, registrant.document["client_id"], actor="operator")
    answers.append(registrant.manage(method, json=DOCUMENT))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.get_data() for answer in answers} == {b'{"error":"invalid_token"}'}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {
        f'Bearer realm="{ISSUER}", error="invalid_token"'
    }


def test_an_update_replaces_the_whole_document(database: Database, registrant: Registrant) -> None:
    registrant.update(tos_uri="https://app.example/terms", default_max_age=60)
    answer = registrant.update(client_name="Autre nom", policy_uri="https://app.example/privacy")
    assert answer.status_code == 200
    told = dict(answer.json or {})
    assert told["client_name"] == "Autre nom"
    assert "tos_uri" not in told
    assert told["registration_access_token"] == registrant.document["registration_access_token"]
    client = stored(database, registrant)
    assert (client.tos_uri, client.default_max_age) == (None, None)
    assert client.policy_uri == "https://app.example/privacy"


def test_an_update_holds_at_once(walk: Walk, registrant: Registrant) -> None:
    walk.authorize(registrant.client)  # this process knows the client from here on
    registrant.update(redirect_uris=["https://app.example/other"])
    assert walk.authorize(registrant.client).status == 400


@ON_SQLITE
@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "another"},
        {"client_secret": "another"},
        {"client_secret": 7},
        {"registration_access_token": "x"},
        {"registration_client_uri": "https://app.example/"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
        {"scope": "openid ins"},
        {"subject_type": "public"},
        {"redirect_uris": None},
        {"redirect_uris": ["https://elsewhere.example/"]},
    ],
)
def test_an_update_that_is_not_right_changes_nothing(
    database: Database, registrant: Registrant, changes: dict[str, Any]
) -> None:
    answer = registrant.update(client_name="Autre nom", **changes)
    assert problem(answer) in {"invalid_client_metadata", "invalid_redirect_uri"}
    assert stored(database, registrant).client_name == "Mon carnet"


@ON_SQLITE
@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_an_update_is_a_document(registrant: Registrant, body: bytes) -> None:
    answer = registrant.manage("PUT", data=body, content_type="application/json")
    assert problem(answer) == "invalid_client_metadata"


def test_a_secret_is_told_again_only_when_it_is_new(app: Flask) -> None:
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    registrant = Registrant.new(
        app, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key]}
    )
    assert "client_secret" not in registrant.document
    changes = {"jwks": None, "token_endpoint_auth_signing_alg": None}
    answer = registrant.update(token_endpoint_auth_method="client_secret_post", **changes)
    assert len((answer.json or {})["client_secret"]) == 43


def test_what_an_operator_took_over_is_no_registrants_any_more(
    database: Database, registrant: Registrant
) -> None:
    with database.writing() as session:
        document = DOCUMENT | {"client_id": registrant.document["client_id"], "scope": "openid ins"}
        clients.register(session, document, actor="operator", update=True)
    assert registrant.manage("GET").status_code == 401
    assert stored(database, registrant).registered_by == "operator"


def test_who_is_removed_loses_every_token_at_once(walk: Walk) -> None:
    registrant = Registrant.new(walk.app, grant_types=STAYS)
    client, person = registrant.client, walk.factory.person()
    client.pk = stored(walk.database, registrant).id
    walk.sign_in(person)
    walk.agree(person, client)
    tokens, code = walk.tokens(client, scope=OFFLINE), walk.code(client, scope=OFFLINE)
    answer = registrant.manage("DELETE")
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert walk.userinfo(tokens["access_token"]).status_code == 401
    for refused in (walk.refresh(client, tokens["refresh_token"]), walk.redeem(client, code)):
        assert (refused.json or {})["error"] == "invalid_client"
    assert walk.authorize(client).status == 400
    assert registrant.manage("GET").status_code == 401
    with walk.database.reading() as session:
        assert None not in session.scalars(select(Grant.revoked_at)).all()
        acts = session.scalars(select(AuditEvent.act)).all()
    assert "client.deleted" in acts
    assert "Mon carnet" not in walk.browser.get("/account/applications").text


def test_what_is_removed_no_operator_brings_back(
    database: Database, registrant: Registrant
) -> None:
    registrant.manage("DELETE")
    client_id = registrant.document["client_id"]
    with database.writing() as session:
        with pytest.raises(clients.UnknownClient):
            clients.enable(session, client_id, actor="operator")
        document = DOCUMENT | {"client_id": client_id}
        with pytest.raises(clients.DuplicateClient):
            clients.register(session, document, actor="operator", update=True)
        assert clients.list_all(session) == []


def test_an_operators_clients_are_nobodys_to_manage(walk: Walk) -> None:
    client = walk.factory.client(redirect_uris=[CALLBACK])
    address = f"/register?client_id={client.client_id}"
    for token in ("", client.secret, "None"):
        headers = {"Authorization": f"Bearer {token}"}
        assert walk.app.test_client().get(address, headers=headers).status_code == 401
