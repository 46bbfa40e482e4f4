from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import select

from idp.crypto import digest
from idp.db import Database
from idp.directory import clients, resources
from idp.directory.clients import DuplicateClient, NoSecret, Registered, UnknownClient
from idp.directory.documents import InvalidMetadata
from idp.models import AuditEvent, Client, ClientState, Configuration

RESOURCE = {
    "identifier": "https://api.example",
    "name": "Dossier",
    "scopes": {"dmp:documents": "Lire les documents"},
}


def metadata(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "client_id": "portail",
        "client_name": "Portail patient",
        "redirect_uris": ["https://portail.example/callback"],
        "scope": "openid email",
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def register(database: Database, *, update: bool = False, **changes: Any) -> Registered:
    with database.writing() as session:
        return clients.register(session, metadata(**changes), actor="operator", update=update)


def problems(database: Database, **changes: Any) -> list[str]:
    with pytest.raises(InvalidMetadata) as refusal:
        register(database, **changes)
    return list(refusal.value.problems)


def version(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(Configuration.version)) or 0


def stored(database: Database, client_id: str = "portail") -> Client:
    with database.reading() as session:
        return clients.find(session, client_id)


def test_what_is_not_given_has_the_specifications_defaults(database: Database) -> None:
    register(database)
    client = stored(database)
    assert client.grant_types == ["authorization_code"]
    assert client.response_types == ["code"]
    assert client.token_endpoint_auth_method == "client_secret_basic"
    assert client.id_token_signed_response_alg == "RS256"
    assert client.minimum_acr == "urn:dmp:acr:mfa"
    assert client.sector_identifier == "portail.example"
    assert client.require_pkce
    assert client.state == ClientState.ENABLED


def test_the_secret_is_told_once_and_kept_as_a_hash(database: Database) -> None:
    secret = register(database).client_secret
    assert secret is not None
    assert len(secret) == 43
    assert stored(database).secret_hash == digest(secret)


def test_an_application_without_client_id_is_given_one(database: Database) -> None:
    first = register(database, client_id=None)
    second = register(database, client_id=None)
    assert first.client.client_id != second.client.client_id


def test_a_public_application_has_no_secret(database: Database) -> None:
    made = register(
        database,
        token_endpoint_auth_method="none",
        application_type="native",
        redirect_uris=["fr.example.app:/callback"],
        sector_identifier="example.fr",
    )
    assert made.client_secret is None
    assert made.client.secret_hash is None


def test_a_client_id_is_registered_once(database: Database) -> None:
    register(database)
    with pytest.raises(DuplicateClient, match="--update"):
        register(database)


def test_an_update_replaces_the_document_and_keeps_the_secret(database: Database) -> None:
    secret = register(database, publisher="la Cnam").client_secret
    again = register(database, update=True, client_name="Autre nom")
    assert again.client_secret is None
    client = stored(database)
    assert (client.client_name, client.publisher) == ("Autre nom", None)
    assert client.secret_hash == digest(secret or "")


def test_an_update_cannot_change_the_sector_people_are_known_by(database: Database) -> None:
    register(database)
    with pytest.raises(InvalidMetadata, match="for ever"):
        register(database, update=True, redirect_uris=["https://ailleurs.example/callback"])
    assert stored(database).redirect_uris == ["https://portail.example/callback"]


def test_who_becomes_confidential_gets_a_secret_and_who_becomes_public_loses_it(
    database: Database,
) -> None:
    register(database, token_endpoint_auth_method="none")
    assert register(database, update=True).client_secret
    register(database, update=True, token_endpoint_auth_method="none")
    assert stored(database).secret_hash is None


def test_a_new_secret_voids_the_old(database: Database) -> None:
    old = register(database).client_secret
    with database.writing() as session:
        new = clients.rotate_secret(session, "portail", actor="operator")
    assert new != old
    assert stored(database).secret_hash == digest(new)


def test_a_public_application_gets_no_new_secret(database: Database) -> None:
    register(database, token_endpoint_auth_method="none")
    with database.writing() as session, pytest.raises(NoSecret):
        clients.rotate_secret(session, "portail", actor="operator")


def test_disabling_and_enabling(database: Database) -> None:
    register(database)
    with database.writing() as session:
        clients.disable(session, "portail", actor="operator")
    assert stored(database).state == ClientState.DISABLED
    with database.writing() as session:
        clients.enable(session, "portail", actor="operator")
    assert stored(database).state == ClientState.ENABLED


def test_an_unknown_application_is_refused(database: Database) -> None:
    with database.writing() as session, pytest.raises(UnknownClient):
        clients.disable(session, "personne", actor="operator")


def test_every_change_is_counted_and_traced(database: Database) -> None:
    register(database)
    register(database, update=True)
    with database.writing() as session:
        clients.rotate_secret(session, "portail", actor="operator")
        clients.disable(session, "portail", actor="operator")
        clients.enable(session, "portail", actor="operator")
    assert version(database) == 5
    with database.reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.act for event in events] == [
        "client.registered", "client.updated", "client.secret_rotated", "client.disabled",
        "client.enabled",
    ]  # fmt: skip
    assert len({event.client_id for event in events}) == 1


