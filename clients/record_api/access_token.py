"""Validates a JWT access token (RFC 9068, section 4), then asks what it is good for."""

from __future__ import annotations

from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from clients.clock import Clock
from clients.issuer_keys import IssuerKeys
from clients.levels import MFA, reaches
from clients.record_api.bearer import Refused, invalid_token

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
TYPES = {"at+jwt", "application/at+jwt"}
# RFC 9068, section 2.2
REQUIRED = ("iss", "exp", "aud", "sub", "client_id", "iat", "jti")
LEEWAY = 30  # seconds between the issuer's clock and ours

Claims = dict[str, Any]


def validated(token: str, keys: IssuerKeys, issuer: str, audience: str, clock: Clock) -> Claims:
    """The claims of a sound token, or the refusal that it deserves."""
    header = _header(token)
    # RFC 9068, section 4: the typ header MUST be at+jwt; an ID token has another.
    if str(header.get("typ", "")).lower() not in TYPES:
        raise invalid_token("the token is no access token")
    if header.get("alg") not in ALGORITHMS:
        raise invalid_token("the token is signed in a way that is not accepted")
    claims = _signed_claims(token, _key(header, keys))
    _check(claims, issuer, audience, clock)
    return claims


def require_scope(claims: Claims, scope: str) -> None:
    """RFC 6750, section 3.1: insufficient_scope, with the scope that would do."""
    if scope not in str(claims.get("scope", "")).split():
        raise Refused(403, "insufficient_scope", "the token does not allow this", scope=scope)


def require_level(claims: Claims) -> None:
    """RFC 9470, section 3: a level that is too low is named with the one wanted."""
    if not reaches(claims.get("acr"), MFA):
        raise Refused(
            401,
            "insufficient_user_authentication",
            "a higher authentication level is required",
            acr_values=MFA,
        )


def require_machine(claims: Claims) -> None:
    """An application's own token: its `sub` is the client (RFC 9068, section 2.2)."""
    if claims["sub"] != claims["client_id"]:
        raise invalid_token("the token is a person's")


def require_fresh(claims: Claims, max_age: int, clock: Clock) -> None:
    """RFC 9470, section 3: an authentication older than `max_age` seconds is told so."""
    auth_time = claims.get("auth_time")
    if not isinstance(auth_time, int) or auth_time < clock() - max_age - LEEWAY:
        raise Refused(
            401,
            "insufficient_user_authentication",
            "a more recent authentication is required",
            max_age=str(max_age),
        )


def _header(token: str) -> dict[str, Any]:
    try:
        return dict(jws.extract_compact(token.encode()).headers())
    except (JoseError, ValueError) as error:
        raise invalid_token("the token is no JWT") from error


def _key(header: dict[str, Any], keys: IssuerKeys) -> Key:
    """The published key that the header names; a key inside the header proves nothing."""
    kid = header.get("kid")
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise invalid_token("the token is signed by an unknown key")
    return key


def _signed_claims(token: str, key: Key) -> Claims:
    """joserfc also holds the key to its published `use` and `alg` (RFC 7517, section 4)."""
    try:
        return jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise invalid_token("the signature does not match") from error


def _check(claims: Claims, issuer: str, audience: str, clock: Clock) -> None:
    options: dict[str, ClaimsOption] = {name: {"essential": True} for name in REQUIRED}
    options["iss"]["value"] = issuer
    options["aud"]["value"] = audience
    registry = JWTClaimsRegistry(now=int(clock()), leeway=LEEWAY, **options)
    try:
        registry.validate(claims)
    except JoseError as error:
        raise invalid_token("the token is expired, or not for this API") from error
    if "cnf" in claims:
        # RFC 9449, section 7.2: a bound token is not a bearer's; no proof is looked at here.
        raise invalid_token("the token is bound to a key")
