"""Validates a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from clients.clock import Clock
from clients.issuer_keys import IssuerKeys

ALGORITHMS = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
TYPES = {"logout+jwt", "application/logout+jwt"}
EVENT = "http://schemas.openid.net/event/backchannel-logout"
REQUIRED = ("iss", "aud", "iat", "exp", "jti", "events")
LEEWAY = 30  # seconds between the provider's clock and ours


class LogoutTokenRefused(Exception):
    """Why a token ends nobody's session."""


@dataclass(frozen=True)
class Ended:
    """The session `sid` has ended or, without one, every session of `sub`. `jti` is good once,
    and need not be remembered after `forgotten_at` (Unix seconds)."""

    sid: str | None
    sub: str | None
    jti: str
    forgotten_at: float


def validated(token: str, keys: IssuerKeys, issuer: str, client_id: str, clock: Clock) -> Ended:
    """What a sound token says. Raises LogoutTokenRefused, KeysUnavailable."""
    claims = _signed_claims(token, keys)
    options: dict[str, ClaimsOption] = {name: {"essential": True} for name in REQUIRED}
    options["iss"]["value"] = issuer
    options["aud"]["value"] = client_id
    try:
        JWTClaimsRegistry(now=int(clock()), leeway=LEEWAY, **options).validate(claims)
    except JoseError as error:
        raise LogoutTokenRefused(f"a claim is missing or wrong: {error}") from error
    # "Verify that the Logout Token does not contain a nonce Claim": an ID token may.
    if "nonce" in claims:
        raise LogoutTokenRefused("it has a nonce")
    if not isinstance(claims["events"], dict) or not isinstance(claims["events"].get(EVENT), dict):
        raise LogoutTokenRefused("it tells of no logout")
    return _ended(claims)


def _signed_claims(token: str, keys: IssuerKeys) -> dict[str, Any]:
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError) as error:
        raise LogoutTokenRefused("it is no JWT") from error
    if str(header.get("typ", "")).lower() not in TYPES:
        raise LogoutTokenRefused("it is another kind of token")
    kid = header.get("kid")
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        raise LogoutTokenRefused("it is signed by an unknown key")
    try:
        return jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise LogoutTokenRefused("the signature does not match") from error


def _ended(claims: dict[str, Any]) -> Ended:
    sid, sub, jti = (claims.get(name) for name in ("sid", "sub", "jti"))
    # "Verify that the Logout Token contains a sub Claim, a sid Claim, or both."
    if sid is None and sub is None:
        raise LogoutTokenRefused("it names neither a session nor a person")
    if not isinstance(jti, str) or not all(isinstance(name, str | None) for name in (sid, sub)):
        raise LogoutTokenRefused("a claim is no text")
    return Ended(sid, sub, jti, claims["exp"] + LEEWAY)
