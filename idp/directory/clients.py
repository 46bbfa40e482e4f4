"""Relying applications: registered, given a new secret, disabled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock, crypto
from idp.directory import (
    client_history,
    client_metadata,
    client_vocabulary,
    configuration,
    own_resources,
)
from idp.directory.documents import InvalidMetadata
from idp.directory.refusal import Refusal
from idp.models import Client, ClientLogo, ClientState, Consent, Grant, RegisteredBy, Resource

CLIENT_ID_BYTES = 16
SECRET_BYTES = 32
WITHOUT_SECRET = {client_vocabulary.PUBLIC, client_vocabulary.BY_KEY}
EXISTS = Client.state != ClientState.DELETED
TAKEN = "There is already an application {}; --update replaces its registration."


class DuplicateClient(Refusal):
    """The client_id is taken."""


class UnknownClient(Refusal):
    """No application has this client_id."""


class NoSecret(Refusal):
    """The application authenticates without a secret."""


class AlreadyReplaced(Refusal):
    """The secret that was to be replaced is not the present one."""


@dataclass(frozen=True)
class Registered:
    """`client_secret` is told once, here; None for an application that has none or keeps its
    own."""

    client: Client
    client_secret: str | None = field(repr=False)
    created: bool


@dataclass(frozen=True)
class Author:
    """Who changes a registration, for the trail."""

    actor: str
    origin: audit.Origin | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def register(
    session: Session,
    metadata: Any,
    *,
    actor: str,
    update: bool = False,
    sector_uris: Collection[str] = (),
    organisation_id: int | None = None,
) -> Registered:
    """An application by its registration document. With `update`, the document of one that is
    registered already takes the place of the old one, wholly, and its secret and its organisation
    stay. `sector_uris` are those that the document at its sector_identifier_uri lists.

    Raises InvalidMetadata, DuplicateClient.
    """
    values = client_metadata.read(metadata, known_scopes(session))
    client_id = values["client_id"]
    client = _locked(session, client_id) if client_id else None
    if client is None:
        return create(session, values, sector_uris, Author(actor), organisation_id)
    if not update or client.state == ClientState.DELETED:
        raise DuplicateClient(TAKEN.format(client_id))
    # What an operator has looked at, its registrant does not change any more.
    client.registered_by, client.registration_token_hash = RegisteredBy.OPERATOR, None
    return replace(session, client, values, sector_uris, Author(actor))


def create(
    session: Session,
    values: dict[str, Any],
    sector_uris: Collection[str],
    author: Author,
    organisation_id: int | None = None,
) -> Registered:
    """A new application of values that client_metadata.read() gave, administered by the
    organisation's operators. Raises InvalidMetadata, DuplicateClient."""
    client_id = values["client_id"] or crypto.new_secret(CLIENT_ID_BYTES)
    columns = _columns(session, values, sector_uris, client_id)
    client = Client(
        client_id=client_id, created_at=clock.now(), organisation_id=organisation_id, **columns
    )
    secret = _settle_secret(client)
    _add(session, client)
    _changed(session, client, "client.registered", author)
    return Registered(client, secret, created=True)


def replace(
    session: Session,
    client: Client,
    values: dict[str, Any],
    sector_uris: Collection[str],
    author: Author,
) -> Registered:
    """The values take the place of all that was registered. Raises InvalidMetadata."""
    columns = _columns(session, values, sector_uris, client.client_id)
    if columns["sector_identifier"] != client.sector_identifier:
        # Every `sub` the application knows its people by would change.
        raise InvalidMetadata(
            f"sector_identifier: is {client.sector_identifier} for ever, by it people are known"
        )
    for name, value in columns.items():
        setattr(client, name, value)
    secret = _settle_secret(client)
    _changed(session, client, "client.updated", author)
    return Registered(client, secret, created=False)


def rotate_secret(
    session: Session,
    client_id: str,
    *,
    actor: str,
    overlap: int = 0,
    replaces: bytes | None = None,
) -> str:
    """A new secret, told once. The old one is good for `overlap` more seconds, but not that of who
    signs with it: a signature does not say which one made it. With `replaces`, only the secret of
    this hash: of two who replace it at once, one does. Raises UnknownClient, NoSecret,
    AlreadyReplaced."""
    client = find(session, client_id, lock=True)
    if replaces is not None and client.secret_hash != replaces:
        raise AlreadyReplaced(f"The secret of {client_id} has been replaced meanwhile.")
    if client.token_endpoint_auth_method in WITHOUT_SECRET:
        raise NoSecret(f"The application {client_id} authenticates without a secret.")
    kept = overlap > 0 and client.client_secret is None
    client.previous_secret_hash = client.secret_hash if kept else None
    client.previous_secret_expires_at = clock.now() + overlap if kept else None
    client.secret_hash = client.client_secret = None
    secret = _settle_secret(client) or ""
    detail = {"overlap": overlap} if kept else {}
    _changed(session, client, "client.secret_rotated", Author(actor, detail=detail))
    return secret


