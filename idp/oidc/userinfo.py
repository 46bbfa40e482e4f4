"""The UserInfo endpoint (OpenID Connect Core 1.0, section 5.3), protected as RFC 6750 says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.resource_protector import ResourceProtector
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError

from idp.oidc import claims, encryption, parameters, people, standing
from idp.oidc.claims import Person
from idp.oidc.http import FORM, NO_STORE, Request, Response, json_response
from idp.oidc.provider import Provider
from idp.oidc.standing import Standing

TYP = "userinfo+jwt"


class UserinfoValidator(BearerTokenValidator):
    """Ours, live, and meant for userinfo."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(realm=provider.settings.issuer)
        self._provider = provider

    def authenticate_token(self, token_string: str) -> Standing | None:
        # Nothing to write: the `sub` was made with the ID token.
        with self._provider.database.transaction(writes=False) as tx:
            found = standing.read(self._provider, tx, token_string, with_person=True)
        issuer = self._provider.settings.issuer
        if found is None or (found.account_id and issuer not in found.token.audience):
            return None
        return found

    @staticmethod
    def scope_insufficient(token_scopes: Sequence[str], required_scopes: Sequence[str]) -> bool:
        # Authlib's own takes texts to pieces; ours are names already.
        return not set(required_scopes).issubset(token_scopes)


@dataclass(slots=True)
class _Bearing:
    """The request as Authlib's protector reads it: its Authorization header."""

    headers: dict[str, str]


def protector(provider: Provider) -> ResourceProtector:
    """Authlib's, for bearer tokens."""
    made = ResourceProtector()
    made.register_token_validator(UserinfoValidator(provider))
    return made


def userinfo(provider: Provider, protected: ResourceProtector, http: Request) -> Response:
    """The claims that the token's scope, and no more, gives."""
    try:
        header = _authorization(http)
        if not header.lower().startswith("bearer"):
            # "the resource server SHOULD NOT include an error code" (RFC 6750, section 3.1)
            challenge = f'Bearer realm="{provider.settings.issuer}"'
            return json_response(401, {}, [("WWW-Authenticate", challenge)])
        found = _authorized(provider, protected, header)
        document = _claims(provider, found)
        return _answer(provider, found.token.client_id, document)
    except OAuth2Error as error:
        return _refusal(provider, error)


def _authorized(provider: Provider, protected: ResourceProtector, header: str) -> Standing:
    try:
        bearing = _Bearing({"Authorization": header})
        found: Standing = protected.validate_request(["openid"], bearing)
    except OAuth2Error as error:
        if error.error == "unsupported_token_type":
            raise InvalidTokenError(realm=provider.settings.issuer) from error
        raise
    return found


def _claims(provider: Provider, found: Standing) -> dict[str, Any]:
    names = claims.names_for(found.scope, found.claims.get("userinfo", []))
    return claims.values(_person(provider, found, names), names) | {"sub": found.sub}


def _person(provider: Provider, found: Standing, names: tuple[str, ...]) -> Person:
    """Read already; but where less than the scope was agreed to, or single claims beside it."""
    if found.account_id is None or claims.members(names) == found.members:
        return people.from_row(provider, found.person, found.members)
    with provider.database.transaction(writes=False) as tx:
        return people.read(provider, tx, found.account_id, names)


def _answer(provider: Provider, client_id: str, document: dict[str, Any]) -> Response:
    """JSON, or signed, encrypted or both where the client is registered for that: then it says by
    whom and for whom (OpenID Connect Core 1.0, section 5.3.2)."""
    client = provider.registry.client(client_id)
    if client is None:
        raise InvalidTokenError(realm=provider.settings.issuer)
    alg, recipient = client.userinfo_signed_response_alg, encryption.for_userinfo(provider, client)
    if alg is None and recipient is None:
        return json_response(200, document)
    members = document | {"iss": provider.settings.issuer, "aud": client_id}
    if alg is None:
        text = orjson.dumps(members).decode()
    else:
        text = provider.registry.signer(alg).sign(members, TYP)
    if recipient is not None:
        text = recipient.encrypt(text, is_jwt=alg is not None)
    return Response(200, text.encode(), [("Content-Type", "application/jwt"), *NO_STORE])


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
