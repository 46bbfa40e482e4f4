"""Applications that register themselves (RFC 7591), and manage what they registered (RFC 7592).

A registrant has what the specifications give to anybody. What they leave to the provider, a person
would take for our word: publisher, health scopes, APIs, a lower level, no PKCE. An operator grants
these.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import audit, crypto
from idp.config import LEVELS, Settings
from idp.db import Database
from idp.directory import addresses, client_metadata, clients, initial_tokens
from idp.directory.client_vocabulary import (
    DEFAULT_MINIMUM,
    HEALTH_SCOPES,
    IMPLICIT,
    PUBLIC,
    SCOPES,
    STANDARD_MEMBERS,
    WEB,
)
from idp.directory.clients import Author, Registered
from idp.directory.documents import InvalidMetadata
from idp.directory.refusal import Refusal
from idp.factors import throttle
from idp.models import Client, ClientState, RegisteredBy

POSSIBLE_SCOPES = tuple(name for name in SCOPES if name not in HEALTH_SCOPES)
# Who does not say what it wants gets what is usual; identity traits have to be asked for.
USUAL_SCOPES = ("openid", "profile", "email", "phone", "address")
# Of the answer to a registration, and of nobody's making but ours (RFC 7592, section 2.2).
OURS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
WEAKER = "cannot become a client that keeps no secret: register another one"


class TooMany(Refusal):
    """So many registrations came from this address that the next has to wait, so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class WrongToken(Refusal):
    """The token is not good, or not for this."""


@dataclass(frozen=True)
class Registration:
    """`client_secret` and `registration_access_token` are told once, here."""

    client: Client
    client_secret: str | None = field(repr=False)
    registration_access_token: str = field(repr=False)


def count(database: Database, settings: Settings, address: str | None) -> None:
    """One more registration from this address. Raises TooMany."""
    counter = throttle.for_registration(database.keyring, settings, address)
    try:
        throttle.reserve(database, settings, [counter])
    except throttle.MustWait as refusal:
        raise TooMany(refusal.seconds) from refusal


def read(settings: Settings, metadata: Any) -> dict[str, Any]:
    """What client_metadata.read() makes of the document, where only what a registrant may say
    counts. "The authorization server MUST ignore any client metadata sent by the client that it
    does not understand" (RFC 7591, section 2). Raises InvalidMetadata."""
    if not isinstance(metadata, Mapping):
        raise InvalidMetadata("The registration is not a JSON object.")
    # "null [...] MUST be treated as [...] omitted" (RFC 7592, section 2.2).
    asked = {name: metadata[name] for name in STANDARD_MEMBERS if metadata.get(name) is not None}
    values = client_metadata.read(
        _defaults(asked) | asked | _granted(settings, asked),
        POSSIBLE_SCOPES,
        # "the Client MUST register a sector_identifier_uri" (OpenID Connect Core 1.0, section
        # 8.1) where it wants its `sub` to be pairwise: who does not say so did nothing wrong.
        own_sector="subject_type" not in asked,
    )
    _check(settings, values)
    if not values["sector_identifier_uri"] and values["sector_identifier"] in addresses.LOOPBACK:
        # Everybody's own machine: applications that share it have nothing else in common.
        values["sector_identifier"] = None
    return values


def _defaults(asked: dict[str, Any]) -> dict[str, Any]:
    """Beyond those of the specifications: a name and a scope."""
    redirect_uris, grant_types = asked.get("redirect_uris"), asked.get("grant_types")
    first = redirect_uris[0] if isinstance(redirect_uris, list) and redirect_uris else ""
    scopes = list(USUAL_SCOPES)
    if isinstance(grant_types, list) and "refresh_token" in grant_types:
        scopes.append("offline_access")
    return {"client_name": _host(first) or "Application", "scope": " ".join(scopes)}


def _host(uri: Any) -> str | None:
    try:
        return urlsplit(uri).hostname if isinstance(uri, str) else None
    except ValueError:
        return None


