"""The one place where tokens are made: what every grant ends with."""

import hashlib
from typing import Any

from idp import clock
from idp.crypto import b64encode
from idp.db import Transaction
from idp.oidc import (
    access_tokens,
    claims,
    people,
    refresh_tokens,
    resource_indicators,
    session_ids,
)
from idp.oidc.encryption import Recipient
from idp.oidc.family import Family
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.registry import RegisteredResource
from idp.oidc.subjects import subject_of


def mint(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    family: Family,
    resource: RegisteredResource | None,
    generation: int | None,
    recipient: Recipient | None,
) -> dict[str, Any]:
    """The token response (RFC 6749, section 5.1; OpenID Connect Core 1.0, section 3.1.3.3).
    `resource` is the API that the access token is for; `generation` is that of the refresh token
    to give; None: none. `recipient`: whom the ID token is encrypted for; None: nobody."""
    scope = " ".join(resource_indicators.narrowed(provider, family.scope.split(), resource))
    access_token = _access_token(provider, tx, client, family, resource, scope)
    id_token = _id_token(provider, tx, client, family, access_token)
    response: dict[str, Any] = {
        "token_type": "Bearer",
        "access_token": access_token,
        "expires_in": provider.settings.access_token_lifetime,
        "scope": scope,
        "id_token": id_token if recipient is None else recipient.encrypt(id_token),
    }
    if generation is not None:
        response["refresh_token"] = refresh_tokens.make(
            provider.keyring, family.grant_id, generation
        )
    return response


def for_browser(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    family: Family,
    recipient: Recipient | None,
    *,
    with_access_token: bool,
) -> dict[str, Any]:
    """What may go by way of the browser (Core, section 3.2.2.5): an access token for userinfo and
    no API. Without one, what the scope gives is in the ID token (section 5.4)."""
    response: dict[str, Any] = {}
    access_token = None
    if with_access_token:
        scope = " ".join(resource_indicators.narrowed(provider, family.scope.split(), None))
        access_token = _access_token(provider, tx, client, family, None, scope)
        response |= {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": provider.settings.access_token_lifetime,
            "scope": scope,
        }
    else:
        names = claims.names_for(family.scope.split(), family.claims.get("id_token", []))
        family.claims["id_token"] = list(names)
    id_token = _id_token(provider, tx, client, family, access_token)
    return response | {"id_token": id_token if recipient is None else recipient.encrypt(id_token)}


def for_machine(
    provider: Provider, client: RegisteredClient, resource: RegisteredResource, scope: list[str]
) -> dict[str, Any]:
    """The same without a person: `sub` is the client (RFC 9068, section 2.2)."""
    token = access_tokens.new(
        provider, access_tokens.MACHINE, client.client_id, " ".join(scope), resource.identifier
    )
    if access_tokens.is_opaque(resource):
        text = access_tokens.opaque(provider, token)
    else:
        alg = resource.access_token_signed_alg
        text = access_tokens.signed(provider, token, alg, client.client_id, {})
    return {
        "token_type": "Bearer",
        "access_token": text,
        "expires_in": provider.settings.access_token_lifetime,
        "scope": token.scope,
    }


def _access_token(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    family: Family,
    resource: RegisteredResource | None,
    scope: str,
) -> str:
    identifier = resource.identifier if resource else None
    token = access_tokens.new(provider, family.grant_id, client.client_id, scope, identifier)
    if resource is None or access_tokens.is_opaque(resource):
        return access_tokens.opaque(provider, token)
    sub = subject_of(tx, family.account_id, resource.sector_identifier)
    proofs = {"auth_time": family.auth_time, "acr": family.acr, "amr": family.amr}
    return access_tokens.signed(provider, token, resource.access_token_signed_alg, sub, proofs)


def _id_token(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    family: Family,
    access_token: str | None,
) -> str:
    """OpenID Connect Core 1.0, section 2. `azp` says what `aud` says, for the client is the only
    audience: it is there for who looks for it."""
    now, alg = clock.now(), client.id_token_signed_response_alg
    singles = family.claims.get("id_token", [])
    person = people.read(provider, tx, family.account_id, singles)
    # A person's claims come first: none of them can stand for one of the protocol's.
    document = claims.values(person, singles) | {
        "iss": provider.settings.issuer,
        "sub": family.sub or subject_of(tx, family.account_id, client.sector_identifier),
        "aud": client.client_id,
        "azp": client.client_id,
        "exp": now + provider.settings.id_token_lifetime,
        "iat": now,
        "auth_time": family.auth_time,
        "acr": family.acr,
        "amr": family.amr,
        "sid": session_ids.session_id_for(
            provider.keyring, family.session_id, client.sector_identifier
        ),
    }
    if access_token is not None:
        document["at_hash"] = _half_hash(access_token, alg)
    if family.nonce is not None:
        document["nonce"] = family.nonce
    return provider.registry.signer(alg).sign(document, "JWT")


def _half_hash(token: str, alg: str) -> str:
    """The left half of the hash that the signature is made with (Core, section 3.1.3.6)."""
    made = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(token.encode()).digest()
    return b64encode(made[: len(made) // 2])
