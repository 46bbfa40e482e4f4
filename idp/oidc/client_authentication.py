"""How a client proves to the token endpoint who it is (RFC 6749, section 2.3; OpenID Connect
Core 1.0, section 9): the methods, as Authlib's registry calls them."""

import binascii
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError

from idp.oidc.client_assertion import client_secret_jwt, private_key_jwt
from idp.oidc.registered_client import RegisteredClient
from idp.oidc.token_request import TokenRequest

QueryClient = Callable[[str], RegisteredClient | None]


def check_one_authentication(request: TokenRequest) -> None:
    """Raises what is wrong with a request that authenticates in more ways than one: "The client
    MUST NOT use more than one authentication method in each request" (RFC 6749, section 2.3)."""
    header = request.headers.get("Authorization")
    has_assertion = "client_assertion" in request.values
    if has_assertion and (header is not None or "client_secret" in request.values):
        raise InvalidRequestError("more than one client authentication")
    if header is None:
        return
    if "client_secret" in request.values:
        raise InvalidRequestError("more than one client authentication")
    pair = request.credentials = _basic_credentials(header)
    if pair is None:
        raise InvalidClientError("the Authorization header is not Basic", status_code=401)
    if request.values.get("client_id", pair[0]) != pair[0]:
        raise InvalidRequestError("client_id is not the one that is authenticated")


def client_secret_basic(
    query_client: QueryClient, request: TokenRequest
) -> RegisteredClient | None:
    pair = request.credentials
    return None if pair is None else _authenticated(query_client, *pair)


def client_secret_post(query_client: QueryClient, request: TokenRequest) -> RegisteredClient | None:
    client_id, secret = request.values.get("client_id"), request.values.get("client_secret")
    if client_id is None or secret is None:
        return None
    return _authenticated(query_client, client_id, secret)


def none(query_client: QueryClient, request: TokenRequest) -> RegisteredClient | None:
    """A public client says its name, and nothing else."""
    client_id = request.values.get("client_id")
    others = {"client_secret", "client_assertion"} & request.values.keys()
    if client_id is None or others or "Authorization" in request.headers:
        return None
    return query_client(client_id)


METHODS = {
    "client_secret_basic": client_secret_basic,
    "client_secret_post": client_secret_post,
    "private_key_jwt": private_key_jwt,
    "client_secret_jwt": client_secret_jwt,
    "none": none,
}
CONFIDENTIAL_METHODS = tuple(name for name in METHODS if name != "none")


def _authenticated(
    query_client: QueryClient, client_id: str, secret: str
) -> RegisteredClient | None:
    client = query_client(client_id)
    return client if client is not None and client.check_client_secret(secret) else None


def _basic_credentials(header: str) -> tuple[str, str] | None:
    """Client id and secret, form-decoded (RFC 6749, section 2.3.1); None: not readable."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = binascii.a2b_base64(encoded.strip().encode("ascii"), strict_mode=True).decode()
        client_id, colon, secret = text.partition(":")
        return (_form_decoded(client_id), _form_decoded(secret)) if colon else None
    except ValueError:  # not base64, not ASCII, not UTF-8
        return None


def _form_decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