def _granted(settings: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    keeps_secret = asked.get("token_endpoint_auth_method") != PUBLIC
    return {
        "minimum_acr": LEVELS[0] if settings.registrants_by_password else DEFAULT_MINIMUM,
        "require_pkce": not (settings.registrants_without_pkce and keeps_secret),
    }


def _check(settings: Settings, values: dict[str, Any]) -> None:
    problems = []
    if IMPLICIT in values["grant_types"] and not settings.implicit:
        problems.append("grant_types: implicit is not supported")
    if "client_credentials" in values["grant_types"]:
        problems.append("grant_types: client_credentials is an operator's to grant")
    if values["application_type"] == WEB:
        problems.extend(
            f"redirect_uris {uri!r}: is not https, which a web application needs"
            for uri in values["redirect_uris"]
            if not uri.startswith("https:")
        )
    if problems:
        raise InvalidMetadata(*problems)


def register(
    session: Session,
    values: dict[str, Any],
    sector_uris: Collection[str],
    *,
    initial_token: str | None,
    origin: audit.Origin,
) -> Registration:
    """An application of what read() gave. With an initial access token, one use of it is spent.
    Raises WrongToken, InvalidMetadata."""
    detail = {}
    if initial_token is not None:
        used = initial_tokens.use(session, initial_token)
        if used is None:
            raise WrongToken("the initial access token is not good")
        detail = {"initial_token": str(used)}
    made = clients.create(session, values, sector_uris, Author("client", origin, detail))
    made.client.registered_by = RegisteredBy.REGISTRANT
    token = crypto.new_secret()
    made.client.registration_token_hash = crypto.digest(token)
    return Registration(made.client, made.client_secret, token)


def find(session: Session, client_id: str, token: str, *, to_change: bool = False) -> Client:
    """The client that this registration access token is for. Raises WrongToken, whatever is
    wrong: the client, its state, or the token."""
    query = select(Client).where(
        Client.client_id == client_id,
        Client.registration_token_hash == crypto.digest(token),
        Client.registered_by == RegisteredBy.REGISTRANT,
        Client.state == ClientState.ENABLED,
    )
    client = session.scalar(query.with_for_update() if to_change else query)
    if client is None:
        raise WrongToken("the registration access token is not good for this client")
    return client


def check_update(client: Client, metadata: Any) -> None:
    """What an update says of the client is what is so (RFC 7592, section 2.2). Raises
    InvalidMetadata."""
    if not isinstance(metadata, Mapping):
        raise InvalidMetadata("The registration is not a JSON object.")
    problems = [f"{name}: must not be in an update" for name in OURS if name in metadata]
    # "The client MUST include its client_id field in the request, and it MUST be the same".
    if metadata.get("client_id") != client.client_id:
        problems.append("client_id: is not that of the client")
    # "the value of the client_secret field MUST match the currently issued client secret".
    secret = metadata.get("client_secret")
    if secret is not None and not _is_secret_of(client, secret):
        problems.append("client_secret: is not that of the client")
    if problems:
        raise InvalidMetadata(*problems)


def _is_secret_of(client: Client, secret: Any) -> bool:
    known = client.secret_hash
    return isinstance(secret, str) and known is not None and crypto.digest(secret) == bytes(known)


def update(
    session: Session,
    client: Client,
    values: dict[str, Any],
    sector_uris: Collection[str],
    *,
    origin: audit.Origin,
) -> Registered:
    """The whole document anew: what is not in it any more is not registered any more. What kind
    of client it is stays, though, for who left it out did not mean that. Raises InvalidMetadata."""
    problems = []
    if values["application_type"] != client.application_type:
        problems.append(f"application_type: is {client.application_type}, and stays so")
    method = values["token_endpoint_auth_method"]
    if method == PUBLIC != client.token_endpoint_auth_method:
        problems.append(f"token_endpoint_auth_method: {WEAKER}")
    if problems:
        raise InvalidMetadata(*problems)
    return clients.replace(session, client, values, sector_uris, Author("client", origin))


def remove(session: Session, client: Client, *, origin: audit.Origin) -> None:
    clients.remove(session, client, Author("client", origin))
