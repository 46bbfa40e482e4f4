"""The refusals of a protected resource (RFC 6750, section 3; RFC 9470, section 3)."""

from __future__ import annotations

import re

from werkzeug.datastructures import MultiDict

# RFC 6750, section 2.1: b64token
TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
LONGEST = 8192  # characters; an access token of ours has about a thousand


class Refused(Exception):
    """`error` is None when the request brings no token at all: then no code is told."""

    def __init__(
        self, status: int, error: str | None, description: str = "", **parameters: str
    ) -> None:
        super().__init__(error or "no token")
        self.status, self.error, self.description = status, error, description
        self.parameters = parameters

    def challenge(self, realm: str, metadata: str) -> str:
        """The value of WWW-Authenticate; `metadata` as RFC 9728, section 5.1, wants it."""
        parameters = {"realm": realm}
        if self.error:
            parameters |= {"error": self.error, "error_description": self.description}
        parameters |= self.parameters | {"resource_metadata": metadata}
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parameters.items())


def invalid_token(why: str) -> Refused:
    return Refused(401, "invalid_token", why)


def bearer_token(authorization: str | None, query: MultiDict[str, str]) -> str:
    """The token of the Authorization header, the only place where one is taken.

    RFC 6750, section 3.1: more than one way, or a malformed one, is `invalid_request`.
    """
    if "access_token" in query:
        raise Refused(400, "invalid_request", "a token does not belong in the address")
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(401, None)
    # Two headers arrive joined by a comma, which no token contains.
    if not TOKEN.fullmatch(token.strip()):
        raise Refused(400, "invalid_request", "the Authorization header is malformed")
    if len(token) > LONGEST:
        raise invalid_token("the token is too long")
    return token.strip()