def test_a_resources_scope_is_known_once_it_is_registered(database: Database) -> None:
    assert problems(database, scope="openid dmp:documents") == [
        "scope: there is no scope “dmp:documents” here"
    ]
    with database.writing() as session:
        resources.register(session, RESOURCE, actor="operator")
    assert register(database, scope="openid dmp:documents").created


def test_every_problem_is_said_at_once(database: Database) -> None:
    found = problems(
        database,
        client_name=None,
        redirect_uris=["javascript:alert(1)", "https://a@b.example/"],
        grant_types=["implicit"],
        minimum_acr="loa9",
        registration_client_uri="https://portail.example/",
    )
    named = " ".join(found)
    for member in ("client_name", "javascript", "a@b.example", "grant_types", "minimum_acr"):
        assert member in named
    assert "registration_client_uri: there is no such member" in found


KEYS_AT = {"jwks_uri": "https://portail.example/keys"}
ENCRYPTED = KEYS_AT | {"userinfo_encrypted_response_alg": "ECDH-ES"}


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"client_id": "a b"}, "client_id"),
        ({"client_id": "a" * 65}, "client_id"),
        ({"client_id": 7}, "client_id"),
        ({"client_name": ""}, "client_name"),
        ({"client_name": "a\nb"}, "client_name"),
        ({"client_name": "a" * 201}, "client_name"),
        ({"client_name": ["a"]}, "client_name"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": None}, "redirect_uris"),
        ({"redirect_uris": "https://portail.example/"}, "redirect_uris"),
        ({"redirect_uris": [1]}, "redirect_uris"),
        ({"redirect_uris": ["https://p.example/"] * 2}, "redirect_uris"),
        ({"redirect_uris": ["fr.example.app:/"], "sector_identifier": "e.fr"}, "redirect_uris"),
        ({"redirect_uris": ["https://a.example/", "https://b.example/"]}, "sector_identifier"),
        ({"post_logout_redirect_uris": ["http://evil.example/"]}, "post_logout_redirect_uris"),
        ({"sector_identifier": "https://portail.example/"}, "sector_identifier"),
        ({"client_uri": "ftp://portail.example/"}, "client_uri"),
        ({"policy_uri": "javascript:x"}, "policy_uri"),
        ({"tos_uri": 3}, "tos_uri"),
        ({"contacts": ["nobody"]}, "contacts"),
        ({"grant_types": ["client_credentials"]}, "scope"),
        ({"grant_types": []}, "grant_types"),
        ({"grant_types": ["refresh_token"]}, "grant_types"),
        ({"response_types": ["token"]}, "response_types"),
        ({"response_types": ["code id_token"]}, "response_types"),
        ({"scope": "openid  email"}, "scope"),
        ({"scope": "openid openid"}, "scope"),
        ({"scope": "openid admin"}, "scope"),
        ({"scope": ["openid"]}, "scope"),
        ({"scope": 'openid "'}, "scope"),
        ({"scope": "openid offline_access"}, "scope"),
        ({"optional_scope": "phone"}, "optional_scope"),
        ({"optional_scope": "openid"}, "optional_scope"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ({"id_token_signed_response_alg": "HS256"}, "id_token_signed_response_alg"),
        ({"subject_type": "public"}, "subject_type"),
        ({"default_max_age": -1}, "default_max_age"),
        ({"default_max_age": True}, "default_max_age"),
        ({"default_max_age": "60"}, "default_max_age"),
        ({"default_acr_values": ["urn:dmp:acr:password"]}, "minimum_acr"),
        ({"default_acr_values": ["eidas9"]}, "default_acr_values"),
        ({"minimum_acr": "urn:dmp:acr:none"}, "minimum_acr"),
        ({"minimum_acr": "urn:dmp:acr:password", "scope": "openid ins_c"}, "minimum_acr"),
        ({"require_pkce": "false"}, "require_pkce"),
        ({"require_pkce": False, "token_endpoint_auth_method": "none"}, "require_pkce"),
        ({"client_secret": "mine"}, "client_secret"),
        ({"logo_uri": "data:image/png;base64,AA"}, "logo_uri"),
        ({"application_type": "desktop"}, "application_type"),
        ({"initiate_login_uri": "portail:start"}, "initiate_login_uri"),
        ({"request_uris": ["https://portail.example/r#short"]}, "request_uris"),
        ({"request_uris": ["https://portail.example/" + "r" * 512]}, "request_uris"),
        ({"request_object_signing_alg": "none"}, "request_object_signing_alg"),
        ({"frontchannel_logout_uri": "https://other.example/out"}, "frontchannel_logout_uri"),
        ({"backchannel_logout_uri": "http://portail.example/out"}, "backchannel_logout_uri"),
        ({"backchannel_logout_session_required": 1}, "backchannel_logout_session_required"),
        ({"require_auth_time": "yes"}, "require_auth_time"),
        ({"jwks_uri": "http://portail.example/keys"}, "jwks_uri"),
        ({"id_token_encrypted_response_alg": "RSA-OAEP-256"}, "id_token_encrypted_response_alg"),
        ({"id_token_encrypted_response_enc": "A256GCM"}, "id_token_encrypted_response_enc"),
        (
            ENCRYPTED | {"userinfo_encrypted_response_alg": "RSA1_5"},
            "userinfo_encrypted_response_alg",
        ),
        (
            ENCRYPTED | {"userinfo_encrypted_response_enc": "A128GCM"},
            "userinfo_encrypted_response_enc",
        ),
        ({"software_id": ""}, "software_id"),
        ({"sector_identifier_uri": "http://portail.example/s"}, "sector_identifier_uri"),
        (
            {"sector_identifier": "p.example", "sector_identifier_uri": "https://p.example/"},
            "sector_identifier",
        ),
        ({"sector_identifier_uri": "https://portail.example/s"}, "sector_identifier_uri"),
    ],
)
def test_what_cannot_be_registered_is_refused_by_name(
    database: Database, changes: dict[str, Any], member: str
) -> None:
    found = problems(database, **changes)
    assert any(problem.startswith(member) for problem in found)


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_what_is_not_an_object_is_refused(database: Database, document: object) -> None:
    with database.writing() as session, pytest.raises(InvalidMetadata, match="JSON object"):
        clients.register(session, document, actor="operator")


