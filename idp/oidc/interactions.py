"""Interactions: requests on their way through the steps, kept on the server."""

import orjson

from idp import clock
from idp.crypto import digest, new_secret
from idp.db import Statement, Transaction, new_id
from idp.models import Purpose
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest

INSERT_INTERACTION = Statement("""
    INSERT INTO interaction
        (id, handle_hash, browser_hash, purpose, client_id, request, created_at, expires_at)
    VALUES
        (:id, :handle_hash, :browser_hash, :purpose, :client_id, :request, :now, :expires_at)
""")


def store(
    provider: Provider,
    request: AuthorizationRequest | None,
    client: RegisteredClient | None,
    browser_hash: bytes,
    purpose: Purpose = Purpose.AUTHORIZATION,
    leads_to: str | None = None,
) -> str:
    """Keep the request on the server; returns the handle that its addresses carry. An empty
    `browser_hash` is bound to the browser that comes first; `leads_to` is where a journey without
    an application ends."""
    with provider.database.transaction() as tx:
        return keep(provider, tx, request, client, browser_hash, purpose, leads_to)


def keep(
    provider: Provider,
    tx: Transaction,
    request: AuthorizationRequest | None,
    client: RegisteredClient | None,
    browser_hash: bytes,
    purpose: Purpose = Purpose.AUTHORIZATION,
    leads_to: str | None = None,
) -> str:
    handle, now = new_secret(16), clock.now()
    document = orjson.dumps(request.to_json() if request else {"leads_to": leads_to})
    tx.execute(
        INSERT_INTERACTION,
        id=new_id(),
        handle_hash=digest(handle),
        browser_hash=browser_hash,
        purpose=purpose.value,
        client_id=client.pk if client else None,
        request=provider.keyring.seal(document, "interaction.request"),
        now=now,
        expires_at=now + provider.settings.interaction_lifetime,
    )
    return handle
