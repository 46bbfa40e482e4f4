"""The authorization endpoint (RFC 6749, section 3.1; OpenID Connect Core 1.0, section 3.1.2).

Parse → check → ask the policy: a code at once when nothing is open, an error under
`prompt=none`, otherwise an interaction is stored and the browser goes to its first step.
"""

from contextlib import suppress
from dataclasses import dataclass

import orjson

from idp import audit, clock
from idp.crypto import digest, new_secret
from idp.db import Statement, Transaction, new_id
from idp.directory import sign_in
from idp.models import Purpose, SessionKind
from idp.oidc import (
    checks,
    claims_parameter,
    consents,
    implicit,
    levels,
    parameters,
    policy,
    request_object,
    responses,
)
from idp.oidc.errors import AuthorizationError, Displayed
from idp.oidc.http import Request, Response, redirect
from idp.oidc.policy import Live, Progress, Question, Situation
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest
from idp.oidc.responses import AuthorizationResponse

READ_SESSION = Statement("""
    SELECT s.id, s.account_id, a.closes_at, s.password_at, s.code_at, s.code_channel, s.passkey_at,
        s.passkey_methods
    FROM browser_session s JOIN account a ON a.id = s.account_id
    WHERE s.token_hash = :token_hash AND s.kind = :kind AND s.ended_at IS NULL
      AND s.expires_at > :now AND s.last_seen_at > :idle_since AND a.state = 'active'
""")

HAS_PASSKEY = Statement("SELECT 1 FROM passkey WHERE account_id = :account_id LIMIT 1")

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

INSERT_INTERACTION = Statement("""
    INSERT INTO interaction
        (id, handle_hash, browser_hash, purpose, client_id, request, created_at, expires_at)
    VALUES
        (:id, :handle_hash, :browser_hash, :purpose, :client_id, :request, :now, :expires_at)
""")


@dataclass(frozen=True)
class Browser:
    """What the browser's cookies say: `key` binds interactions to it, `session` signs in."""

    key: str | None
    session: str | None


@dataclass(frozen=True)
class Answer:
    """Where the browser goes next: a step of ours, or back to the application.
    `new_browser_key`: a cookie to set, for it had none."""

    response: Response | AuthorizationResponse
    new_browser_key: str | None = None


def authorize(provider: Provider, http: Request, browser: Browser) -> Answer:
    """Answer an authorization request. Raises Displayed while nobody may be redirected to."""
    if http.method not in {"GET", "POST"}:
        raise Displayed("invalid_request", "GET or POST")
    values = _parse(http)
    client = checks.check_client(provider, values)
    try:
        asked = request_object.opened(provider, client, values)
    except AuthorizationError as refusal:
        return Answer(_refused_object(provider, client, values, refusal))
    request = _addressed(client, asked)
    try:
        for each in checks.CHECKS:
            each(provider, asked, client, request)
        if http.method == "POST":
            # From another site no cookie came along: it will with the GET that follows.
            handle = store(provider, request, client, b"")
            return Answer(redirect(provider.url(f"/interaction/{handle}")))
        return _answer(provider, client, request, browser)
    except AuthorizationError as refusal:
        return Answer(responses.failure(provider, request, refusal.error, refusal.description))


def _parse(http: Request) -> dict[str, str]:
    try:
        return parameters.parse(http.body if http.method == "POST" else http.query)
    except parameters.Malformed as error:
        raise Displayed("invalid_request", str(error)) from error


def _addressed(client: RegisteredClient, values: dict[str, str]) -> AuthorizationRequest:
    """With the address to answer to. From here on out, refusals are redirected."""
    redirect_uri = checks.check_redirect_uri(client, values)
    return AuthorizationRequest(client.client_id, redirect_uri, values.get("state"))


