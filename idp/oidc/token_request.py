"""A token request as Authlib reads it, over plain parameters; introspection and revocation are
spoken to in the same way."""

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from idp.db import Transaction
from idp.oidc import parameters
from idp.oidc.http import FORM, Request
from idp.oidc.provider import Provider

HEADERS = ("Authorization", "Accept", "Content-Type")


class TokenRequest(OAuth2Request):
    """With the provider that is asked and the transaction it runs in. `generation` is that of
    the refresh token that is presented, `credentials` what a Basic header says."""

    def __init__(self, provider: Provider, http: Request, values: dict[str, str]) -> None:
        # Authlib looks headers up by their canonical name; these are all that anybody reads.
        headers = {
            name: http.headers[name.lower()] for name in HEADERS if name.lower() in http.headers
        }
        # Not our address: Authlib refuses http but on "localhost", wherever TLS may end. The
        # settings were checked for that at the start.
        super().__init__(http.method, f"https://localhost{http.path}", headers=headers)
        self.payload = BasicOAuth2Payload(values)
        self.provider = provider
        self.values = values
        self.tx: Transaction
        self.generation = 0
        self.credentials: tuple[str, str] | None = None

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
