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

from idp.oidc import encryption, token_request
from idp.oidc.client_authentication import METHODS, check_one_authentication
from idp.oidc.client_credentials_grant import ClientCredentialsGrant
from idp.oidc.code_grant import CodeGrant, S256CodeChallenge
from idp.oidc.http import Request, Response, json_response
from idp.oidc.introspection import Introspection
from idp.oidc.provider import Provider
from idp.oidc.refresh_grant import RefreshGrant
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.revocation import Revocation
from idp.oidc.token_request import TokenRequest

GRANTS: dict[Any, list[Any]] = {
    CodeGrant: [S256CodeChallenge()],
    RefreshGrant: [],
    ClientCredentialsGrant: [],
}
BY_TYPE = {grant.GRANT_TYPE: grant for grant in GRANTS}
ENDPOINTS = (Introspection, Revocation)


class TokenServer(AuthorizationServer):
    """Authlib's dispatch: the grant is found by its type, errors become responses."""

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider
        for name, method in METHODS.items():
            self.register_client_auth_method(name, method)
        for grant, extensions in GRANTS.items():
            self.register_grant(grant, extensions)
        for endpoint in ENDPOINTS:
            self.register_endpoint(endpoint)

    def query_client(self, client_id: str) -> RegisteredClient | None:
        return self.provider.registry.enabled_client(client_id)

    def authenticate_client(
        self, request: TokenRequest, methods: tuple[str, ...], endpoint: str = "token"
    ) -> RegisteredClient:
        known: RegisteredClient | None = request.client
        if known is not None:  # before the grant was looked at
            return known
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
        if isinstance(body, Response):
            return body
        if status != 401:
            return json_response(status, body)
        # RFC 6749, section 5.2, and RFC 7617, section 2: the challenge has a realm.
        challenge = f'Basic realm="{self.provider.settings.issuer}", charset="UTF-8"'
        return json_response(status, body, [("WWW-Authenticate", challenge)])


def token(provider: Provider, server: TokenServer, http: Request) -> Response:
    """Answer a token request (RFC 6749, section 3.2)."""
    try:
        request = token_request.read(provider, http)
        grant = _grant(request)
        check_one_authentication(request)
        # An application may have to be asked for its keys: not while others wait for us.
        request.client = server.authenticate_client(request, grant.TOKEN_ENDPOINT_AUTH_METHODS)
        if grant is not ClientCredentialsGrant:
            request.recipient = encryption.for_id_token(provider, request.client)
    except OAuth2Error as error:
        refused: Response = server.handle_error_response(None, error)
        return refused

    def answer() -> Response:
        # One commit at the most, whatever the answer: a refusal may have ended a family.
        with provider.database.transaction(writes=False) as tx:
            request.tx = tx
            answered: Response = server.create_token_response(request)
        return answered

    if grant is not ClientCredentialsGrant:
        return provider.database.together(answer)
    # Which writes nothing, and waits for nobody.
    response = answer()
    provider.machine_tokens.write_due()
    return response


def _grant(request: TokenRequest) -> Any:
    grant_type = request.values.get("grant_type")
    if grant_type is None:
        raise InvalidRequestError("grant_type is missing")
    if grant_type not in BY_TYPE:
        raise UnsupportedGrantTypeError(grant_type)
    return BY_TYPE[grant_type]
