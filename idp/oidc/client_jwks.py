"""The public keys of a client, whether it registered them or an address where they are (OpenID
Connect Core 1.0, section 10): for its assertions, its request objects, and what is encrypted for
it. To be asked outside any transaction: an address may take seconds to answer."""

from functools import lru_cache

import orjson
from joserfc.jwk import Key

from idp.directory import client_keys
from idp.fetcher import Unfetchable
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient

MEDIA_TYPES = ("application/json", "application/jwk-set+json")
MOST = 256  # sets that are kept imported: to import a key takes longer than to use it


class NoKey(Exception):
    """The client has no such key; the message is for our log."""


def signing_key(provider: Provider, client: RegisteredClient, kid: str | None, alg: str) -> Key:
    """The one key for this algorithm that `kid` names, or that there is without one. Raises
    NoKey."""
    found = _signing_key(_document(provider, client), kid, alg)
    # "The verifier knows to go back to the jwks_uri location to re-retrieve the keys when it sees
    # an unfamiliar kid value" (section 10.1.1).
    if found is None and kid is not None and client.jwks_uri:
        found = _signing_key(_document(provider, client, anew=True), kid, alg)
    if found is None:
        raise NoKey(f"no single key for {alg} is meant")
    return found


def encryption_key(provider: Provider, client: RegisteredClient, alg: str) -> Key:
    """A key that `alg` can encrypt for. Raises NoKey."""
    found = _encryption_key(_document(provider, client), alg)
    if found is None and client.jwks_uri:
        found = _encryption_key(_document(provider, client, anew=True), alg)
    if found is None:
        raise NoKey(f"no key for {alg}")
    return found


def _document(provider: Provider, client: RegisteredClient, *, anew: bool = False) -> bytes:
    """The client's JWK Set (RFC 7517, section 5) as JSON."""
    if not client.jwks_uri:
        return orjson.dumps(client.jwks)
    fetch = provider.fetcher.renew if anew else provider.fetcher.get
    try:
        return fetch(client.jwks_uri, MEDIA_TYPES).content
    except Unfetchable as refusal:
        raise NoKey(f"jwks_uri cannot be fetched: {refusal}") from refusal


@lru_cache(MOST)
def _keys(document: bytes) -> tuple[Key, ...]:
    try:
        return tuple(client_keys.readable(orjson.loads(document)))
    except orjson.JSONDecodeError:
        return ()


def _signing_key(document: bytes, kid: str | None, alg: str) -> Key | None:
    keys = [
        key
        for key in _keys(document)
        if alg in client_keys.algorithms(key) and kid in {None, key.kid or key.thumbprint()}
    ]
    return keys[0] if len(keys) == 1 else None


@lru_cache(MOST)
def _encryption_key(document: bytes, alg: str) -> Key | None:
    """Rather one that is for nothing else (RFC 7517, section 4.2)."""
    keys = [key for key in _keys(document) if client_keys.encrypts(key, alg)]
    return min(keys, key=lambda key: key.get("use") is None, default=None)
