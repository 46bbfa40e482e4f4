"""What a client signs to ask for something (RFC 9101, section 4)."""

import json
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt

from idp.crypto import b64encode
from tests.browser_client import ISSUER, Page, authorization_query
from tests.factories import App
from tests.held_clock import START
from tests.oidc.assertions import KEYS
from tests.oidc.walk import Walk

TYPE = "oauth-authz-req+jwt"


def asker(walk: Walk, **metadata: Any) -> App:
    """A client with a key of its own, to which somebody who is signed in has agreed."""
    keys = {"keys": [KEYS["ES256"].as_dict(private=False)]}
    return walk.ready(**{"jwks": keys} | metadata)


def claims(client: App, **changes: Any) -> dict[str, Any]:
    """A right request; what is changed to None is left out."""
    values = {
        **dict(parse_qsl(authorization_query(client))),
        "iss": client.client_id,
        "aud": ISSUER,
        "exp": START + 300,
    } | changes
    return {name: value for name, value in values.items() if value is not None}


def signed(
    client: App,
    header: dict[str, Any] | None = None,
    alg: str = "ES256",
    key: Any = None,
    **changes: Any,
) -> str:
    asked = {"alg": alg, "typ": TYPE} | (header or {})
    asked = {name: value for name, value in asked.items() if value is not None}
    return jwt.encode(asked, claims(client, **changes), key or KEYS[alg], algorithms=[alg])


def unsigned(client: App, **changes: Any) -> str:
    parts = ({"alg": "none"}, claims(client, **changes))
    return ".".join(b64encode(json.dumps(part).encode()) for part in parts) + "."


def beside(client: App, **more: str) -> dict[str, str | None]:
    """The parameters of the address, where the object says everything: the others are left out."""
    names = ("redirect_uri", "state", "nonce", "code_challenge", "code_challenge_method", "scope")
    return {**dict.fromkeys(names), **more}


def accepts(page: Page) -> bool:
    """Whether the client got a code, with the state of its object."""
    return page.parameters.get("state") == "the-state" and "code" in page.parameters
