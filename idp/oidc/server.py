"""The table of contents: which path is answered by which module.

A new specification is one new module, its test file, and its line here.
"""

from collections.abc import Callable

from idp.oidc import metadata, registration, userinfo
from idp.oidc.http import Request, Response
from idp.oidc.introspection import introspect
from idp.oidc.provider import Provider
from idp.oidc.revocation import revoke
from idp.oidc.token import TokenServer, token

Endpoint = Callable[[Request], Response]


def endpoints(provider: Provider) -> dict[str, tuple[frozenset[str], Endpoint]]:
    """Path → methods and endpoint, for everything that needs no page."""
    server, protected = TokenServer(provider), userinfo.protector(provider)
    read, write = frozenset({"GET", "HEAD"}), frozenset({"POST"})
    table: dict[str, tuple[frozenset[str], Endpoint]] = {
        "/.well-known/openid-configuration": (read, lambda r: metadata.discovery(provider, r)),
        "/.well-known/oauth-authorization-server": (
            read,
            lambda r: metadata.discovery(provider, r),
        ),
        "/jwks.json": (read, lambda r: metadata.jwks(provider, r)),
        "/token": (write, lambda r: token(provider, server, r)),
        "/introspect": (write, lambda r: introspect(provider, server, r)),
        "/revoke": (write, lambda r: revoke(provider, server, r)),
        "/userinfo": (read | write, lambda r: userinfo.userinfo(provider, protected, r)),
    }
    if registration.is_on(provider):
        table["/register"] = registration.METHODS, lambda r: registration.registration(provider, r)
    return table