def _refused_object(
    provider: Provider,
    client: RegisteredClient,
    values: dict[str, str],
    refusal: AuthorizationError,
) -> AuthorizationResponse:
    """To the address beside the object, if that one is the client's: what is inside is not
    believed."""
    try:
        request = _addressed(client, values)
    except Displayed as unknown:
        raise Displayed(refusal.error, refusal.description) from unknown
    with suppress(AuthorizationError):
        checks.check_response_mode(provider, values, client, request)
    return responses.failure(provider, request, refusal.error, refusal.description)


def _answer(
    provider: Provider, client: RegisteredClient, request: AuthorizationRequest, browser: Browser
) -> Answer:
    # Whatever the answer, something is written: what decides it is read in the same transaction.
    with provider.database.transaction() as tx:
        live = read_session(provider, tx, browser.session)
        situation = situation_of(provider, tx, client, request, live, Progress())
        question = policy.first_open(situation)
        if question is not None:
            return _asking(provider, tx, client, request, browser, question)
        code = _grant(provider, tx, client, request, situation)
    return Answer(_answered(provider, client, request, code))


def _asking(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    request: AuthorizationRequest,
    browser: Browser,
    question: Question,
) -> Answer:
    """To the page that asks, unless nobody may be asked."""
    if "none" in request.prompt:
        raise AuthorizationError(question.error, question.reason)
    key = browser.key or new_secret(16)
    handle = _keep(provider, tx, request, client, digest(key))
    location = provider.url(f"/interaction/{handle}")
    return Answer(redirect(location), None if browser.key else key)


def read_session(
    provider: Provider,
    tx: Transaction,
    token: str | None,
    kind: SessionKind = SessionKind.HOLDER,
) -> Live | None:
    """The live session of an active account, or None."""
    if not token:
        return None
    now = clock.now()
    row = tx.one(
        READ_SESSION,
        token_hash=digest(token),
        kind=kind.value,
        now=now,
        idle_since=now - sign_in.idle(provider.settings, kind),
    )
    return None if row is None else Live(row[0], row[1], levels.Proofs(*row[3:]), row[2])


def situation_of(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    request: AuthorizationRequest,
    live: Live | None,
    progress: Progress,
) -> Situation:
    """All that the policy's questions look at."""
    return Situation(
        live=live,
        progress=progress,
        needed_level=needed_level(provider, tx, client, request, live),
        request=request,
        given=consents.read(tx, live.account_id, client.pk) if live else None,
        asked=tuple(consents.items(client, request)),
    )


def needed_level(
    provider: Provider,
    tx: Transaction,
    client: RegisteredClient,
    request: AuthorizationRequest,
    live: Live | None,
) -> str:
    """An essential level binds; a wished one is tried; the client's minimum always holds."""
    aliases = provider.settings.acr_aliases
    if "none" in request.prompt:
        # A wish is no reason to refuse: what was reached is returned.
        wished = levels.lowest_attainable(request.essential_acr, aliases)
    else:
        values = request.essential_acr or request.acr_values
        wished = levels.first_attainable(values, aliases)
        if wished == levels.PHR and live is not None and not _may_reach_phr(tx, live):
            next_best = levels.first_attainable(values, aliases, levels.WITHOUT_PASSKEY)
            wished = next_best or (wished if request.essential_acr else None)
    return levels.needed(client.minimum_acr, wished)


def _may_reach_phr(tx: Transaction, live: Live) -> bool:
    return live.proofs.user_verified or bool(tx.one(HAS_PASSKEY, account_id=live.account_id))


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
        return _keep(provider, tx, request, client, browser_hash, purpose, leads_to)


def _keep(
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


def issue(
    provider: Provider,
    client: RegisteredClient,
    request: AuthorizationRequest,
    situation: Situation,
) -> AuthorizationResponse:
    """The answer that carries a new code; a refusal, when the session has ended since the situation
    was read."""
    with provider.database.transaction() as tx:
        code = _grant(provider, tx, client, request, situation)
    return _answered(provider, client, request, code)


def _grant(
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


def _answered(
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
