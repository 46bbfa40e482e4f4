"""A token request as Authlib reads it, over plain parameters."""

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from idp.db import Transaction
from idp.oidc.http import Request
from idp.oidc.provider import Provider


class TokenRequest(OAuth2Request):
    """With the provider that is asked and the transaction it runs in. `generation` is that of
    the refresh token that is presented."""

    def __init__(self, provider: Provider, http: Request, values: dict[str, str]) -> None:
        # Authlib looks headers up by their canonical name.
        headers = {name.title(): value for name, value in http.headers.items()}
        # Not our address: Authlib refuses http but on "localhost", wherever TLS may end. The
        # settings were checked for that at the start.
        super().__init__(http.method, f"https://localhost{http.path}", headers=headers)
        self.payload = BasicOAuth2Payload(values)
        self.provider = provider
        self.values = values
        self.tx: Transaction
        self.generation = 0

    @property
    def form(self) -> dict[str, str]:
        return self.values
