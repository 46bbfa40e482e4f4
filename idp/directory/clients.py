"""Relying applications: registered, given a new secret, disabled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock, crypto
from idp.directory import client_metadata, client_vocabulary, configuration
from idp.directory.documents import InvalidMetadata
from idp.directory.refusal import Refusal
from idp.models import Client, ClientState, Resource

CLIENT_ID_BYTES = 16
SECRET_BYTES = 32
WITHOUT_SECRET = {client_vocabulary.PUBLIC, client_vocabulary.BY_KEY}
TAKEN = "There is already an application {}; --update replaces its registration."


class DuplicateClient(Refusal):
    """The client_id is taken."""


class UnknownClient(Refusal):
    """No application has this client_id."""


class NoSecret(Refusal):
    """The application authenticates without a secret."""


@dataclass(frozen=True)
class Registered:
    """`client_secret` is told once, here; None for an application that has none or keeps its
    own."""

    client: Client
    client_secret: str | None = field(repr=False)
    created: bool


def register(
    session: Session,
    metadata: Any,
    *,
    actor: str,
    update: bool = False,
    sector_uris: Collection[str] = (),
) -> Registered:
    """An application by its registration document. With `update`, the document of one that is
    registered already takes the place of the old one, wholly, and its secret stays.
    `sector_uris` are those that the document at its sector_identifier_uri lists.

    Raises InvalidMetadata, DuplicateClient.
    """
    values = client_metadata.read(metadata, known_scopes(session))
    _check_sector(values, sector_uris)
    client_id = values.pop("client_id") or crypto.new_secret(CLIENT_ID_BYTES)
    # A machine knows nobody: its sector is its own, and never used.
    values["sector_identifier"] = values["sector_identifier"] or client_id
    values["resource_id"] = _resource_id(session, values.pop("resource"))
    client = session.scalar(select(Client).where(Client.client_id == client_id))
    if client is not None and not update:
        raise DuplicateClient(TAKEN.format(client_id))
    if client is None:
        client = Client(client_id=client_id, created_at=clock.now(), **values)
        secret = _settle_secret(client)
        _add(session, client)
        _changed(session, client, "client.registered", actor)
        return Registered(client, secret, created=True)
    _replace(client, values)
    secret = _settle_secret(client)
    _changed(session, client, "client.updated", actor)
    return Registered(client, secret, created=False)


def rotate_secret(session: Session, client_id: str, *, actor: str) -> str:
    """A new secret, told once; the old one is void at once. Raises UnknownClient, NoSecret."""
    client = find(session, client_id)
    if client.token_endpoint_auth_method in WITHOUT_SECRET:
        raise NoSecret(f"The application {client_id} authenticates without a secret.")
    client.secret_hash = client.client_secret = None
    secret = _settle_secret(client) or ""
    _changed(session, client, "client.secret_rotated", actor)
    return secret


def disable(session: Session, client_id: str, *, actor: str) -> None:
    """The application is refused everywhere, until it is enabled. Raises UnknownClient."""
    _set_state(session, client_id, ClientState.DISABLED, actor)


def enable(session: Session, client_id: str, *, actor: str) -> None:
    """Raises UnknownClient."""
    _set_state(session, client_id, ClientState.ENABLED, actor)


def find(session: Session, client_id: str) -> Client:
    """The application of this client_id. Raises UnknownClient."""
    client = session.scalar(select(Client).where(Client.client_id == client_id))
    if client is None:
        raise UnknownClient(f"There is no application {client_id}.")
    return client


def list_all(session: Session) -> Sequence[Client]:
    return session.scalars(select(Client).order_by(Client.client_id)).all()


def known_scopes(session: Session) -> list[str]:
    """Our own scopes and those of the registered resources."""
    of_resources = session.scalars(select(Resource.scopes)).all()
    return [*client_vocabulary.SCOPES, *(name for scopes in of_resources for name in scopes)]


def _check_sector(values: dict[str, Any], sector_uris: Collection[str]) -> None:
    """ "The values registered in redirect_uris MUST be included in the elements of the array"
    (OpenID Connect Registration 1.0, section 5)."""
    if values["sector_identifier_uri"] and not set(values["redirect_uris"]) <= set(sector_uris):
        raise InvalidMetadata(
            "sector_identifier_uri: the document there does not list every redirect URI"
        )


def _resource_id(session: Session, identifier: str | None) -> int | None:
    if identifier is None:
        return None
    found = session.scalar(select(Resource.id).where(Resource.identifier == identifier))
    if found is None:
        raise InvalidMetadata(f"resource: there is no resource {identifier} here")
    return found


def _add(session: Session, client: Client) -> None:
    try:
        with session.begin_nested():
            session.add(client)
    except IntegrityError as error:
        raise DuplicateClient(TAKEN.format(client.client_id)) from error


def _replace(client: Client, values: dict[str, Any]) -> None:
    if values["sector_identifier"] != client.sector_identifier:
        # Every `sub` the application knows its people by would change.
        raise InvalidMetadata(
            f"sector_identifier: is {client.sector_identifier} for ever, by it people are known"
        )
    for name, value in values.items():
        setattr(client, name, value)


def _settle_secret(client: Client) -> str | None:
    """Whoever authenticates by a secret has one. 256 random bits need no slow hash."""
    method = client.token_endpoint_auth_method
    if method in WITHOUT_SECRET:
        client.secret_hash = client.client_secret = None
        return None
    # Only what checks a signature has to be readable again: it is sealed, and kept for that alone.
    recoverable = method == client_vocabulary.BY_SECRET
    if not recoverable:
        client.client_secret = None
    if client.secret_hash is not None and recoverable == (client.client_secret is not None):
        return None
    secret = crypto.new_secret(SECRET_BYTES)
    client.secret_hash = crypto.digest(secret)
    client.client_secret = secret if recoverable else None
    return secret


def _set_state(session: Session, client_id: str, state: ClientState, actor: str) -> None:
    client = find(session, client_id)
    client.state = state
    _changed(session, client, f"client.{state.value}", actor)


def _changed(session: Session, client: Client, act: str, actor: str) -> None:
    session.flush()
    configuration.bump(session)
    audit.record(session, act, actor=actor, client_id=client.id)
