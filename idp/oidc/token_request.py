"""A token request as Authlib reads it, over plain parameters; introspection and revocation are
spoken to in the same way."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import OAuth2Payload

from idp.db import Transaction
from idp.oidc import parameters
from idp.oidc.encryption import Recipient
from idp.oidc.http import FORM, Request
from idp.oidc.provider import Provider


class _Payload(OAuth2Payload):
    """Parameters that are there once, as Authlib asks for them."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    @property
    def data(self) -> dict[str, str]:
        return self._values

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._values.items()}


class TokenRequest(OAuth2Request):
    """With the provider that is asked and the transaction it runs in. `generation` is that of
    the refresh token that is presented, `credentials` what a Basic header says, `recipient` for
    whom the ID token is encrypted."""

    def __init__(self, provider: Provider, http: Request, values: dict[str, str]) -> None:
        # Authlib's own takes the address to pieces to see whether it is https. Ours says nothing
        # of where TLS ends, and the settings were checked for that at the start.
        self.method, self.uri, self.headers = http.method, http.path, http.headers
        self.payload = _Payload(values)
        # What Authlib fills in on its way.
        self.client: Any = None
        self.auth_method: str | None = None
        self.user: Any = None
        self.authorization_code: Any = None
        self.refresh_token: Any = None
        self.credential: Any = None
        self._body = self._scope = None
        self.provider = provider
        self.values = values
        self.tx: Transaction
        self.generation = 0
        self.credentials: tuple[str, str] | None = None
        self.recipient: Recipient | None = None

    @property
    def form(self) -> dict[str, str]:
        return self.values


def read(provider: Provider, http: Request) -> TokenRequest:
    """The request of a client to one of our endpoints. Raises InvalidRequestError."""
    if http.query:
        raise InvalidRequestError("parameters go in the body, not in the address")
    if http.content_type != FORM:
        raise InvalidRequestError(f"the body must be {FORM}")
    try:
        values = parameters.parse(http.body)
    except parameters.Malformed as error:
        raise InvalidRequestError(str(error)) from error
    return TokenRequest(provider, http, values)
