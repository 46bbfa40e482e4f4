"""The table of contents: which path is answered by which module.

A new specification is one new module, its test file, and its line here.
"""

from collections.abc import Callable

from idp.oidc import metadata, userinfo
from idp.oidc.http import Request, Response
from idp.oidc.provider import Provider
from idp.oidc.token import TokenServer, token

Endpoint = Callable[[Request], Response]


def endpoints(provider: Provider) -> dict[str, tuple[frozenset[str], Endpoint]]:
    """Path → methods and endpoint, for everything that needs no page."""
    server = TokenServer(provider)
    read, both = frozenset({"GET", "HEAD"}), frozenset({"GET", "HEAD", "POST"})
    return {
        "/.well-known/openid-configuration": (read, lambda r: metadata.discovery(provider, r)),
        "/.well-known/oauth-authorization-server": (
            read,
            lambda r: metadata.discovery(provider, r),
        ),
        "/jwks.json": (read, lambda r: metadata.jwks(provider, r)),
        "/token": (frozenset({"POST"}), lambda r: token(provider, server, r)),
        "/userinfo": (both, lambda r: userinfo.userinfo(provider, r)),
    }
