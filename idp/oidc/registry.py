"""Clients, resources and keys as this process keeps them in memory.

A version number in the database tells when they are old: looked at once a second at the most,
so that a change made by another process holds here within a second.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import ColumnElement, select

from idp import clock
from idp.db import Database, Statement
from idp.directory import own_resources
from idp.directory.own_resources import OwnResource
from idp.models import Client, KeyState, Resource, SigningKey, TokenFormat
from idp.oidc import registered_client
from idp.oidc.jws import Signer, Verifier
from idp.oidc.registered_client import RegisteredClient

READ_VERSION = Statement("SELECT version FROM configuration WHERE id = 1")
LOOK_AGAIN_MS = 1000
LONGEST_CLIENT_ID = 255


@dataclass(frozen=True)
class RegisteredResource:
    """A protected API."""

    pk: int
    identifier: str
    name: str
    sector_identifier: str
    scopes: dict[str, str]
    access_token_signed_alg: str
    access_token_format: str


@dataclass(frozen=True)
class _Snapshot:
    """What is registered, as of one version. `clients` and `documents` fill as they are asked
    for. `resources` are there by identifier and by each of their scopes."""

    version: int
    resources: dict[str, RegisteredResource]
    scopes: dict[str, RegisteredResource]
    signers: dict[str, Signer]
    published_keys: list[dict[str, Any]]
    verifier: Verifier
    clients: dict[str, RegisteredClient] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)


class Registry:
    """Looked up by every request and thread; loads what it lacks."""

    def __init__(self, database: Database, issuer: str) -> None:
        self._database = database
        self._own = [_own(issuer, resource) for resource in own_resources.ALL]
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None
        self._looked_at = 0

    def client(self, client_id: str) -> RegisteredClient | None:
        """The client, disabled ones included, or None."""
        snapshot = self._current()
        found = snapshot.clients.get(client_id)
        if found is None and len(client_id) <= LONGEST_CLIENT_ID and client_id.isprintable():
            found = self._load(snapshot, Client.client_id == client_id)
        return found

    def enabled_client(self, client_id: str) -> RegisteredClient | None:
        found = self.client(client_id)
        return found if found is not None and found.enabled else None

    def client_by_pk(self, pk: int) -> RegisteredClient | None:
        """The same by the database's key."""
        snapshot = self._current()
        for known in list(snapshot.clients.values()):
            if known.pk == pk:
                return known
        return self._load(snapshot, Client.id == pk)

    def _load(self, snapshot: _Snapshot, which: ColumnElement[bool]) -> RegisteredClient | None:
        with self._database.reading() as session:
            row = session.scalar(select(Client).where(which))
        if row is None:
            return None
        # Into the snapshot that was looked at: a newer one must not inherit an older row.
        found = snapshot.clients[row.client_id] = registered_client.of(row)
        return found

    def resource_of(self, scope: str) -> RegisteredResource | None:
        """The resource that a scope belongs to; None for our own scopes and unknown ones."""
        return self._current().scopes.get(scope)

    def resources_of(self, scopes: Iterable[str]) -> list[RegisteredResource | None]:
        """The same of several scopes, in their order."""
        known = self._current().scopes
        return [known.get(scope) for scope in scopes]

    def resource(self, identifier: str) -> RegisteredResource | None:
        """The resource that is known by this identifier (RFC 8707)."""
        return self._current().resources.get(identifier)

    def resource_scopes(self) -> list[str]:
        return sorted(self._current().scopes)

    def signer(self, alg: str) -> Signer:
        """The active key of an algorithm. LookupError: none is ready."""
        return self._current().signers[alg]

    def algorithms(self) -> list[str]:
        return sorted(self._current().signers)

    @property
    def published_keys(self) -> list[dict[str, Any]]:
        return self._current().published_keys

    @property
    def verifier(self) -> Verifier:
        return self._current().verifier

    def prebuilt(self, name: str, build: Callable[[], Any]) -> bytes:
        """A JSON document, made anew when what is registered has changed."""
        documents = self._current().documents
        if name not in documents:
            documents[name] = orjson.dumps(build())
        return documents[name]

    def look_again(self) -> None:
        """This process has changed what is registered, and does not wait a second to see it."""
        self._looked_at = 0

    def _current(self) -> _Snapshot:
        now = clock.milliseconds()
        snapshot = self._fresh(now)
        if snapshot is None:
            with self._lock:
                # Whoever waited for the lock finds the work done.
                snapshot = self._fresh(now) or self._look(now)
        return snapshot

    def _fresh(self, now: int) -> _Snapshot | None:
        return self._snapshot if abs(now - self._looked_at) < LOOK_AGAIN_MS else None

    def _look(self, now: int) -> _Snapshot:
        # The version is read first: what changes in between is loaded once more, never missed.
        with self._database.transaction(writes=False) as tx:
            row = tx.one(READ_VERSION)
        version, known = int(row[0]) if row else 0, self._snapshot
        snapshot = known if known and known.version == version else self._read(version)
        self._snapshot, self._looked_at = snapshot, now
        return snapshot

    def _read(self, version: int) -> _Snapshot:
        with self._database.reading() as session:
            registered = map(_resource, session.scalars(select(Resource)))
            resources = [*registered, *self._own]
            keys = session.scalars(select(SigningKey).order_by(SigningKey.id.desc())).all()
            signers = self._signers(keys)
        published = [key.public_jwk for key in keys]
        return _Snapshot(
            version=version,
            resources={resource.identifier: resource for resource in resources},
            scopes={scope: resource for resource in resources for scope in resource.scopes},
            signers=signers,
            published_keys=published,
            verifier=Verifier(published),
        )

    def _signers(self, keys: Sequence[SigningKey]) -> dict[str, Signer]:
        """Those we have are kept: importing an RSA key takes a tenth of a second."""
        known = self._snapshot.signers.values() if self._snapshot else ()
        ready = {signer.kid: signer for signer in known}
        return {
            key.alg: ready.get(key.kid) or Signer(key.kid, key.alg, key.private_jwk)
            for key in keys
            if key.state == KeyState.ACTIVE
        }


def _own(issuer: str, resource: OwnResource) -> RegisteredResource:
    """Its tokens are opaque: none but us has to read them. No row, and so no client of its own."""
    return RegisteredResource(
        pk=0,
        identifier=resource.identifier(issuer),
        name=resource.name,
        sector_identifier=resource.identifier(issuer),
        scopes=dict.fromkeys(resource.scopes, resource.name),
        access_token_signed_alg="",
        access_token_format=TokenFormat.OPAQUE,
    )


def _resource(row: Resource) -> RegisteredResource:
    return RegisteredResource(
        row.id,
        row.identifier,
        row.name,
        row.sector_identifier,
        row.scopes,
        row.access_token_signed_alg,
        row.access_token_format,
    )
