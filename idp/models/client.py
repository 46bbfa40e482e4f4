"""Relying applications, and the resources (APIs) that their tokens are meant for."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Base, Json, new_id


class ClientState(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"


class Client(Base):
    """Client metadata in the words of RFC 7591 and OpenID Connect Registration 1.0; ours are
    `publisher`, `optional_scope`, `minimum_acr`, `sector_identifier` and `require_pkce`."""

    __tablename__ = "client"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=ClientState.ENABLED)
    secret_hash: Mapped[bytes | None]
    created_at: Mapped[int]

    client_name: Mapped[str]
    publisher: Mapped[str | None]
    client_uri: Mapped[str | None]
    policy_uri: Mapped[str | None]
    tos_uri: Mapped[str | None]
    contacts: Mapped[list[str]] = mapped_column(Json)
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


class Resource(Base):
    """A protected API: its identifier is the `aud` of its tokens, its sector decides their `sub`.
    `scopes` maps each scope of its own to the words a person reads."""

    __tablename__ = "resource"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id)
    identifier: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sector_identifier: Mapped[str]
    scopes: Mapped[dict[str, str]] = mapped_column(Json)
    access_token_signed_alg: Mapped[str]
    created_at: Mapped[int]


class Configuration(Base):
    """One row: a number that grows with every change to clients, resources or keys, by which
    another process sees within a second that what it keeps in memory is old."""

    __tablename__ = "configuration"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
