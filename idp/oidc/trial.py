"""An authorization that is tried: asked, checked and walked through as any other; at its end stands
what the application would be told, and no code."""

import hashlib
from typing import Any

from idp.crypto import b64encode, new_secret
from idp.db import Transaction
from idp.oidc import checks, claims, consents, levels, people
from idp.oidc.policy import Situation
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest
from idp.oidc.subjects import subject_of


def parameters(client: RegisteredClient, redirect_uri: str) -> dict[str, str]:
    """A right request of the application, for all that it may ask."""
    return {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(sorted(client.scope, key=lambda name: (name != "openid", name))),
        "state": new_secret(12),
        "nonce": new_secret(12),
        "code_challenge": b64encode(hashlib.sha256(new_secret().encode()).digest()),
        "code_challenge_method": "S256",
    }


def prepare(
    provider: Provider, values: dict[str, str]
) -> tuple[RegisteredClient, AuthorizationRequest]:
    """The request as the endpoint would read it. Raises AuthorizationError with its answer."""
    client = checks.check_client(provider, values)
    redirect_uri = checks.check_redirect_uri(client, values)
    request = AuthorizationRequest(client.client_id, redirect_uri, values.get("state"))
    for each in checks.CHECKS:
        each(provider, values, client, request)
    return client, request


def told(
    provider: Provider, tx: Transaction, client: RegisteredClient, situation: Situation
) -> dict[str, Any]:
    """What ID token and userinfo would say, of who has answered every question."""
    live, given, request = situation.live, situation.given, situation.request
    assert live is not None
    assert given is not None
    assert request is not None
    scope, singles = consents.effective(given, request.scope, request.claims)
    names = claims.names_for(scope, [name for more in singles.values() for name in more])
    person = people.read(provider, tx, live.account_id, names)
    proofs, aliases = live.proofs, provider.settings.acr_aliases
    return claims.values(person, names) | {
        "sub": subject_of(tx, live.account_id, client.sector_identifier),
        "acr": levels.returned(proofs, request.essential_acr, aliases),
        "amr": proofs.amr,
        "auth_time": proofs.auth_time,
    }