def set_logo(session: Session, client: Client, logo_uri: str, *, actor: str) -> None:
    client.logo_uri = logo_uri
    _changed(session, client, "client.updated", Author(actor))


def disable(session: Session, client_id: str, *, actor: str) -> None:
    """The application is refused everywhere, until it is enabled. Raises UnknownClient."""
    _set_state(session, client_id, ClientState.DISABLED, actor)


def enable(session: Session, client_id: str, *, actor: str) -> None:
    """Raises UnknownClient."""
    _set_state(session, client_id, ClientState.ENABLED, actor)


def remove(session: Session, client: Client, author: Author) -> None:
    """The application is gone, with all that it was granted; its row stays, for the trail names
    it. Its client_id is never given again."""
    for granted in (Consent, ClientLogo):
        session.execute(delete(granted).where(granted.client_id == client.id))
    session.execute(
        update(Grant)
        .where(Grant.client_id == client.id, Grant.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    client.state = ClientState.DELETED
    client.secret_hash = client.client_secret = client.registration_token_hash = None
    client.previous_secret_hash = None
    _changed(session, client, "client.deleted", author)


def find(session: Session, client_id: str, *, lock: bool = False) -> Client:
    """The application of this client_id; with `lock`, until the transaction ends nobody else
    changes it. Raises UnknownClient."""
    query = select(Client).where(Client.client_id == client_id, EXISTS)
    client = session.scalar(query.with_for_update() if lock else query)
    if client is None:
        raise UnknownClient(f"There is no application {client_id}.")
    return client


def list_all(session: Session) -> Sequence[Client]:
    return session.scalars(select(Client).where(EXISTS).order_by(Client.client_id)).all()


def search(
    session: Session,
    text: str,
    *,
    offset: int,
    limit: int,
    counted: Select[int, int] | None = None,
) -> tuple[Sequence[Client], int]:
    """The applications whose name, client_id, publisher or sector has this text, by name, and how
    many there are. With `counted` (keys and numbers) those of the greatest numbers first."""
    which, found = _with_text(text), select(Client)
    if counted is not None:
        numbers = counted.subquery()
        key, number = numbers.c
        found = found.outerjoin(numbers, key == Client.id).order_by(func.coalesce(number, 0).desc())
    found = found.where(which).order_by(func.lower(Client.client_name), Client.id)
    total = session.scalar(select(func.count()).select_from(Client).where(which)) or 0
    return session.scalars(found.offset(offset).limit(limit)).all(), total


def after(session: Session, text: str, last: str, limit: int) -> Sequence[Client]:
    """The same by client_id, those that come after the `last` one: however many there are, a page
    costs what it shows."""
    found = select(Client).where(_with_text(text), Client.client_id > last)
    return session.scalars(found.order_by(Client.client_id).limit(limit)).all()


def _with_text(text: str) -> ColumnElement[bool]:
    if not text:
        return EXISTS
    columns = (Client.client_name, Client.client_id, Client.publisher, Client.sector_identifier)
    has = [func.lower(one).contains(text.lower(), autoescape=True) for one in columns]
    return EXISTS & or_(*has)


def known_scopes(session: Session) -> list[str]:
    """What tells of a person, then what is for an API: a registered one, or one that we are."""
    of_resources = session.scalars(select(Resource.scopes)).all()
    registered = (name for scopes in of_resources for name in scopes)
    return [*client_vocabulary.SCOPES, *registered, *own_resources.SCOPES]


def _locked(session: Session, client_id: str) -> Client | None:
    """To be replaced as a whole: two updates at once must not leave a mixture of both."""
    return session.scalar(select(Client).where(Client.client_id == client_id).with_for_update())


def _columns(
    session: Session, values: dict[str, Any], sector_uris: Collection[str], client_id: str
) -> dict[str, Any]:
    """What is written of the values to the client's row."""
    _check_sector(values, sector_uris)
    columns = {name: value for name, value in values.items() if name != "client_id"}
    # A machine, or an application that no host stands for, is a sector of its own.
    columns["sector_identifier"] = values["sector_identifier"] or client_id
    columns["resource_id"] = _resource_id(session, columns.pop("resource"))
    return columns


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


def _settle_secret(client: Client) -> str | None:
    """Whoever authenticates by a secret has one. 256 random bits need no slow hash."""
    method = client.token_endpoint_auth_method
    if method in WITHOUT_SECRET:
        client.secret_hash = client.client_secret = client.previous_secret_hash = None
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
    _changed(session, client, f"client.{state.value}", Author(actor))


def _changed(session: Session, client: Client, act: str, author: Author) -> None:
    client_history.keep(session, client, act, author.actor)
    session.flush()
    configuration.bump(session)
    audit.record(
        session,
        act,
        actor=author.actor,
        client_id=client.id,
        origin=author.origin,
        **author.detail,
    )