def test_an_operator_may_lift_pkce_for_who_keeps_a_secret(database: Database) -> None:
    register(database, require_pkce=False)
    assert not stored(database).require_pkce


def test_a_lower_minimum_without_a_health_identifier_is_granted(database: Database) -> None:
    register(database, minimum_acr="urn:dmp:acr:password", default_acr="urn:dmp:acr:password")
    assert stored(database).default_acr_values == ["urn:dmp:acr:password"]


MACHINE = {
    "redirect_uris": None,
    "grant_types": ["client_credentials"],
    "scope": "dmp:documents",
}


@pytest.fixture
def api(database: Database) -> str:
    with database.writing() as session:
        resources.register(session, RESOURCE, actor="operator")
    return str(RESOURCE["identifier"])


def test_a_machine_has_credentials_and_nobody_to_send_back(database: Database, api: str) -> None:
    made = register(database, **MACHINE)
    assert made.client_secret
    client = stored(database)
    assert (client.response_types, client.redirect_uris) == ([], [])
    assert client.sector_identifier == client.client_id
    assert register(database, update=True, **MACHINE).client_secret is None


def test_an_api_says_which_one_it_is(database: Database, api: str) -> None:
    register(database, **MACHINE, resource=api)
    assert stored(database).resource_id is not None
    assert problems(database, client_id="x", resource="https://unknown.example") == [
        "resource: there is no resource https://unknown.example here"
    ]


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"scope": "openid dmp:documents"}, "scope"),
        ({"redirect_uris": ["https://p.example/"]}, "redirect_uris"),
        ({"grant_types": ["client_credentials", "refresh_token"]}, "grant_types"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"userinfo_signed_response_alg": "none"}, "userinfo_signed_response_alg"),
        ({"introspection_signed_response_alg": "HS256"}, "introspection_signed_response_alg"),
        ({"resource": "api.example"}, "resource"),
    ],
)
def test_a_machine_that_cannot_be_is_refused_by_name(
    database: Database, api: str, changes: dict[str, Any], member: str
) -> None:
    found = problems(database, **MACHINE | changes)
    assert any(problem.startswith(member) for problem in found)


