"""The UserInfo endpoint (OpenID Connect Core 1.0, section 5.3), protected as RFC 6750 says."""

from dataclasses import dataclass
from typing import Any

import orjson
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.resource_protector import ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError

from idp import clock
from idp.db import Statement, Transaction
from idp.oidc import access_tokens, claims, consents, parameters, people
from idp.oidc.access_tokens import AccessToken
from idp.oidc.consents import Given
from idp.oidc.http import FORM, Request, Response, json_response
from idp.oidc.provider import Provider
from idp.oidc.subjects import subject_of

# One SELECT says whether the token still stands and what it may tell.
READ_GRANT = Statement("""
    SELECT g.account_id, g.claims, c.sector_identifier, c.scope, k.granted, k.declined
    FROM authorization_grant g
    JOIN account a ON a.id = g.account_id AND a.state = 'active'
    JOIN client c ON c.id = g.client_id AND c.state = 'enabled'
    JOIN consent k ON k.account_id = g.account_id AND k.client_id = g.client_id
    WHERE g.id = :grant_id AND g.revoked_at IS NULL AND g.code_used_at IS NOT NULL
""")


@dataclass(frozen=True)
class Standing:
    """A token that stands, as Authlib's validator asks about it."""

    account_id: int
    scope: list[str]
    claims: dict[str, list[str]]
    sector: str
    expires_at: int

    def get_scope(self) -> list[str]:
        return self.scope

    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()

    def is_revoked(self) -> bool:
        return False


class UserinfoValidator(BearerTokenValidator):
    """Ours, live, and meant for userinfo."""

    def __init__(self, provider: Provider, tx: Transaction) -> None:
        super().__init__(realm=provider.settings.issuer)
        self._provider = provider
        self._tx = tx

    def authenticate_token(self, token_string: str) -> Standing | None:
        token: AccessToken | None = access_tokens.read(self._provider, token_string)
        row = self._tx.one(READ_GRANT, grant_id=token.grant_id) if token else None
        if token is None or row is None:
            return None
        account_id, claims_asked, sector, registered, *agreed = row
        allowed = [name for name in token.scope.split() if name in registered.split()]
        given = Given.from_columns(*agreed)
        scope, singles = consents.effective(given, allowed, orjson.loads(claims_asked))
        return Standing(account_id, scope, singles, sector, token.expires_at)


@dataclass(frozen=True)
class _Bearing:
    """The request as Authlib's protector reads it: its Authorization header."""

    headers: dict[str, str]


def userinfo(provider: Provider, http: Request) -> Response:
    """The claims that the token's scope, and no more, gives."""
    try:
        header = _authorization(http)
        if not header.lower().startswith("bearer"):
            # "the resource server SHOULD NOT include an error code" (RFC 6750, section 3.1)
            challenge = f'Bearer realm="{provider.settings.issuer}"'
            return json_response(401, {}, [("WWW-Authenticate", challenge)])
        # Nothing to write: the `sub` was made with the ID token.
        with provider.database.transaction(writes=False) as tx:
            document = _claims(provider, tx, header)
    except OAuth2Error as error:
        return _refusal(provider, error)
    return json_response(200, document)


def _claims(provider: Provider, tx: Transaction, header: str) -> dict[str, Any]:
    protector = ResourceProtector()
    protector.register_token_validator(UserinfoValidator(provider, tx))
    try:
        bearing = _Bearing({"Authorization": header})
        standing: Standing = protector.validate_request(["openid"], bearing)
    except OAuth2Error as error:
        if error.error == "unsupported_token_type":
            raise InvalidTokenError(realm=provider.settings.issuer) from error
        raise
    names = claims.names_for(standing.scope, standing.claims.get("userinfo", []))
    person = people.read(provider, tx, standing.account_id)
    sub = subject_of(tx, standing.account_id, standing.sector)
    return claims.values(person, names) | {"sub": sub}


def _authorization(http: Request) -> str:
    """The token from the header or the form, never from the address, and only from one place
    (RFC 6750, sections 2.1 to 2.3), as a header; empty when there is none."""
    header = http.headers.get("authorization", "")
    try:
        asked = parameters.parse(http.query)
        form = parameters.parse(http.body) if http.content_type == FORM else {}
    except parameters.Malformed as error:
        raise InvalidRequestError(str(error)) from error
    if "access_token" in asked:
        raise InvalidRequestError("the access token must not be in the address")
    if header and "access_token" in form:
        raise InvalidRequestError("more than one access token")
    return f"Bearer {form['access_token']}" if "access_token" in form else header


def _refusal(provider: Provider, error: OAuth2Error) -> Response:
    status, body, _ = error()
    extra = f', error="{error.error}", error_description="{error.get_error_description()}"'
    challenge = f'Bearer realm="{provider.settings.issuer}"{extra}'
    if error.error == "insufficient_scope":
        challenge += ', scope="openid"'
    return json_response(status, body, [("WWW-Authenticate", challenge)])
