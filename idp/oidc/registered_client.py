"""A client as the protocol's endpoints know it."""

from dataclasses import dataclass, field, fields
from typing import Any

from idp import clock
from idp.crypto import digest
from idp.models import Client, ClientState


@dataclass(frozen=True)
class RegisteredClient:
    """A client's metadata, with the methods that Authlib asks of a client (its `ClientMixin`)."""

    pk: int
    client_id: str
    enabled: bool
    secret_hash: bytes | None
    previous_secret_hash: bytes | None
    previous_secret_expires_at: int | None
    created_at: int
    registered_by: str
    registration_token_hash: bytes | None
    client_name: str
    publisher: str | None
    client_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    application_type: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    initiate_login_uri: str | None
    request_uris: tuple[str, ...]
    grant_types: frozenset[str]
    response_types: frozenset[str]
    scope: frozenset[str]
    optional_scope: frozenset[str]
    token_endpoint_auth_method: str
    token_endpoint_auth_signing_alg: str | None
    request_object_signing_alg: str | None
    id_token_signed_response_alg: str
    id_token_encrypted_response_alg: str | None
    id_token_encrypted_response_enc: str | None
    userinfo_signed_response_alg: str | None
    userinfo_encrypted_response_alg: str | None
    userinfo_encrypted_response_enc: str | None
    introspection_signed_response_alg: str | None
    default_max_age: int | None
    require_auth_time: bool
    default_acr_values: tuple[str, ...]
    minimum_acr: str
    sector_identifier: str
    require_pkce: bool
    frontchannel_logout_uri: str | None
    frontchannel_logout_session_required: bool
    backchannel_logout_uri: str | None
    backchannel_logout_session_required: bool
    resource_id: int | None
    jwks_uri: str | None
    jwks: dict[str, Any] | None = field(repr=False)
    client_secret: str | None = field(repr=False)

    def get_client_id(self) -> str:
        return self.client_id

    def check_client_secret(self, client_secret: str) -> bool:
        # Comparing two SHA-256 of a 256-bit secret tells nothing of it by its time.
        hashed = digest(client_secret)
        if self.secret_hash is not None and hashed == self.secret_hash:
            return True
        until = self.previous_secret_expires_at
        return until is not None and hashed == self.previous_secret_hash and clock.now() < until

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return self.enabled and method == self.token_endpoint_auth_method

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grant_types

    @property
    def client_metadata(self) -> dict[str, Any]:
        return {"post_logout_redirect_uris": list(self.post_logout_redirect_uris)}


SETS = frozenset({"grant_types", "response_types"})
SPACED = frozenset({"scope", "optional_scope"})
NAMES = frozenset(each.name for each in fields(RegisteredClient)) - {"pk", "enabled"}


def of(row: Client) -> RegisteredClient:
    """What a row of the table says, in values that nobody can change."""
    columns = {name: _frozen(name, getattr(row, name)) for name in NAMES}
    return RegisteredClient(pk=row.id, enabled=row.state == ClientState.ENABLED, **columns)


def _frozen(name: str, value: Any) -> Any:
    if name in SETS:
        return frozenset(value)
    if name in SPACED:
        return frozenset(value.split())
    if isinstance(value, list):
        return tuple(value)
    return bytes(value) if isinstance(value, memoryview) else value
