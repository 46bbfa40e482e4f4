"""Signing keys: what one is, and each algorithm's."""

import pytest
from joserfc import jwt
from joserfc.jwk import import_key
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from idp.config import Settings
from idp.db import Database
from idp.directory import key_rotation, keys
from idp.models import AuditEvent, Configuration, KeyState, SigningKey
from tests.directory.conftest import Hands
from tests.factories import Factory

ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]

# joserfc warns that RFC 9864 calls it Ed25519; applications still ask for EdDSA.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


@pytest.fixture
def database(shared_database: Database, hands: Hands) -> Database:
    return shared_database


def ensure(database: Database) -> list[str]:
    with database.writing() as session:
        return [key.alg for key in keys.ensure_signing_keys(session, actor="operator")]


def test_what_is_missing_is_made_once(database: Database) -> None:
    assert ensure(database) == ALGORITHMS
    assert ensure(database) == []
    with database.reading() as session:
        acts = session.scalars(select(AuditEvent.act)).all()
        assert acts == ["key.created"] * 4
        assert session.scalar(select(Configuration.version)) == 4


def test_the_public_half_verifies_what_the_private_one_signs(database: Database) -> None:
    ensure(database)
    with database.reading() as session:
        kept = session.scalars(select(SigningKey)).all()
    for key in kept:
        header = {"alg": key.alg, "kid": key.kid}
        token = jwt.encode(header, {"sub": "x"}, import_key(key.private_jwk), [key.alg])
        public = import_key(key.public_jwk)
        assert jwt.decode(token, public, [key.alg]).claims == {"sub": "x"}
        assert public.thumbprint() == key.kid


def test_the_public_half_is_public_only(database: Database) -> None:
    ensure(database)
    with database.reading() as session:
        published = session.scalars(select(SigningKey.public_jwk)).all()
    for jwk in published:
        assert not {"d", "p", "q", "dp", "dq", "qi"} & jwk.keys()
        assert jwk["use"] == "sig"


def test_an_algorithm_never_has_two_active_keys(database: Database) -> None:
    ensure(database)
    with pytest.raises(IntegrityError), database.writing() as session:
        keys.make(session, "ES256", KeyState.ACTIVE, actor="operator")


def test_an_algorithm_in_use_without_an_active_key_is_told_and_mended(
    database: Database, shared_settings: Settings
) -> None:
    factory = Factory(shared_settings, database)
    factory.client(id_token_signed_response_alg="RS256")
    factory.resource(access_token_signed_alg="EdDSA")
    with database.writing() as session:
        assert keys.without_active(session) == []
        for key in keys.all_keys(session):
            if key.alg in {"RS256", "EdDSA", "PS256"}:
                keys.remove(session, key, actor="operator")
        assert keys.without_active(session) == ["EdDSA", "RS256"]
        key_rotation.rotate_due(session, shared_settings)
        assert keys.without_active(session) == []
