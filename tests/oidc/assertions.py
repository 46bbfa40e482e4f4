"""What a client signs to say who it is (RFC 7523, section 3)."""

from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.crypto import new_secret
from tests.browser_client import ISSUER
from tests.factories import App
from tests.held_clock import START

KEYS: dict[str, Any] = {
    "ES256": ECKey.generate_key("P-256"),
    "EdDSA": OKPKey.generate_key("Ed25519"),
    "RS256": RSAKey.generate_key(2048),
}
KEYS["PS256"] = KEYS["RS256"]


def claims(client: App, **changes: Any) -> dict[str, Any]:
    values = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": ISSUER,
        "jti": new_secret(),
        "exp": START + 60,
        "iat": START,
    } | changes
    return {name: value for name, value in values.items() if value is not None}


def signed(client: App, alg: str = "ES256", key: Any = None, **changes: Any) -> str:
    return jwt.encode({"alg": alg}, claims(client, **changes), key or KEYS[alg], algorithms=[alg])