# Who signs to authenticate

EC = ECKey.generate_key("P-256")
BY_KEY = {"token_endpoint_auth_method": "private_key_jwt"}
BY_SECRET = {"token_endpoint_auth_method": "client_secret_jwt"}


def jwks(*keys: Any, private: bool = False) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=private) for key in keys]}


def test_who_signs_by_a_key_has_no_secret(database: Database) -> None:
    assert register(database, **BY_KEY, jwks=jwks(EC)).client_secret is None
    client = stored(database)
    assert (client.secret_hash, client.client_secret) == (None, None)
    assert client.token_endpoint_auth_signing_alg == "ES256"
    with database.writing() as session, pytest.raises(NoSecret):
        clients.rotate_secret(session, "portail", actor="operator")


def test_only_who_signs_by_a_secret_has_one_that_can_be_read_again(database: Database) -> None:
    first = register(database).client_secret
    assert stored(database).client_secret is None
    second = register(database, update=True, **BY_SECRET).client_secret
    assert second not in {None, first}
    assert stored(database).client_secret == second
    assert stored(database).token_endpoint_auth_signing_alg == "HS256"
    with database.writing() as session:
        third = clients.rotate_secret(session, "portail", actor="operator")
    assert stored(database).client_secret == third
    register(database, update=True)
    assert stored(database).client_secret is None


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        (BY_KEY, "jwks"),
        (BY_KEY | {"jwks": {"keys": []}}, "jwks"),
        (BY_KEY | {"jwks": "keys"}, "jwks"),
        (BY_KEY | {"jwks": {"keys": ["x"]}}, "jwks"),
        (BY_KEY | {"jwks": {"keys": [{"kty": "EC"}]}}, "jwks"),
        (BY_KEY | {"jwks": jwks(EC, private=True)}, "jwks"),
        (BY_KEY | {"jwks": jwks(EC, EC)}, "jwks"),
        (BY_KEY | {"jwks": jwks(ECKey.generate_key("P-384"))}, "jwks"),
        (BY_KEY | {"jwks": jwks(RSAKey.generate_key(1024))}, "jwks"),
        (BY_KEY | {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "jwks"),
        (
            BY_KEY | {"jwks": jwks(EC), "token_endpoint_auth_signing_alg": "RS256"},
            "token_endpoint_auth_signing_alg",
        ),
        ({"token_endpoint_auth_signing_alg": "ES256"}, "token_endpoint_auth_signing_alg"),
        (
            BY_SECRET | {"token_endpoint_auth_signing_alg": "none"},
            "token_endpoint_auth_signing_alg",
        ),
    ],
)
def test_a_key_that_nobody_should_sign_with_is_refused(
    database: Database, changes: dict[str, Any], member: str
) -> None:
    found = problems(database, **changes)
    assert any(problem.startswith(member) for problem in found), found


