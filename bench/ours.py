"""This provider as it is deployed: its settings, its migrations, clients registered by the verbs
that an operator uses, and somebody enrolled who signed in and agreed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from idp import audit, clock
from idp.config import Settings
from idp.crypto import new_secret
from idp.db import Database
from idp.directory import clients, holders, keys, organisations, resources, sign_in
from idp.directory.enrolment import Enrolment
from idp.factors.hashing import Hasher
from idp.models import Account, AccountState, Client, Consent

ROOT = Path(__file__).parents[1]
CALLBACK = "https://app.example/callback"
SCOPE = "openid offline_access identite_pivot"
PASSWORD = "horloge-verger-matin-bleu"
PATHS = {
    "discovery": "/.well-known/openid-configuration",
    "jwks": "/jwks.json",
    "authorize": "/authorize",
    "token": "/token",
    "introspect": "/introspect",
    "userinfo": "/userinfo",
}
APIS = {
    "documents": {"identifier": "https://api.example"},
    "opaque": {"identifier": "https://opaque.example", "access_token_format": "opaque"},
    "rs": {"identifier": "https://rs.example", "access_token_signed_alg": "RS256"},
}
APP = {
    "client_name": "Application",
    "redirect_uris": [CALLBACK],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": SCOPE,
    "id_token_signed_response_alg": "ES256",
}
MACHINE = {
    "client_name": "Machine",
    "grant_types": ["client_credentials"],
    "scope": "documents opaque rs",
}
SOMEBODY = Enrolment(
    birth_name="Martin",
    first_names=("Marie Christine",),
    birth_date="1977-01-31",
    sex="F",
    birth_place="18033",
    birth_place_name="Bourges",
    nir="2 77 01 66 828 426",
    address=("12 rue des Tilleuls", "18000 BOURGES"),
    organisation="Cnam du Cher",
    mail="mc.martin@exemple.fr",
)


def environment(folder: Path, port: int, database_url: str | None = None) -> dict[str, str]:
    """The settings of a deployment in `folder`; SQLite unless told otherwise."""
    secrets = {f"IDP_{name}_KEYS": f"k1:{new_secret()}" for name in ("SEALING", "MAC", "INDEX")}
    return {
        "IDP_ENVIRONMENT": "demonstration",
        "IDP_VAR": str(folder),
        "IDP_DATABASE_URL": database_url or f"sqlite:///{folder / 'idp.db'}",
        "IDP_LISTEN_PORT": str(port),
        **secrets,
    }


def prepare(settings: dict[str, str]) -> str:
    """What a target file says: tables made, clients registered, somebody signed in."""
    command = [sys.executable, "-m", "idp", "migrate"]
    subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=True, capture_output=True)
    with opened(settings) as (database, loaded):
        app, machine = _register(database)
        cookie = _sign_in(database, loaded, app["client_id"])
    bodies = {
        f"machine_{name}": f"grant_type=client_credentials&scope={scope}"
        for name, scope in (("jwt", "documents"), ("opaque", "opaque"), ("rs256", "rs"))
    }
    return json.dumps(
        {
            "paths": PATHS,
            "cookie": f"dmp-session={cookie}",
            "redirect_uri": CALLBACK,
            **app,
            "machine_id": machine["client_id"],
            "machine_secret": machine["client_secret"],
            **bodies,
        }
    )


@contextmanager
def opened(environ: dict[str, str]) -> Iterator[tuple[Database, Settings]]:
    """The deployment's database, as its own processes see it."""
    os.environ.update(environ)
    loaded = Settings()
    database = Database(loaded.effective_database_url, loaded.keyring)
    try:
        yield database, loaded
    finally:
        database.dispose()


def _register(database: Database) -> tuple[dict[str, Any], dict[str, Any]]:
    with database.writing() as session:
        keys.ensure_signing_keys(session, actor="operator")
        organisations.create(
            session,
            name=SOMEBODY.organisation,
            city="Bourges",
            address=("18000 BOURGES",),
            actor="operator",
        )
        for scope, document in APIS.items():
            described = {"name": scope, "scopes": {scope: scope}, **document}
            resources.register(session, described, actor="operator")
        registered = [
            clients.register(session, document, actor="operator") for document in (APP, MACHINE)
        ]
        told = [
            {"client_id": each.client.client_id, "client_secret": each.client_secret}
            for each in registered
        ]
    return told[0], told[1]


def _sign_in(database: Database, settings: Settings, client_id: str) -> str:
    """The cookie of somebody who proved both factors and agreed to SCOPE."""
    enrolled = holders.enrol(database, settings, SOMEBODY, actor="operator")
    hashed, origin, now = Hasher(settings).hash(PASSWORD), audit.Origin("127.0.0.1"), clock.now()
    with database.writing() as session:
        account = session.get_one(Account, enrolled.account_id)
        account.state, account.password_hash = AccountState.ACTIVE, hashed
        account.activated_at = account.password_changed_at = now
        for channel in account.channels:
            channel.verified_at = now
        client = clients.find(session, client_id)
        session.add(_consent(account.id, client, now))
        opened_session, _ = sign_in.open_session(session, settings, account.id, None, origin)
        return sign_in.raise_level(session, opened_session, "mail", origin)


def _consent(account_id: int, client: Client, now: int) -> Consent:
    return Consent(
        account_id=account_id,
        client_id=client.id,
        granted=SCOPE.split(),
        declined=[],
        given_at=now,
    )


def login_identifier(environ: dict[str, str]) -> str:
    """Of the one person of this deployment."""
    with opened(environ) as (database, _), database.reading() as session:
        return str(session.query(Account.login_identifier).scalar())
