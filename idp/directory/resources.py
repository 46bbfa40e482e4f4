"""Protected APIs: whom access tokens are meant for, and the scopes of their own."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.directory import addresses, client_vocabulary, configuration, own_resources
from idp.directory.documents import SCOPE_TOKEN, Document, InvalidMetadata
from idp.directory.refusal import Refusal
from idp.models import Resource, TokenFormat

MEMBERS = ("identifier", "name", "sector_identifier", "scopes", "access_token_signed_alg",
           "access_token_format")  # fmt: skip
FORMATS = tuple(TokenFormat)
TAKEN = "There is already a resource {}; --update replaces its registration."


class DuplicateResource(Refusal):
    """The identifier is taken."""


class UnknownResource(Refusal):
    """No resource has this identifier."""


def register(session: Session, metadata: Any, *, actor: str, update: bool = False) -> Resource:
    """An API by its registration document: `identifier` (RFC 8707), `name`, `scopes` with the
    words a person reads, `sector_identifier` (by default the identifier's host),
    `access_token_signed_alg` (ES256) and `access_token_format` (jwt; opaque for an API that asks
    the introspection endpoint). With `update`, the document takes the old one's place.

    Raises InvalidMetadata, DuplicateResource.
    """
    values = _read(metadata)
    resource = _by_identifier(session, values["identifier"])
    if resource is not None and not update:
        raise DuplicateResource(TAKEN.format(resource.identifier))
    _refuse_scopes_of_others(session, resource, values["scopes"])
    if resource is None:
        resource = Resource(created_at=clock.now(), **values)
        _add(session, resource)
        _changed(session, resource, "resource.registered", actor)
    else:
        _replace(resource, values)
        _changed(session, resource, "resource.updated", actor)
    return resource


def move(session: Session, old: str, new: str, *, actor: str) -> None:
    """The API answers at another identifier from now on. Raises UnknownResource, BadAddress."""
    addresses.identifier(new)
    resource = _by_identifier(session, old)
    if resource is None:
        raise UnknownResource(f"There is no resource {old}.")
    resource.identifier = new
    _changed(session, resource, "resource.moved", actor)


def _by_identifier(session: Session, identifier: str) -> Resource | None:
    return session.scalar(select(Resource).where(Resource.identifier == identifier))


def _read(metadata: Any) -> dict[str, Any]:
    document = Document(metadata, MEMBERS)
    identifier = document.address("identifier", addresses.identifier)
    if not document.has("identifier"):
        document.complain("identifier", "is missing")
    values: dict[str, Any] = {
        "identifier": identifier,
        "name": document.text("name", required=True),
        "sector_identifier": _sector(document, identifier),
        "scopes": dict(document.mapping("scopes")),
        "access_token_signed_alg": document.choice(
            "access_token_signed_alg", "ES256", client_vocabulary.ALGORITHMS
        ),
        "access_token_format": document.choice("access_token_format", "jwt", FORMATS),
    }
    for scope in values["scopes"]:
        if not SCOPE_TOKEN.fullmatch(scope):
            document.complain("scopes", f"{scope!r} is not a scope")
        if scope in client_vocabulary.SCOPES or scope in own_resources.SCOPES:
            document.complain("scopes", f"“{scope}” is a scope of the provider’s own")
    document.finish()
    return values


def _sector(document: Document, identifier: str | None) -> str | None:
    if document.has("sector_identifier"):
        return document.address("sector_identifier", addresses.host)
    return addresses.identifier(identifier).hostname if identifier else None


def _refuse_scopes_of_others(
    session: Session, resource: Resource | None, scopes: dict[str, str]
) -> None:
    """A scope says for which API a token is: it belongs to one."""
    for other in session.scalars(select(Resource)).all():
        taken = scopes.keys() & other.scopes.keys()
        if other is not resource and taken:
            raise InvalidMetadata(
                f"scopes: {', '.join(sorted(taken))} belongs to the resource {other.identifier}"
            )


def _add(session: Session, resource: Resource) -> None:
    try:
        with session.begin_nested():
            session.add(resource)
    except IntegrityError as error:
        raise DuplicateResource(TAKEN.format(resource.identifier)) from error


def _replace(resource: Resource, values: dict[str, Any]) -> None:
    if values["sector_identifier"] != resource.sector_identifier:
        # Every `sub` the API knows its people by would change.
        raise InvalidMetadata(
            f"sector_identifier: is {resource.sector_identifier} for ever, by it people are known"
        )
    for name, value in values.items():
        setattr(resource, name, value)


def _changed(session: Session, resource: Resource, act: str, actor: str) -> None:
    session.flush()
    configuration.bump(session)
    audit.record(session, act, actor=actor, resource_id=resource.id)
