"""What an application may register (RFC 7591, section 2; OpenID Connect Registration 1.0,
section 2), and what must fit together in it."""

import re
from collections.abc import Collection
from typing import Any

from idp.config import LEVELS
from idp.directory import addresses, client_addresses, client_algorithms, own_resources
from idp.directory.client_vocabulary import (
    AUTH_METHODS,
    DEFAULT_MINIMUM,
    GRANT_TYPES,
    HEALTH_SCOPES,
    IMPLICIT,
    MEMBERS,
    PUBLIC,
    RESPONSE_TYPES,
    SCOPES,
)
from idp.directory.documents import Document

CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}", re.ASCII)


def read(
    metadata: Any, known_scopes: Collection[str], *, own_sector: bool = False
) -> dict[str, Any]:
    """The columns of `models.Client` that a registration document sets, `client_id` None where
    it has none. `own_sector`: an application of several hosts need not name its sector. Raises
    InvalidMetadata with every problem."""
    document = Document(metadata, MEMBERS)
    values = _presentation(document) | _protocol(document, known_scopes) | _levels(document)
    values |= client_addresses.read(document, values["response_types"], own_sector=own_sector)
    values |= client_algorithms.read(document, values["token_endpoint_auth_method"])
    _check_grants(document, values)
    _check_scopes(document, values)
    _check_pkce(document, values)
    document.finish()
    return values


def _presentation(document: Document) -> dict[str, Any]:
    """What a person is shown of the application."""
    client_id = document.text("client_id")
    if client_id is not None and not CLIENT_ID.fullmatch(client_id):
        document.complain("client_id", "is not 1 to 64 letters, digits or -._~")
    return (
        {
            "client_id": client_id,
            "client_name": document.text("client_name", required=True),
            "contacts": document.mails("contacts"),
        }
        | {name: document.text(name) for name in ("publisher", "software_id", "software_version")}
        | {
            name: document.address(name, addresses.web)
            for name in ("client_uri", "logo_uri", "policy_uri", "tos_uri")
        }
    )


def _protocol(document: Document, known_scopes: Collection[str]) -> dict[str, Any]:
    """The defaults are those of RFC 7591, section 2, and OpenID Connect Registration 1.0.
    `resource` is the API that the application answers for (RFC 9728, section 2), whose tokens it
    may have looked into."""
    document.choice("subject_type", "pairwise", ("pairwise",))
    grant_types = document.choices("grant_types", ["authorization_code"], GRANT_TYPES)
    for_people = not {"authorization_code", IMPLICIT}.isdisjoint(grant_types)
    return {
        "grant_types": grant_types,
        "response_types": document.choices(
            "response_types",
            ["code"] if "authorization_code" in grant_types else [],
            RESPONSE_TYPES,
        ),
        "token_endpoint_auth_method": document.choice(
            "token_endpoint_auth_method", "client_secret_basic", AUTH_METHODS
        ),
        "scope": document.scopes("scope", "openid" if for_people else "", known_scopes),
        "optional_scope": document.scopes("optional_scope", "", known_scopes),
        "require_pkce": document.flag("require_pkce", True),
        "resource": document.address("resource", addresses.identifier),
    }


def _levels(document: Document) -> dict[str, Any]:
    minimum = document.choice("minimum_acr", DEFAULT_MINIMUM, LEVELS)
    wanted = document.choices("default_acr_values", [], LEVELS)
    if document.has("default_acr"):
        if wanted:
            document.complain("default_acr", "is there beside default_acr_values")
        wanted = [document.choice("default_acr", minimum, LEVELS)]
    if any(level in LEVELS and LEVELS.index(level) < LEVELS.index(minimum) for level in wanted):
        document.complain("minimum_acr", "is above a level that is the default")
    return {
        "minimum_acr": minimum,
        "default_acr_values": wanted,
        "default_max_age": document.seconds("default_max_age"),
        "require_auth_time": document.flag("require_auth_time", False),
    }


def _check_grants(document: Document, values: dict[str, Any]) -> None:
    # RFC 7591, section 2.1: the response type `code` goes with the grant `authorization_code`.
    grant_types, by_code = values["grant_types"], "code" in values["response_types"]
    if by_code and "authorization_code" not in grant_types:
        document.complain("grant_types", "lacks authorization_code, which the response needs")
    # And `id_token`, with `token` or without, goes with `implicit`.
    by_browser = any(each != "code" for each in values["response_types"])
    if by_browser != (IMPLICIT in grant_types):
        document.complain(
            "grant_types", "has implicit with the response type id_token, and only so"
        )
    if not (by_code or by_browser) and grant_types != ["client_credentials"]:
        document.complain("grant_types", "needs the response type code, but for client_credentials")
    public = values["token_endpoint_auth_method"] == PUBLIC
    if public and ("client_credentials" in grant_types or values["resource"]):
        document.complain("token_endpoint_auth_method", "a machine, or an API, has credentials")
    wants_refresh = "offline_access" in values["scope"].split()
    if wants_refresh and "refresh_token" not in values["grant_types"]:
        document.complain("scope", "has offline_access without the grant refresh_token")


def _check_scopes(document: Document, values: dict[str, Any]) -> None:
    scope, optional = set(values["scope"].split()), set(values["optional_scope"].split())
    if not optional <= scope:
        document.complain("optional_scope", "has a scope that is not in scope")
    if not values["response_types"] and scope & set(SCOPES):
        document.complain("scope", "has what tells of a person, and a machine asks nobody")
    if values["response_types"] and scope & own_resources.SCOPES.keys():
        document.complain("scope", "has what is for a machine that people do not connect to")
    if "openid" in optional:
        document.complain("optional_scope", "has openid, which nobody can decline")
    if values["minimum_acr"] == LEVELS[0] and scope & HEALTH_SCOPES:
        document.complain("minimum_acr", "is too low for an application with a health identifier")


def _check_pkce(document: Document, values: dict[str, Any]) -> None:
    if not values["require_pkce"] and values["token_endpoint_auth_method"] == PUBLIC:
        document.complain("require_pkce", "may be false only for an application with a secret")
