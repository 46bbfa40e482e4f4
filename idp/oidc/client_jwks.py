"""The public keys of a client, whether it registered them or an address where they are (OpenID
Connect Core 1.0, section 10): for its assertions, its request objects, and what is encrypted for
it. To be asked outside any transaction: an address may take seconds to answer."""

from collections.abc import Sequence

import orjson
from joserfc.jwk import Key, KeySet

from idp.directory import client_keys
from idp.fetcher import Unfetchable
from idp.fetcher.copies import LONGEST
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient

MEDIA_TYPES = ("application/json", "application/jwk-set+json")
# A kid that we do not know may be of a new key (section 10.1.1): it is looked for once a minute,
# however often somebody makes one up.
UNKNOWN_KID_SECONDS = 60


class NoKey(Exception):
    """The client has no such key; the message is for its developer."""


def signing_key(provider: Provider, client: RegisteredClient, kid: str | None, alg: str) -> Key:
    """The one key that `kid` names, or that there is without one, if it is for this algorithm.
    Raises NoKey."""
    found = _suitable(_keys(provider, client), kid, alg)
    if not found and kid is not None and client.jwks_uri:
        found = _suitable(_keys(provider, client, UNKNOWN_KID_SECONDS), kid, alg)
    if len(found) != 1:
        raise NoKey("no single key of the client is meant")
    return found[0]


def encryption_key(provider: Provider, client: RegisteredClient, alg: str) -> Key:
    """The first key that `alg` can encrypt for. Raises NoKey."""
    for key in _keys(provider, client):
        if client_keys.encrypts(key, alg) and key.get("use") in {None, "enc"}:
            return key
    raise NoKey(f"the client has no key for {alg}")


def _suitable(keys: Sequence[Key], kid: str | None, alg: str) -> list[Key]:
    return [
        key
        for key in keys
        if alg in client_keys.algorithms(key)
        and key.get("use") in {None, "sig"}
        and kid in {None, key.kid}
    ]


def _keys(
    provider: Provider, client: RegisteredClient, not_older_than: int = LONGEST
) -> Sequence[Key]:
    jwks = client.jwks
    if client.jwks_uri:
        try:
            copy = provider.fetcher.get(client.jwks_uri, MEDIA_TYPES, not_older_than=not_older_than)
            jwks = orjson.loads(copy.content)
        except Unfetchable as refusal:
            raise NoKey(f"jwks_uri cannot be fetched: {refusal}") from refusal
        except orjson.JSONDecodeError as error:
            raise NoKey("what is at jwks_uri is not JSON") from error
        if wrong := client_keys.problem(jwks):
            raise NoKey(f"what is at jwks_uri {wrong}")
    return KeySet.import_key_set(jwks or {"keys": []}).keys  # type: ignore[arg-type]  # checked
