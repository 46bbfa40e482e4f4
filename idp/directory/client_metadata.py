"""What an application may register (RFC 7591, section 2; OpenID Connect Registration 1.0,
section 2), and what must fit together in it."""

import re
from collections.abc import Collection
from functools import partial
from typing import Any

from idp.config import LEVELS
from idp.directory import addresses, client_keys
from idp.directory.documents import Document

CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}", re.ASCII)
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
RESPONSE_TYPES = ("code",)
PUBLIC = "none"  # the method of an application that keeps no secret
BY_KEY, BY_SECRET = "private_key_jwt", "client_secret_jwt"
AUTH_METHODS = ("client_secret_basic", "client_secret_post", BY_KEY, BY_SECRET, PUBLIC)
ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA")
SCOPES = (
    "openid", "profile", "email", "phone", "address", "offline_access",
    "identite_pivot", "ins", "ins_c",
)  # fmt: skip
HEALTH_SCOPES = frozenset({"ins", "ins_c"})
DEFAULT_MINIMUM = "urn:dmp:acr:mfa"
MEMBERS = (
    "client_id", "client_name", "client_uri", "policy_uri", "tos_uri", "contacts", "redirect_uris",
    "post_logout_redirect_uris", "grant_types", "response_types", "scope",
    "token_endpoint_auth_method", "id_token_signed_response_alg", "subject_type",
    "default_max_age", "default_acr_values", "userinfo_signed_response_alg",
    "introspection_signed_response_alg", "resource", "jwks", "token_endpoint_auth_signing_alg",
    # Ours. `default_acr` is short for a list of one.
    "publisher", "optional_scope", "default_acr", "minimum_acr", "sector_identifier",
    "require_pkce",
)  # fmt: skip


def read(metadata: Any, known_scopes: Collection[str]) -> dict[str, Any]:
    """The columns of `models.Client` that a registration document sets, `client_id` None where
    it has none. Raises InvalidMetadata with every problem."""
    document = Document(metadata, MEMBERS)
    values = _presentation(document) | _protocol(document, known_scopes) | _levels(document)
    values |= _signed_answers(document) | _redirection(document, values)
    values |= _assertions(document, values["token_endpoint_auth_method"])
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
    return {
        "client_id": client_id,
        "client_name": document.text("client_name", required=True),
        "publisher": document.text("publisher"),
        "contacts": document.mails("contacts"),
    } | {
        name: document.address(name, addresses.web)
        for name in ("client_uri", "policy_uri", "tos_uri")
    }


def _protocol(document: Document, known_scopes: Collection[str]) -> dict[str, Any]:
    """The defaults are those of RFC 7591, section 2, and OpenID Connect Registration 1.0."""
    document.choice("subject_type", "pairwise", ("pairwise",))
    grant_types = document.choices("grant_types", ["authorization_code"], GRANT_TYPES)
    for_people = "authorization_code" in grant_types
    return {
        "grant_types": grant_types,
        "response_types": document.choices(
            "response_types", ["code"] if for_people else [], RESPONSE_TYPES
        ),
        "token_endpoint_auth_method": document.choice(
            "token_endpoint_auth_method", "client_secret_basic", AUTH_METHODS
        ),
        "id_token_signed_response_alg": document.choice(
            "id_token_signed_response_alg", "RS256", ALGORITHMS
        ),
        "scope": document.scopes("scope", "openid" if for_people else "", known_scopes),
        "optional_scope": document.scopes("optional_scope", "", known_scopes),
        "require_pkce": document.flag("require_pkce", True),
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
    }


def _signed_answers(document: Document) -> dict[str, Any]:
    """What is signed only for who asks for it; `resource` is the API that the application answers
    for (RFC 9728, section 2), whose tokens it may have looked into."""
    return {
        name: document.choice(name, "", ALGORITHMS) if document.has(name) else None
        for name in ("userinfo_signed_response_alg", "introspection_signed_response_alg")
    } | {"resource": document.address("resource", addresses.identifier)}


def _assertions(document: Document, method: str) -> dict[str, Any]:
    """What an application signs with to authenticate (OpenID Connect Core 1.0, section 9): the
    algorithm is settled here, for no request is believed about it."""
    jwks, wrong = document.value("jwks"), None
    if document.has("jwks"):
        wrong = client_keys.problem(jwks)
    elif method == BY_KEY:
        wrong = f"is missing, and {BY_KEY} needs it"
    if wrong:
        document.complain("jwks", wrong)
    name = "token_endpoint_auth_signing_alg"
    if wrong or method not in {BY_KEY, BY_SECRET}:
        if document.has(name) and not wrong:
            document.complain(name, f"is for {BY_KEY} and {BY_SECRET}")
        return {"jwks": jwks, name: None}
    usual = "HS256" if method == BY_SECRET else client_keys.usual_algorithm(jwks)
    allowed = {"HS256"} if method == BY_SECRET else client_keys.possible_algorithms(jwks)
    return {"jwks": jwks, name: document.choice(name, usual, sorted(allowed))}


def _redirection(document: Document, values: dict[str, Any]) -> dict[str, Any]:
    native = values["token_endpoint_auth_method"] == PUBLIC
    read_redirect = partial(addresses.redirect, native=native)
    redirect_uris = document.addresses("redirect_uris", read_redirect)
    if "code" not in values["response_types"] and redirect_uris:
        document.complain("redirect_uris", "is of no use without the response type code")
    if "code" in values["response_types"] and not redirect_uris and not document.problems:
        document.complain("redirect_uris", "is missing or empty")
    return {
        "redirect_uris": redirect_uris,
        "post_logout_redirect_uris": document.addresses("post_logout_redirect_uris", read_redirect),
        "sector_identifier": _sector(document, redirect_uris),
    }


def _sector(document: Document, redirect_uris: list[str]) -> str | None:
    """The `sub` is one per sector: what is given, or the one host of the redirect URIs (OpenID
    Connect Core 1.0, section 8.1)."""
    if document.has("sector_identifier"):
        return document.address("sector_identifier", addresses.host)
    hosts = {addresses.redirect(uri, native=True).hostname for uri in redirect_uris}
    if len(hosts) == 1 and None not in hosts:
        return hosts.pop()
    if redirect_uris:
        document.complain("sector_identifier", "is needed: the redirect URIs do not name one host")
    return None


def _check_grants(document: Document, values: dict[str, Any]) -> None:
    # RFC 7591, section 2.1: the response type `code` goes with the grant `authorization_code`.
    grant_types, by_code = values["grant_types"], "code" in values["response_types"]
    if by_code and "authorization_code" not in grant_types:
        document.complain("grant_types", "lacks authorization_code, which the response needs")
    if not by_code and grant_types != ["client_credentials"]:
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
    if "openid" in optional:
        document.complain("optional_scope", "has openid, which nobody can decline")
    if values["minimum_acr"] == LEVELS[0] and scope & HEALTH_SCOPES:
        document.complain("minimum_acr", "is too low for an application with a health identifier")


def _check_pkce(document: Document, values: dict[str, Any]) -> None:
    if not values["require_pkce"] and values["token_endpoint_auth_method"] == PUBLIC:
        document.complain("require_pkce", "may be false only for an application with a secret")
