"""A JWT that a client signed, to say who it is or what it asks (RFC 7515; RFC 8725).

What the header says of keys and algorithms is not believed: both are the registration's.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import Key, OctKey
from joserfc.jws import deserialize_compact

from idp.crypto import b64decode, digest
from idp.db import Database, Statement, new_id
from idp.oidc import client_jwks, jws
from idp.oidc.client_jwks import NoKey
from idp.oidc.provider import Provider
from idp.oidc.registered_client import RegisteredClient

LONGEST_JTI = 255
SKEW = 60  # seconds by which a client's clock may differ
# Each would have us take a key, a compression or a rule from whom we do not know yet.
REFUSED_HEADERS = {"crit", "jwk", "jku", "x5u", "x5c", "zip", "b64", "enc"}

CONSUME = Statement("""
    INSERT INTO client_assertion (id, client_id, jti_hash, expires_at)
    VALUES (:id, :client_id, :jti_hash, :expires_at) ON CONFLICT DO NOTHING
""")


class Refused(Exception):
    """Why, in a word."""


def read(text: str, longest: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a compact JWS, not verified yet. Raises Refused."""
    if len(text) > longest or text.count(".") != 2:
        raise Refused("form")
    first, second, _ = text.split(".")
    try:
        header, claims = orjson.loads(b64decode(first)), orjson.loads(b64decode(second))
    except ValueError as error:
        raise Refused("JSON") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Refused("JSON")
    if not REFUSED_HEADERS.isdisjoint(header):
        raise Refused("header")
    return header, claims


def verify(
    provider: Provider,
    text: str,
    header: Mapping[str, Any],
    client: RegisteredClient,
    alg: str | None,
) -> None:
    """The algorithm is the registered one, the key one of the client's (RFC 8725, section 3.1).
    None: no algorithm was registered, then any that one of its public keys is for. Raises
    Refused."""
    presented = header.get("alg")
    if not isinstance(presented, str) or presented not in ([alg] if alg else jws.SUPPORTED):
        raise Refused("alg")
    try:
        deserialize_compact(text, _key(provider, header, client, presented), [presented])
    except (JoseError, NoKey, ValueError, TypeError, KeyError) as error:
        raise Refused("signature") from error


def _key(provider: Provider, header: Mapping[str, Any], client: RegisteredClient, alg: str) -> Key:
    if alg == "HS256":
        if client.client_secret is None:
            raise Refused("key")
        return OctKey.import_key(client.client_secret)
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise Refused("kid")
    return client_jwks.signing_key(provider, client, kid, alg)


def moment(claims: Mapping[str, Any], name: str) -> int | None:
    """A time in whole seconds, or None; a truth or a text is none. Raises Refused."""
    value = claims.get(name)
    if name in claims and type(value) is not int:
        raise Refused(name)
    return value


def jti(claims: Mapping[str, Any]) -> str:
    """What tells this JWT from every other of the client. Raises Refused."""
    value = claims.get("jti")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_JTI:
        raise Refused("jti")
    return value


def consume(database: Database, client: RegisteredClient, jti: str, expires_at: int) -> bool:
    """Whether it is the first time. It is spent now, whatever becomes of the request."""
    values = {
        "id": new_id(),
        "client_id": client.pk,
        "jti_hash": digest(jti),
        "expires_at": expires_at + SKEW,
    }

    def spend() -> bool:
        with database.transaction() as tx:
            return tx.changed(CONSUME, **values) == 1

    return database.together(spend)
