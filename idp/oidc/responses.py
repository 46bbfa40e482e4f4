"""The authorization response: what the application is told, whichever way it is told, with `iss`
on each (RFC 9207, section 2)."""

import re
from dataclasses import dataclass
from urllib.parse import quote_plus

from idp.oidc.provider import Provider
from idp.oidc.request import AuthorizationRequest

MODES = ("query", "form_post")
FRAGMENT = "fragment"  # of what is not a code alone
PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")  # what needs no encoding (RFC 3986, section 2.3)


@dataclass(frozen=True)
class AuthorizationResponse:
    """`parameters` go to the registered `redirect_uri` by the `response_mode` that was asked for
    (OAuth 2.0 Multiple Response Types 1.0, section 2.1). `ui_locales` are for a page between."""

    redirect_uri: str
    response_mode: str
    parameters: dict[str, str]
    ui_locales: list[str]

    @property
    def address(self) -> str:
        """Where the browser is redirected to, by the modes `query` and `fragment`."""
        if self.response_mode == FRAGMENT:
            return f"{self.redirect_uri}#{_form(self.parameters)}"
        return with_parameters(self.redirect_uri, self.parameters)


def success(
    provider: Provider, request: AuthorizationRequest, parameters: dict[str, str]
) -> AuthorizationResponse:
    """The code, or what stands for it."""
    return _response(provider, request, parameters)


def failure(
    provider: Provider, request: AuthorizationRequest, error: str, description: str
) -> AuthorizationResponse:
    """A refusal."""
    parameters = {"error": error}
    if description:
        parameters["error_description"] = description
    return _response(provider, request, parameters)


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """A registered address, kept byte for byte, and more parameters."""
    separator = "&" if "?" in uri else "?"
    return f"{uri}{separator}{_form(parameters)}"


def _form(parameters: dict[str, str]) -> str:
    return "&".join(f"{name}={_encoded(value)}" for name, value in parameters.items())


def _encoded(value: str) -> str:
    return value if PLAIN.fullmatch(value) else quote_plus(value)


def _response(
    provider: Provider, request: AuthorizationRequest, parameters: dict[str, str]
) -> AuthorizationResponse:
    if request.state is not None:
        parameters["state"] = request.state
    parameters["iss"] = provider.settings.issuer
    return AuthorizationResponse(
        request.redirect_uri, request.response_mode, parameters, request.ui_locales
    )
