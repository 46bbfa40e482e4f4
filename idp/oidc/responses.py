"""The authorization response: one writer for every way to answer, with `iss` on each
(RFC 9207, section 2)."""

import re
from urllib.parse import quote_plus

from idp.oidc.http import Response, redirect
from idp.oidc.provider import Provider
from idp.oidc.request import AuthorizationRequest

PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")  # what needs no encoding (RFC 3986, section 2.3)


def success(provider: Provider, request: AuthorizationRequest, code: str) -> str:
    """The address that carries the code to the client."""
    return _address(provider, request, {"code": code})


def failure(provider: Provider, request: AuthorizationRequest, error: str, description: str) -> str:
    """The address that carries a refusal to the client."""
    parameters = {"error": error}
    if description:
        parameters["error_description"] = description
    return _address(provider, request, parameters)


def to_client(address: str) -> Response:
    return redirect(address)


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """A registered address, kept byte for byte, and more parameters."""
    separator = "&" if "?" in uri else "?"
    pairs = (f"{name}={_encoded(value)}" for name, value in parameters.items())
    return f"{uri}{separator}{'&'.join(pairs)}"


def _encoded(value: str) -> str:
    return value if PLAIN.fullmatch(value) else quote_plus(value)


def _address(provider: Provider, request: AuthorizationRequest, parameters: dict[str, str]) -> str:
    if request.state is not None:
        parameters["state"] = request.state
    parameters["iss"] = provider.settings.issuer
    return with_parameters(request.redirect_uri, parameters)
