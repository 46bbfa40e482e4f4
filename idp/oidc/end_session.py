"""RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0), on Authlib's endpoint.

Hardened where Authlib is lenient: the hint's `iss` is ours, a list of audiences keeps its
client, a malformed request is said before anything is done.
"""

from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oidc.rpinitiated import EndSessionEndpoint
from authlib.oidc.rpinitiated.end_session import EndSessionRequest

from idp.oidc import jws, parameters, responses, session_ids
from idp.oidc.errors import Displayed
from idp.oidc.http import Request
from idp.oidc.provider import Provider
from idp.oidc.subjects import account_of
from idp.oidc.token import TokenServer
from idp.oidc.token_request import TokenRequest


class _Endpoint(EndSessionEndpoint):
    def __init__(self, provider: Provider, server: TokenServer) -> None:
        super().__init__(server)
        self._provider = provider

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        """Signed by us, said to be by us; an expired one is accepted (section 2)."""
        try:
            told = self._provider.registry.verifier.verify(id_token_hint, "jwt")
        except jws.NotOurs as error:
            raise InvalidRequestError("id_token_hint is not ours") from error
        if told.get("iss") != self._provider.settings.issuer:
            raise InvalidRequestError("id_token_hint is not ours")
        return told

    def resolve_client_from_id_token_claims(self, id_token_claims: dict[str, Any]) -> Any:
        aud = id_token_claims.get("aud")
        candidates = aud if isinstance(aud, list) else [id_token_claims.get("azp", aud)]
        found = [self.server.query_client(name) for name in candidates if isinstance(name, str)]
        return next((client for client in found if client), None)


def read(provider: Provider, server: TokenServer, http: Request) -> EndSessionRequest:
    """The validated logout request. Raises Displayed: nothing is redirected on an error
    (section 4)."""
    try:
        values = parameters.parse(http.query)
        # Not `state`: Authlib writes the whole registered address anew to add it.
        state = values.pop("state", None)
        request = TokenRequest(provider, http, values)
        validated: EndSessionRequest = _Endpoint(provider, server).validate_request(request)
    except parameters.Malformed as error:
        raise Displayed("invalid_request", str(error)) from error
    except OAuth2Error as error:
        raise Displayed(error.error, error.description) from error
    wanted = values.get("post_logout_redirect_uri")
    if wanted and validated.client is None:
        raise Displayed("invalid_request", "the application is missing: id_token_hint or client_id")
    if wanted and validated.client and wanted not in validated.client.post_logout_redirect_uris:
        raise Displayed("invalid_request", "post_logout_redirect_uri is not registered")
    if validated.redirect_uri and state:
        back = responses.with_parameters(validated.redirect_uri, {"state": state})
        return replace(validated, redirect_uri=back)
    return validated


def is_about(
    provider: Provider, validated: EndSessionRequest, session_id: int, account_id: int
) -> bool:
    """Whether the hint belongs to this very session. Otherwise "the OP MUST ask the End-User"
    (section 2). An ID token without `sid` is about its person."""
    told, client = validated.id_token_claims, validated.client
    if not told or client is None:
        return False
    sector = client.sector_identifier
    if "sid" in told:
        return session_ids.is_name_of(provider.keyring, told["sid"], session_id, sector)
    with provider.database.transaction(writes=False) as tx:
        return account_of(tx, str(told.get("sub")), sector) == account_id
