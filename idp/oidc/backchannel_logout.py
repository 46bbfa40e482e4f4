"""OpenID Connect Back-Channel Logout 1.0: the worker sends each application that took part a signed
logout token. What waits is in the outbox; the token is made anew at every attempt."""

import os
import secrets
import socket
from collections.abc import Callable

from authlib.oauth2.rfc6749 import InvalidRequestError

from idp import clock
from idp.config import MINUTE, Settings
from idp.db import Database
from idp.fetcher import Unfetchable
from idp.messages import delivery, kinds
from idp.messages.channels.outcome import Proceed, Refused, Temporary, Unreachable, Withdrawn
from idp.messages.delivery import Channel
from idp.models import Message
from idp.oidc import encryption, session_ids
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.subjects import subject_of

METADATA = {
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
}

TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 2 * MINUTE  # "preferably at most two minutes in the future" (section 2.4)

# Seconds. Between two looks for what is due; until the next attempt at an application, the last
# one again and again until the message expires.
EVERY = 1
DELAYS = (2, 5, 10, 20, 40, 60, 120, 300, 600, 900, 1800)


def logout_token(provider: Provider, client: RegisteredClient, sid: str, account_id: int) -> str:
    """The claims of section 2.4, signed and encrypted as the client's ID tokens are; never a
    `nonce`, so that nobody takes it for one of those."""
    now = clock.now()
    with provider.database.transaction() as tx:
        sub = subject_of(tx, account_id, client.sector_identifier)
    claims = {
        "iss": provider.settings.issuer,
        "sub": sub,
        "aud": client.client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": secrets.token_urlsafe(16),
        "events": {EVENT: {}},
        "sid": sid,
    }
    token = provider.registry.signer(client.id_token_signed_response_alg).sign(claims, TYP)
    recipient = encryption.for_id_token(provider, client)
    return token if recipient is None else recipient.encrypt(token)


def deliverer() -> Callable[[Database, Settings], int]:
    """The worker's job: send what is due. It has a thread of its own, for an application that is
    slow to answer must not delay a person's code."""
    providers: dict[Database, Provider] = {}

    def send_logout_tokens(database: Database, settings: Settings) -> int:
        # Kept, so that keys are not read anew for each token.
        if database not in providers:
            providers[database] = Provider(settings, database)
        name = f"{socket.gethostname()}:{os.getpid()}:logout"
        channels = {kinds.BACKCHANNEL: _channel(providers[database])}
        return delivery.deliver_due(database, settings, name, channels=channels)

    return send_logout_tokens


def _channel(provider: Provider) -> Channel:
    def send(settings: Settings, message: Message, proceed: Proceed) -> None:
        assert message.client_id is not None
        client = provider.registry.client_by_pk(message.client_id)
        if client is None or not client.enabled or client.backchannel_logout_uri is None:
            raise Refused("the application is not to be told any more")
        if not proceed():
            raise Withdrawn("no longer to be sent")
        _tell(provider, client, client.backchannel_logout_uri, message)

    return Channel(send, DELAYS)


def _tell(provider: Provider, client: RegisteredClient, uri: str, message: Message) -> None:
    assert message.session_id is not None
    assert message.account_id is not None
    names = session_ids.every_name(provider.keyring, message.session_id, client.sector_identifier)
    for sid in names:
        try:
            token = logout_token(provider, client, sid, message.account_id)
            status = provider.fetcher.post(uri, {"logout_token": token})
        except InvalidRequestError as error:
            raise Temporary(f"{client.client_id} has no key to encrypt for") from error
        except Unfetchable as error:
            raise Unreachable(f"{client.client_id} cannot be reached: {error}") from error
        _check(client, status)


def _check(client: RegisteredClient, status: int) -> None:
    # "If the logout request was invalid or the logout failed, the RP MUST respond with [...] 400"
    # (section 2.8): it understood, and another attempt would change nothing.
    if status == 400:
        raise Refused(f"{client.client_id} did not accept the logout token")
    if status not in {200, 204}:
        raise Temporary(f"{client.client_id} answered with status {status}")
