"""What the tests of the protocol start from."""

import pytest
from flask import Flask
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select

from idp.config import Settings
from idp.db import Database
from idp.directory import keys
from idp.models import SigningKey
from idp.oidc.jws import Signer
from tests.browser_client import Browser
from tests.factories import Factory
from tests.oidc.walk import Walk


@pytest.fixture
def walk(
    app: Flask, settings: Settings, database: Database, factory: Factory, browser: Browser
) -> Walk:
    """Short ways to where a test begins."""
    return Walk(app, settings, database, factory, browser)


@pytest.fixture
def stranger(walk: Walk) -> Signer:
    """Somebody else's key, which claims to be ours by its `kid`."""
    with walk.database.reading() as session:
        kid = session.scalars(select(SigningKey.kid).where(SigningKey.alg == "ES256")).one()
    return Signer(kid, "ES256", dict(ECKey.generate_key("P-256").as_dict(private=True)))


@pytest.fixture(scope="session")
def rsa_keys() -> dict[str, RSAKey]:
    """RSA keys take long to find: each test process finds two."""
    return {alg: RSAKey.generate_key(keys.RSA_BITS) for alg in ("RS256", "PS256")}


@pytest.fixture(autouse=True)
def _known_rsa_keys(rsa_keys: dict[str, RSAKey], monkeypatch: pytest.MonkeyPatch) -> None:
    for alg, key in rsa_keys.items():
        monkeypatch.setitem(keys.NEW, alg, lambda key=key: key)
