"""The authorization code (RFC 6749, section 4.1.2) and the grant that stands behind it, made once
every question is answered."""

import orjson

from idp import audit, clock
from idp.crypto import digest, new_secret
from idp.db import Statement, Transaction, new_id
from idp.oidc import claims_parameter, consents, implicit, levels, responses
from idp.oidc.errors import AuthorizationError
from idp.oidc.policy import Situation
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest
from idp.oidc.responses import AuthorizationResponse

TOUCH_SESSION = Statement("""
    UPDATE browser_session SET last_seen_at = :now WHERE id = :id AND ended_at IS NULL
""")

JOIN_SESSION = Statement("""
    INSERT INTO session_client (session_id, client_id, first_at, last_at)
    VALUES (:session_id, :client_id, :now, :now)
    ON CONFLICT (session_id, client_id) DO UPDATE SET last_at = :now
""")

INSERT_GRANT = Statement("""
    INSERT INTO authorization_grant (
        id, client_id, account_id, session_id, created_at, code_hash, code_expires_at,
        redirect_uri, code_challenge, nonce, scope, resource, claims, acr, amr, auth_time,
        generation
    ) VALUES (
        :id, :client_id, :account_id, :session_id, :now, :code_hash, :code_expires_at,
        :redirect_uri, :code_challenge, :nonce, :scope, :resource, :claims, :acr, :amr,
        :auth_time, 0
    )
""")


def issue(
    provider: Provider,
    client: RegisteredClient,
    request: AuthorizationRequest,
    situation: Situation,
) -> AuthorizationResponse:
    """The answer that carries a new code; a refusal, when the session has ended since the situation
    was read."""
    with provider.database.transaction() as tx:
        code = grant(provider, tx, client, request, situation)
    return answered(provider, client, request, code)


def grant(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    request: AuthorizationRequest,
    situation: Situation,
) -> str | None:
    """The code of a new grant: grant, participation and trail in one commit. None: the session has
    ended meanwhile."""
    live, given, settings = situation.live, situation.given, provider.settings
    assert live is not None
    assert given is not None
    scope, agreed = consents.effective(given, request.scope, request.claims)
    singles = claims_parameter.fitting(provider, live.account_id, request.claims, agreed)
    code, now = new_secret(), clock.now()
    proofs = live.proofs
    # First of all: whoever ends the session after this finds the grant to revoke.
    if tx.changed(TOUCH_SESSION, id=live.pk, now=now) == 0:
        return None
    tx.execute(
        INSERT_GRANT,
        id=new_id(),
        client_id=client.pk,
        account_id=live.account_id,
        session_id=live.pk,
        now=now,
        code_hash=digest(code),
        code_expires_at=now + settings.authorization_code_lifetime,
        redirect_uri=request.redirect_uri,
        code_challenge=request.code_challenge,
        nonce=request.nonce,
        scope=" ".join(scope),
        resource=" ".join(request.resource),
        claims=orjson.dumps(singles).decode(),
        acr=levels.returned(proofs, request.essential_acr, settings.acr_aliases),
        amr=" ".join(proofs.amr),
        auth_time=proofs.auth_time,
    )
    tx.execute(JOIN_SESSION, session_id=live.pk, client_id=client.pk, now=now)
    tx.execute(
        audit.INSERT_EVENT,
        **audit.event_values(
            "authorization.granted",
            actor="holder",
            account_id=live.account_id,
            client_id=client.pk,
            session_id=live.pk,
            detail={"acr": proofs.acr, "amr": proofs.amr},
        ),
    )
    return code


def answered(
    provider: Provider,
    client: RegisteredClient,
    request: AuthorizationRequest,
    code: str | None,
) -> AuthorizationResponse:
    if code is None:
        return responses.failure(provider, request, "login_required", "the session has just ended")
    if request.response_type == "code":
        return responses.success(provider, request, {"code": code})
    try:
        told = implicit.tokens(provider, client, request.response_type, code)
    except AuthorizationError as refusal:
        return responses.failure(provider, request, refusal.error, refusal.description)
    return responses.success(provider, request, told)
