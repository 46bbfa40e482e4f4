"""What the policy's questions look at, as it is read: the browser's live session, what its account
agreed to, the level that is needed."""

from idp import clock
from idp.crypto import digest
from idp.db import Statement, Transaction
from idp.directory import sign_in
from idp.models import SessionKind
from idp.oidc import consents, levels
from idp.oidc.policy import Live, Progress, Situation
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.request import AuthorizationRequest

READ_SESSION = Statement("""
    SELECT s.id, s.account_id, a.closes_at, s.password_at, s.code_at, s.code_channel, s.passkey_at,
        s.passkey_methods
    FROM browser_session s JOIN account a ON a.id = s.account_id
    WHERE s.token_hash = :token_hash AND s.kind = :kind AND s.ended_at IS NULL
      AND s.expires_at > :now AND s.last_seen_at > :idle_since AND a.state = 'active'
""")

HAS_PASSKEY = Statement("SELECT 1 FROM passkey WHERE account_id = :account_id LIMIT 1")


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
