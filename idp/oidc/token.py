"""The token endpoint, on Authlib's server: client authentication, the grant, one mint.

A code or a generation is consumed by one conditional UPDATE, and a refusal still commits what
it revoked.
"""

from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Error,
    UnsupportedGrantTypeError,
)

from idp.oidc import parameters
from idp.oidc.client_authentication import METHODS, check_one_authentication
from idp.oidc.code_grant import CodeGrant, S256CodeChallenge
from idp.oidc.http import FORM, Request, Response, json_response
from idp.oidc.provider import Provider
from idp.oidc.refresh_grant import RefreshGrant
from idp.oidc.registry import RegisteredClient
from idp.oidc.token_request import TokenRequest

GRANTS: dict[Any, list[Any]] = {CodeGrant: [S256CodeChallenge()], RefreshGrant: []}


class TokenServer(AuthorizationServer):
    """Authlib's dispatch: the grant is found by its type, errors become responses."""

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider
        for name, method in METHODS.items():
            self.register_client_auth_method(name, method)
        for grant, extensions in GRANTS.items():
            self.register_grant(grant, extensions)

    def query_client(self, client_id: str) -> RegisteredClient | None:
        return self.provider.registry.enabled_client(client_id)

    def authenticate_client(
        self, request: TokenRequest, methods: tuple[str, ...], endpoint: str = "token"
    ) -> RegisteredClient:
        try:
            client: RegisteredClient = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            # One answer, whether the client is unknown, disabled or has another secret.
            raise InvalidClientError("client authentication failed", status_code=401) from error
        return client

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def save_token(self, token: dict[str, Any], request: TokenRequest) -> None:
        """Nothing to save: tokens name the grant's row, which is written already."""

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        if status != 401:
            return json_response(status, body)
        # RFC 6749, section 5.2, and RFC 7617, section 2: the challenge has a realm.
        challenge = f'Basic realm="{self.provider.settings.issuer}", charset="UTF-8"'
        return json_response(status, body, [("WWW-Authenticate", challenge)])


def token(provider: Provider, server: TokenServer, http: Request) -> Response:
    """Answer a token request (RFC 6749, section 3.2)."""
    try:
        request = _read(provider, http)
    except OAuth2Error as error:
        refused: Response = server.handle_error_response(None, error)
        return refused
    # One commit, whatever the answer: a refusal may have ended a family.
    with provider.database.transaction() as tx:
        request.tx = tx
        response: Response = server.create_token_response(request)
    return response


def _read(provider: Provider, http: Request) -> TokenRequest:
    if http.query:
        raise InvalidRequestError("parameters go in the body, not in the address")
    if http.content_type != FORM:
        raise InvalidRequestError(f"the body must be {FORM}")
    try:
        values = parameters.parse(http.body)
    except parameters.Malformed as error:
        raise InvalidRequestError(str(error)) from error
    if "grant_type" not in values:
        raise InvalidRequestError("grant_type is missing")
    if values["grant_type"] not in {grant.GRANT_TYPE for grant in GRANTS}:
        raise UnsupportedGrantTypeError(values["grant_type"])
    check_one_authentication(http, values)
    return TokenRequest(provider, http, values)
