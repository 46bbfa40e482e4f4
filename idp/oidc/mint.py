"""The one place where tokens are made: what the code and the refresh grant both end with."""

import hashlib
from typing import Any

from idp import clock
from idp.crypto import b64encode
from idp.db import Transaction
from idp.oidc import access_tokens, claims, people, refresh_tokens
from idp.oidc.access_tokens import Basis
from idp.oidc.family import Family
from idp.oidc.provider import Provider
from idp.oidc.registry import RegisteredClient, RegisteredResource
from idp.oidc.subjects import subject_of


def mint(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    family: Family,
    generation: int | None,
) -> dict[str, Any]:
    """The token response (RFC 6749, section 5.1; OpenID Connect Core 1.0, section 3.1.3.3).
    `generation` is that of the refresh token to give; None: none."""
    basis = Basis(
        family.grant_id, client.client_id, family.scope, family.acr, family.amr, family.auth_time
    )
    access_token = _access_token(provider, tx, family, basis)
    response: dict[str, Any] = {
        "token_type": "Bearer",
        "access_token": access_token,
        "expires_in": provider.settings.access_token_lifetime,
        "scope": family.scope,
        "id_token": _id_token(provider, tx, client, family, access_token),
    }
    if generation is not None:
        response["refresh_token"] = refresh_tokens.make(
            provider.keyring, family.grant_id, generation
        )
    return response


def _access_token(provider: Provider, tx: Transaction, family: Family, basis: Basis) -> str:
    resource = _resource(provider, basis.scope)
    if resource is None:
        return access_tokens.opaque(provider, basis)
    sub = subject_of(tx, family.account_id, resource.sector_identifier)
    return access_tokens.for_resource(provider, basis, resource, sub)


def _resource(provider: Provider, scope: str) -> RegisteredResource | None:
    for name in scope.split():
        if (resource := provider.registry.resource_of(name)) is not None:
            return resource
    return None


def _id_token(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    family: Family,
    access_token: str,
) -> str:
    now, alg = clock.now(), client.id_token_signed_response_alg
    singles = family.claims.get("id_token", [])
    person = people.read(provider, tx, family.account_id) if singles else claims.Person()
    # A person's claims come first: none of them can stand for one of the protocol's.
    document = claims.values(person, singles) | {
        "iss": provider.settings.issuer,
        "sub": subject_of(tx, family.account_id, client.sector_identifier),
        "aud": client.client_id,
        "exp": now + provider.settings.id_token_lifetime,
        "iat": now,
        "auth_time": family.auth_time,
        "acr": family.acr,
        "amr": family.amr,
        "at_hash": _half_hash(access_token, alg),
    }
    if family.nonce is not None:
        document["nonce"] = family.nonce
    return provider.registry.signer(alg).sign(document, "JWT")


def _half_hash(token: str, alg: str) -> str:
    """The left half of the hash that the signature is made with (Core, section 3.1.3.6)."""
    made = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(token.encode()).digest()
    return b64encode(made[: len(made) // 2])
