"""Relying applications, and the resources (APIs) that their tokens are meant for."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, Sealed, new_id


class ClientState(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"  # for good


class TokenFormat(StrEnum):
    JWT = "jwt"
    OPAQUE = "opaque"


class RegisteredBy(StrEnum):
    """A registrant came by itself, at the registration endpoint, and is granted less."""

    OPERATOR = "operator"
    REGISTRANT = "registrant"


class Client(Base):
    """Client metadata in the words of RFC 7591 and OpenID Connect Registration 1.0; ours are
    `publisher`, `optional_scope`, `minimum_acr`, `sector_identifier` and `require_pkce`.

    `registration_token_hash` is that of the token by which a registrant manages its registration.
    `client_secret` is there only where a signature has to be checked with it. `resource_id` is
    the API that the client answers for: its tokens are the client's to introspect. Operators of the
    organisation administer it; without one it is the whole service's. The previous secret is good
    beside the present one until it expires."""

    __tablename__ = "client"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=ClientState.ENABLED)
    secret_hash: Mapped[bytes | None]
    previous_secret_hash: Mapped[bytes | None]
    previous_secret_expires_at: Mapped[int | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[int]
    registered_by: Mapped[str] = mapped_column(default=RegisteredBy.OPERATOR)
    registration_token_hash: Mapped[bytes | None]

    client_name: Mapped[str]
    publisher: Mapped[str | None]
    client_uri: Mapped[str | None]
    logo_uri: Mapped[str | None]
    policy_uri: Mapped[str | None]
    tos_uri: Mapped[str | None]
    contacts: Mapped[list[str]] = mapped_column(Json)
    software_id: Mapped[str | None]
    software_version: Mapped[str | None]
    application_type: Mapped[str] = mapped_column(default="web")
    redirect_uris: Mapped[list[str]] = mapped_column(Json)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(Json)
    grant_types: Mapped[list[str]] = mapped_column(Json)
    response_types: Mapped[list[str]] = mapped_column(Json)
    scope: Mapped[str]
    optional_scope: Mapped[str] = mapped_column(default="")
    token_endpoint_auth_method: Mapped[str]
    id_token_signed_response_alg: Mapped[str]
    default_max_age: Mapped[int | None]
    default_acr_values: Mapped[list[str]] = mapped_column(Json)
    minimum_acr: Mapped[str]
    sector_identifier: Mapped[str]
    require_pkce: Mapped[bool] = mapped_column(default=True)
    userinfo_signed_response_alg: Mapped[str | None]
    introspection_signed_response_alg: Mapped[str | None]
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    token_endpoint_auth_signing_alg: Mapped[str | None]
    jwks: Mapped[dict[str, Any] | None] = mapped_column(Json)
    client_secret: Mapped[str | None] = mapped_column(Sealed("client.client_secret"))
    jwks_uri: Mapped[str | None]
    sector_identifier_uri: Mapped[str | None]
    initiate_login_uri: Mapped[str | None]
    request_uris: Mapped[list[str]] = mapped_column(Json, default=list)
    request_object_signing_alg: Mapped[str | None]
    id_token_encrypted_response_alg: Mapped[str | None]
    id_token_encrypted_response_enc: Mapped[str | None]
    userinfo_encrypted_response_alg: Mapped[str | None]
    userinfo_encrypted_response_enc: Mapped[str | None]
    require_auth_time: Mapped[bool] = mapped_column(default=False)
    frontchannel_logout_uri: Mapped[str | None]
    frontchannel_logout_session_required: Mapped[bool] = mapped_column(default=False)
    backchannel_logout_uri: Mapped[str | None]
    backchannel_logout_session_required: Mapped[bool] = mapped_column(default=False)


class ClientChange(Base):
    """What was done to a registration, by whom, and what is different since: each column's old and
    new value. No secret, and of the contacts only that they changed."""

    __tablename__ = "client_change"
    __table_args__ = (Index("ix_client_change_client_id_id", "client_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    at: Mapped[int]
    act: Mapped[str]
    actor: Mapped[str]
    actor_id: Mapped[int | None]
    changes: Mapped[dict[str, Any]] = mapped_column(Json)


class InitialAccessToken(Base):
    """Lets its bearer register applications (RFC 7591, section 1.2), `uses_left` of them or, None,
    any number, until it expires."""

    __tablename__ = "initial_access_token"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    uses_left: Mapped[int | None]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)


class ClientLogo(Base):
    """A copy of the picture at a client's `logo_uri`, so that no browser has to ask for it there.
    `content` is None where there was none to be had; at `fetch_after` it is asked for again."""

    __tablename__ = "client_logo"

    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"), primary_key=True)
    logo_uri: Mapped[str]
    content: Mapped[bytes | None]
    content_hash: Mapped[str | None] = mapped_column(index=True)
    media_type: Mapped[str | None]
    fetch_after: Mapped[int]


class Resource(Base):
    """A protected API: its identifier is the `aud` of its tokens, its sector decides their `sub`.
    `scopes` maps each scope of its own to the words a person reads. An opaque token is for an
    API that asks the introspection endpoint."""

    __tablename__ = "resource"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    identifier: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sector_identifier: Mapped[str]
    scopes: Mapped[dict[str, str]] = mapped_column(Json)
    access_token_signed_alg: Mapped[str]
    access_token_format: Mapped[str] = mapped_column(default=TokenFormat.JWT)
    created_at: Mapped[int]


class Configuration(Base):
    """One row: a number that grows with every change to clients, resources or keys, by which
    another process sees within a second that what it keeps in memory is old."""

    __tablename__ = "configuration"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