def test_keys_are_given_by_value_or_by_address_and_never_both(database: Database) -> None:
    register(database, **BY_KEY, **KEYS_AT)
    client = stored(database)
    assert (client.jwks, client.jwks_uri) == (None, KEYS_AT["jwks_uri"])
    # Of what kind the keys are, nobody knows yet.
    assert client.token_endpoint_auth_signing_alg is None
    assert "jwks: is there beside jwks_uri" in problems(
        database, client_id="x", jwks=jwks(EC), **KEYS_AT
    )


def test_an_answer_is_encrypted_for_a_key_that_is_for_that(database: Database) -> None:
    for_encryption = jwks(EC) | {}
    for_encryption["keys"][0]["use"] = "enc"
    wish = {"id_token_encrypted_response_alg": "ECDH-ES", "jwks": for_encryption}
    register(database, **wish)
    assert stored(database).id_token_encrypted_response_enc == "A128CBC-HS256"
    for changes in ({"id_token_encrypted_response_alg": "RSA-OAEP-256"}, {"jwks": signing_only()}):
        found = problems(database, client_id="x", **wish | changes)
        assert found == ["id_token_encrypted_response_alg: has no key in jwks to encrypt with"]
    # And nobody signs with it.
    found = problems(database, client_id="x", **BY_KEY, jwks=for_encryption)
    assert any(problem.startswith("token_endpoint_auth_signing_alg") for problem in found)


@pytest.mark.parametrize("curve", ["P-256", "X25519"])
def test_an_answer_is_encrypted_on_either_curve(database: Database, curve: str) -> None:
    key = ECKey.generate_key(curve) if curve == "P-256" else OKPKey.generate_key(curve)
    register(database, jwks=jwks(key), userinfo_encrypted_response_alg="ECDH-ES")
    assert stored(database).userinfo_encrypted_response_alg == "ECDH-ES"


@pytest.mark.parametrize(
    "changes",
    [
        {"key_ops": ["verify"]},
        {"alg": "ECDH-ES+A128KW"},
        {"kty": "OKP", "crv": "X25519", "x": "A" * 43},  # gives no secret
    ],
)
def test_a_key_that_cannot_encrypt_is_not_registered_for_it(
    database: Database, changes: dict[str, Any]
) -> None:
    keys = {"keys": [EC.as_dict(private=False) | changes]}
    found = problems(database, jwks=keys, userinfo_encrypted_response_alg="ECDH-ES")
    assert found == ["userinfo_encrypted_response_alg: has no key in jwks to encrypt with"]


def signing_only() -> dict[str, Any]:
    keys = jwks(EC)
    keys["keys"][0]["use"] = "sig"
    return keys


def test_a_request_objects_address_may_carry_its_hash(database: Database) -> None:
    address = f"https://portail.example/request#{'h' * 43}"
    register(database, request_uris=[address])
    assert stored(database).request_uris == [address]


def test_the_sectors_document_lists_every_redirect_uri(database: Database) -> None:
    uris = ["https://a.example/back", "https://b.example/back"]
    document = metadata(redirect_uris=uris, sector_identifier_uri="https://sector.example/uris")
    for listed in ([], uris[:1]):
        with database.writing() as session, pytest.raises(InvalidMetadata, match="every redirect"):
            clients.register(session, document, actor="operator", sector_uris=listed)
    with database.writing() as session:
        clients.register(session, document, actor="operator", sector_uris=uris)
    assert stored(database).sector_identifier == "sector.example"


def test_of_two_who_replace_a_secret_one_does(database: Database) -> None:
    register(database)
    present = stored(database).secret_hash
    with database.writing() as session:
        clients.rotate_secret(session, "portail", actor="operator", replaces=present)
    with database.writing() as session, pytest.raises(clients.AlreadyReplaced):
        clients.rotate_secret(session, "portail", actor="operator", replaces=present)
