"""The registration endpoint (RFC 7591; OpenID Connect Registration 1.0), and the management of what
was registered (RFC 7592) at the same address with the client's name.

Documents are validated, and sectors fetched, before a transaction begins.
"""

from collections.abc import Callable
from typing import Any

import orjson

from idp import audit
from idp.directory import initial_tokens, registrants, sectors
from idp.directory.client_vocabulary import STANDARD_MEMBERS
from idp.directory.documents import InvalidMetadata
from idp.directory.registrants import TooMany, WrongToken
from idp.models import Client
from idp.oidc import parameters
from idp.oidc.http import NO_STORE, Request, Response, json_response
from idp.oidc.provider import Provider

PATH = "/register"
METHODS = frozenset({"POST", "GET", "PUT", "DELETE"})
JSON = "application/json"
LONGEST_DESCRIPTION = 1000
# RFC 7591, section 3.2.2, knows these two, and calls what is wrong with an address by its name.
BAD_ADDRESS, BAD_METADATA = "invalid_redirect_uri", "invalid_client_metadata"


def is_on(provider: Provider) -> bool:
    return provider.settings.registration != "off"


def metadata(provider: Provider) -> dict[str, Any]:
    """What discovery says of it."""
    return {"registration_endpoint": provider.url(PATH)} if is_on(provider) else {}


def registration(provider: Provider, http: Request) -> Response:
    """Answer a registrant: to register is to POST without a name, the rest is management."""
    answers: dict[str, Callable[[Provider, Request], Response]] = {
        "POST": _register,
        "GET": _read,
        "PUT": _update,
        "DELETE": _remove,
    }
    try:
        return answers[http.method](provider, http)
    except InvalidMetadata as refusal:
        return _invalid(refusal)
    except WrongToken:
        return _unauthorized(provider)
    except TooMany as refusal:
        document = {"error": "temporarily_unavailable", "error_description": str(refusal)}
        return json_response(429, document, [("Retry-After", str(refusal.seconds))])


def _register(provider: Provider, http: Request) -> Response:
    token = _admit(provider, http)
    values = registrants.read(provider.settings, _document(http))
    sector_uris = sectors.listed(provider.fetcher, values["sector_identifier_uri"])
    with provider.database.writing() as session:
        made = registrants.register(
            session, values, sector_uris, initial_token=token, origin=_origin(http)
        )
    provider.registry.look_again()
    return json_response(
        201,
        _registered(provider, made.client, made.registration_access_token, made.client_secret),
    )


def _admit(provider: Provider, http: Request) -> str | None:
    """The initial access token, where one is asked for: nothing is read or fetched for anybody
    who has none. Raises WrongToken, TooMany."""
    if provider.settings.registration == "open":
        registrants.count(provider.database, provider.settings, http.address)
        return None
    token = _bearer(http)
    with provider.database.reading() as session:
        if not initial_tokens.is_good(session, token):
            raise WrongToken("the initial access token is not good")
    return token


def _read(provider: Provider, http: Request) -> Response:
    client_id, token = _named(http), _bearer(http)
    with provider.database.reading() as session:
        client = registrants.find(session, client_id, token)
        return json_response(200, _registered(provider, client, token))


def _update(provider: Provider, http: Request) -> Response:
    client_id, token = _named(http), _bearer(http)
    with provider.database.reading() as session:
        client = registrants.find(session, client_id, token)
    document = _document(http)
    registrants.check_update(client, document)
    values = registrants.read(provider.settings, document)
    sector_uris = sectors.listed(provider.fetcher, values["sector_identifier_uri"])
    with provider.database.writing() as session:
        client = registrants.find(session, client_id, token, to_change=True)
        made = registrants.update(session, client, values, sector_uris, origin=_origin(http))
    provider.registry.look_again()
    return json_response(200, _registered(provider, client, token, made.client_secret))


def _remove(provider: Provider, http: Request) -> Response:
    client_id, token = _named(http), _bearer(http)
    with provider.database.writing() as session:
        client = registrants.find(session, client_id, token, to_change=True)
        registrants.remove(session, client, origin=_origin(http))
    provider.registry.look_again()
    return Response(204, b"", list(NO_STORE))


def _origin(http: Request) -> audit.Origin:
    return audit.Origin(http.address)


def _bearer(http: Request) -> str:
    """The token in the header (RFC 6750, section 2.1); none is as good as a wrong one."""
    scheme, _, token = http.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise WrongToken("a token is needed")
    return token.strip()


def _named(http: Request) -> str:
    """The client that the address names, which says nothing of whether there is one."""
    try:
        return parameters.parse(http.query)["client_id"]
    except (parameters.Malformed, KeyError) as error:
        raise WrongToken("the address names no client") from error


def _document(http: Request) -> Any:
    if http.content_type != JSON:
        raise InvalidMetadata(f"The body must be {JSON}.")
    try:
        return orjson.loads(http.body)
    except orjson.JSONDecodeError as error:
        raise InvalidMetadata("The body is not JSON.") from error


def _registered(
    provider: Provider, client: Client, token: str, secret: str | None = None
) -> dict[str, Any]:
    """ "The authorization server MUST return all registered metadata about this client" (RFC 7591,
    section 3.2.1). A secret is told when it is made; of the token, who asks has just shown it."""
    columns = {name: getattr(client, name, None) for name in STANDARD_MEMBERS}
    document = {name: value for name, value in columns.items() if value not in (None, [], "")} | {
        "client_id": client.client_id,
        "client_id_issued_at": client.created_at,
        "subject_type": "pairwise",
        "registration_client_uri": f"{provider.url(PATH)}?client_id={client.client_id}",
        "registration_access_token": token,
    }
    if client.secret_hash is not None:
        document["client_secret_expires_at"] = 0  # never
    if secret is not None:
        document["client_secret"] = secret
    return document


def _invalid(refusal: InvalidMetadata) -> Response:
    of_address = all(problem.startswith("redirect_uris") for problem in refusal.problems)
    return json_response(
        400,
        {
            "error": BAD_ADDRESS if of_address else BAD_METADATA,
            "error_description": _ascii("; ".join(refusal.problems)),
        },
    )


def _ascii(text: str) -> str:
    """ "Human-readable ASCII text" (RFC 7591, section 3.2.2)."""
    plain = text.replace("“", "'").replace("”", "'")
    return plain.encode("ascii", "backslashreplace").decode()[:LONGEST_DESCRIPTION]


def _unauthorized(provider: Provider) -> Response:
    """One answer, whatever is wrong (RFC 7592, section 2): nobody learns which clients exist."""
    challenge = f'Bearer realm="{provider.settings.issuer}", error="invalid_token"'
    return json_response(401, {"error": "invalid_token"}, [("WWW-Authenticate", challenge)])
